/* Stores what a run leaves: how far each log was read, counters by day, senders, the latest
 * events, open messages, totals. All of it is written before any output is replaced, so that a
 * full disk shows in time; the commit comes last. */
#include <stdio.h>
#include <stdlib.h>

#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/pack.h"
#include "save.h"

enum { FILE_VERSION = 1, SECONDS_A_DAY = 86400, SENDERS_MAX = 131072 };

int save_put(struct save *save, enum item_kind kind, sv key, bool is_new)
{
    struct history *history = save->archive->history;
    return history_put(history, kind, key, history_origin(history), buf_sv(&save->value), is_new,
                       save->err);
}

/* A new log is named after its beginning; the number tells apart what begins alike. */
static sv new_key(const struct save *save, size_t i, char *text, size_t size)
{
    struct source *source = input_source(save->input, i);
    int n = snprintf(text, size, "%016llx-%llx-%zx", (unsigned long long)source->mark.head_hash,
                     (unsigned long long)save->archive->options.now, i);
    return sv_make(text, n > 0 ? (size_t)n : 0);
}

/* Sources of one log in this run, which was new: the first of them names it. */
static size_t first_of_log(const struct save *save, size_t i)
{
    for (const struct source *source = input_source(save->input, i); source->continues != INPUT_NEW;
         source = input_source(save->input, i))
        i = source->continues;
    return i;
}

/* Two logs that began alike have one mark. Where they part, the first one that goes on keeps it. */
static size_t owner_of(const struct save *save, size_t known)
{
    for (size_t i = 0; i < save->scan->source_count; i++) {
        size_t first = first_of_log(save, i);
        if (input_source(save->input, first)->known == known &&
            input_source(save->input, i)->mark.offset > save->archive->marks[known].offset)
            return first;
    }
    return INPUT_NEW;
}

/* Is it one that the history knows? */
static bool is_known(const struct save *save, size_t i)
{
    size_t first = first_of_log(save, i), known = input_source(save->input, first)->known;
    if (known == INPUT_NEW)
        return false;
    size_t owner = owner_of(save, known);
    return owner == INPUT_NEW || owner == first;
}

static struct stream stream_of(const struct save *save, size_t i)
{
    if (is_known(save, i))
        return save->archive->streams[input_source(save->input, first_of_log(save, i))->known];
    return (struct stream){
        .first = INT64_MAX, .last = INT64_MIN, .began = save->archive->lines.next};
}

static int save_file(struct save *save, const struct source *source, sv key)
{
    const struct seen *seen = &source->seen;
    char name[64];
    if (!seen->inode || (!source->complete && !source->shorter))
        return 0;
    int n = snprintf(name, sizeof name, "%llx:%llx", (unsigned long long)seen->device,
                     (unsigned long long)seen->inode);
    buf_clear(&save->value);
    pack_unsigned(&save->value, FILE_VERSION);
    pack_unsigned(&save->value, seen->device);
    pack_unsigned(&save->value, seen->inode);
    pack_number(&save->value, seen->size);
    pack_unsigned(&save->value, (uint64_t)seen->mtime_ns);
    pack_unsigned(&save->value, (uint64_t)seen->ctime_ns);
    pack_unsigned(&save->value, seen->whole);
    pack_text(&save->value, key);
    return save_put(save, ITEM_FILE, sv_make(name, n > 0 ? (size_t)n : 0), false);
}

static bool is_as_before(const struct save *save, const struct source *source)
{
    return source->known != INPUT_NEW && source->seen.whole && source->bytes == 0 &&
           source->mark.offset == save->archive->marks[source->known].offset &&
           sv_eq(save->archive->streams[source->known].path, sv_from(source->path));
}

static int save_source(struct save *save, size_t i)
{
    const struct source *source = input_source(save->input, i);
    struct stream stream = stream_of(save, i);
    char text[64];
    if (!source->mark.offset)
        return 0;
    if (source->shorter && source->known != INPUT_NEW)
        stream.key = save->archive->streams[source->known].key;
    else if (!is_known(save, i))
        stream.key = new_key(save, first_of_log(save, i), text, sizeof text);
    if (source->shorter || (is_known(save, i) && is_as_before(save, source)))
        return source->seen.whole ? save_file(save, source, stream.key) : 0;
    struct mark mark = source->mark;
    mark.lines = source->lines_total;
    mark.understood = source->understood;
    stream.path = sv_from(source->path);
    stream.format = sv_from(source->format);
    stream.error = sv_from(source->error);
    stream.complete = source->complete;
    for (size_t part = i; part != INPUT_NEW; part = input_source(save->input, part)->continues) {
        stream.cut_lines += input_source(save->input, part)->cut_lines;
        if (save->scan->source_first[part] < stream.first)
            stream.first = save->scan->source_first[part];
        if (save->scan->source_last[part] > stream.last)
            stream.last = save->scan->source_last[part];
    }
    buf_clear(&save->value);
    stream_pack(&save->value, &stream, &mark);
    return save_put(save, ITEM_STREAM, stream.key, false) < 0 ||
                   save_place(save, source, stream.key) < 0
               ? -1
               : save_file(save, source, stream.key);
}

static int save_sources(struct save *save)
{
    for (size_t i = 0; i < save->scan->source_count; i++)
        if (save_source(save, i) < 0)
            return -1;
    return 0;
}

/* The day that counters without a time go to: the latest one of the run. */
static struct period *latest_day(struct save *save)
{
    struct map *days = &save->scan->days;
    int64_t latest = save->archive->options.now / SECONDS_A_DAY, day;
    for (size_t i = 0; i < map_count(days); i++) {
        memcpy(&day, map_key_at(days, i).ptr, sizeof day);
        if (i == 0 || day > latest)
            latest = day;
    }
    bool added;
    struct period *period = map_add(days, sv_make((const char *)&latest, sizeof latest), &added);
    if (added)
        period_init(period);
    return period;
}

static int save_part(struct save *save, enum item_kind kind, int64_t number, struct period *day,
                     struct period *sum)
{
    struct history *history = save->archive->history;
    struct buf old = {0};
    char text[DAY_KEY];
    sv key = archive_day_key(number, text);
    int found = history_get(history, kind, key, history_origin(history), &old, save->err);
    int result = found < 0 ? -1 : 0;
    bool damaged =
        found > 0 &&
        (kind == ITEM_DAY ? period_unpack(sum, buf_sv(&old), archive_taxonomy(save->archive))
                          : tally_unpack_destinations(&sum->tally, buf_sv(&old), number)) < 0;
    if (damaged)
        result = archive_damaged(save->archive, "the counters of a day", save->err);
    buf_release(&old);
    if (result < 0)
        return -1;
    buf_clear(&save->value);
    if (found)
        period_merge(sum, day);
    struct period *whole = found ? sum : day;
    if (kind == ITEM_DAY)
        period_pack(&save->value, whole, archive_taxonomy(save->archive));
    else
        tally_pack_destinations(&save->value, &whole->tally);
    return save_put(save, kind, key, !found);
}

static int save_day(struct save *save, int64_t number, struct period *day)
{
    static const enum item_kind kinds[] = {ITEM_DAY, ITEM_ACTIVITY};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct period sum;
        period_init(&sum);
        int result = save_part(save, kinds[i], number, day, &sum);
        period_release(&sum);
        if (result < 0)
            return -1;
    }
    return 0;
}

static int save_days(struct save *save)
{
    struct scan_result *scan = save->scan;
    struct ledger_counts counts = ledger_counts(scan->ledger);
    if (scan->undated.total || scan->strange.strange || counts.evicted ||
        counts.unresolved_expiries) {
        struct period *day = latest_day(save);
        tally_merge(&day->tally, &scan->strange);
        line_tally_merge(&day->lines, &scan->undated);
        day->evicted += counts.evicted;
        day->unresolved_expiries += counts.unresolved_expiries;
    }
    for (size_t i = 0; i < map_count(&scan->days); i++) {
        int64_t day;
        memcpy(&day, map_key_at(&scan->days, i).ptr, sizeof day);
        if (save_day(save, day, map_value_at(&scan->days, i)) < 0)
            return -1;
    }
    return 0;
}

static void pack_sender(void *context, uint64_t fingerprint, unsigned flags)
{
    (void)flags;
    pack_hash(context, fingerprint);
}

/* Where every message has a sender of its own (VERP), none of them is a recipient elsewhere. */
static int save_senders(struct save *save)
{
    const struct fpset *senders = &save->scan->evidence.senders;
    if (!senders->count || senders->count > SENDERS_MAX)
        return 0;
    buf_clear(&save->value);
    pack_unsigned(&save->value, senders->count);
    fpset_each(senders, pack_sender, &save->value);
    return save_put(save, ITEM_SENDERS, SV("senders"), false);
}

static int save_duplicates(struct save *save)
{
    if (!save->scan->duplicates.count)
        return 0;
    buf_clear(&save->value);
    duplicates_pack(&save->value, &save->scan->duplicates);
    return save_put(save, ITEM_DUPLICATES, SV("twins"), false);
}

/* Of what strangers choose, so much is remembered and no more. */
enum { SHAPES_KNOWN = 20000, HOURS_KNOWN = 9 * 24 };

static int64_t latest_hour(const struct map *hours)
{
    int64_t latest = INT64_MIN, hour;
    for (size_t i = 0; i < map_count(hours); i++)
        if (date_parse(map_key_at(hours, i), &hour) && hour > latest)
            latest = hour;
    return latest;
}

static void merge_hours(struct map *to, const struct map *from, int64_t since)
{
    int64_t hour;
    for (size_t i = 0; i < map_count(from); i++)
        if (date_parse(map_key_at(from, i), &hour) && hour > since)
            outcomes_add(map_add(to, map_key_at(from, i), NULL), map_value_at(from, i));
}

/* For the comparison of a day with those before it: no hours older than that. */
static void add_hours(struct map *to, const struct map *from)
{
    int64_t latest = latest_hour(from), before = latest_hour(to);
    struct map hours;
    if (before > latest)
        latest = before;
    if (latest == INT64_MIN)
        return;
    map_init(&hours, sizeof(struct outcomes));
    merge_hours(&hours, to, latest - HOURS_KNOWN * 3600);
    merge_hours(&hours, from, latest - HOURS_KNOWN * 3600);
    map_release(to);
    *to = hours;
}

static void add_shapes(struct map *to, const struct map *from)
{
    for (size_t i = 0; i < map_count(from); i++) {
        sv shape = map_key_at(from, i);
        if (map_count(to) < SHAPES_KNOWN || map_get(to, shape))
            *(int64_t *)map_add(to, shape, NULL) += *(const int64_t *)map_value_at(from, i);
    }
}

/* What a run adds to the totals: counts, the latest hours, and which words were seen. */
static void add_run(struct period *to, const struct scan_result *scan)
{
    struct ledger_counts counts = ledger_counts(scan->ledger);
    struct period run;
    period_init(&run);
    run.lines = scan->lines;
    run.lines.unparsed_samples.kept = run.lines.ambiguous_samples.kept = 0;
    memcpy(run.tally.replies, scan->tally.replies, sizeof run.tally.replies);
    run.tally.unclassified.count = scan->tally.unclassified.count;
    run.evicted = counts.evicted;
    run.unresolved_expiries = counts.unresolved_expiries;
    run.tally.strange = scan->tally.strange;
    period_merge(to, &run);
    period_release(&run);
    add_hours(&to->tally.hours, &scan->tally.hours);
    add_shapes(&to->tally.shapes, &scan->tally.shapes);
}

void archive_add_run(struct archive *archive, const struct scan_result *scan)
{
    if (scan->lines.total)
        add_run(&archive->totals, scan);
}

static int save_totals(struct save *save)
{
    struct archive *archive = save->archive;
    add_run(&archive->own_totals, save->scan);
    buf_clear(&save->value);
    period_pack(&save->value, &archive->own_totals, archive_taxonomy(save->archive));
    return save_put(save, ITEM_TOTALS, SV("totals"), false);
}

static int save_ledger(struct save *save)
{
    buf_clear(&save->value);
    ledger_pack(&save->value, save->scan->ledger, archive_taxonomy(save->archive));
    return save_put(save, ITEM_LEDGER, SV("ledger"), false);
}

int archive_save(struct archive *archive, struct scan_result *scan, struct input *input,
                 const struct decisions *decisions, const struct regrets *regrets, struct err *err)
{
    struct save save = {archive, scan, input, decisions, regrets, err, {0}};
    bool something = scan->lines.total > 0;
    if (archive_check(archive, err) < 0)
        return -1;
    int result =
        save_sources(&save) < 0 || save_days(&save) < 0 || save_addresses(&save) < 0 ||
                save_domains(&save) < 0 || save_brake(&save) < 0 || save_counting(&save) < 0 ||
                save_shares(&save) < 0 || (something && save_senders(&save) < 0) ||
                (something && save_totals(&save) < 0) ||
                (something && save_duplicates(&save) < 0) || save_sent(&save) < 0 ||
                save_trials(&save) < 0 || save_regrets(&save) < 0 || save_events(&save) < 0 ||
                lines_save(&save) < 0 || (something && save_ledger(&save) < 0)
            ? -1
            : history_flush(archive->history, err);
    buf_release(&save.value);
    return result;
}

int archive_commit(struct archive *archive, struct err *err)
{
    return history_commit(archive->history, err);
}
