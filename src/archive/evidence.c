/* Takes from a history what is decided over: evidence, open messages and activity, of this host
 * and of others. A scan starts with what its own host left; decisions are made over all hosts.
 * What other hosts have on their lists is their matter. */
#include <stdlib.h>

#include "bouncelog/base/bytes.h"
#include "bouncelog/base/date.h"
#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/pack.h"
#include "changes.h"

enum { SECONDS_A_DAY = 86400 };

struct load {
    struct archive *archive;
    struct evidence *evidence;
    bool own, others; /* which to take */
    struct changes respelled;
};

sv archive_key_now(enum item_kind kind, sv key, char *bytes)
{
    if (bytes_are_ascii(key.ptr, key.len))
        return key;
    return kind == ITEM_DOMAIN ? mailbox_domain_key(key, bytes) : mailbox_key(key, bytes);
}

static int load_domain(void *context, const struct item *item, struct err *err)
{
    struct load *load = context;
    char bytes[MAILBOX_MAX];
    bool own = archive_is_own(load->archive, item);
    if (!own)
        load->archive->has_others = true;
    if (own ? !load->own : !load->others)
        return 0;
    sv key = archive_key_now(ITEM_DOMAIN, item->key, bytes);
    bool respelled = !sv_eq(key, item->key);
    if (own && respelled)
        changes_add(&load->respelled, item, SV_EMPTY, true);
    struct address_record *record = map_add(&load->evidence->domains, key, NULL);
    record->known = record->known || (own && !respelled);
    record->changed = record->changed || (own && respelled);
    return archive_add_item(load->archive, record, item, err);
}

struct load_senders {
    struct archive *archive;
    struct fpset *senders;
};

static int add_senders(void *context, const struct item *item, struct err *err)
{
    const struct load_senders *load = context;
    struct unpack in = unpack_of(item->value);
    size_t count = unpack_count(&in, sizeof(uint64_t));
    fpset_reserve(load->senders, count);
    for (size_t i = 0; i < count; i++)
        fpset_add(load->senders, unpack_hash(&in), 0);
    return in.failed ? archive_damaged(load->archive, "envelope senders", err) : 0;
}

static int load_senders(struct archive *archive, struct fpset *senders, struct err *err)
{
    struct load_senders load = {archive, senders};
    return history_each(archive->history, ITEM_SENDERS, add_senders, &load, err);
}

const struct fpset *archive_senders(struct archive *archive, struct err *err)
{
    struct fpset *senders = &archive->all.senders;
    return load_senders(archive, senders, err) < 0 ? NULL : senders;
}

static int load_domains(struct load *load, struct err *err)
{
    load->respelled = (struct changes){.archive = load->archive, .kind = ITEM_DOMAIN};
    int result = history_each(load->archive->history, ITEM_DOMAIN, load_domain, load, err);
    if (result == 0 && load->archive->options.use != HISTORY_READ)
        result = changes_apply(&load->respelled, err);
    changes_release(&load->respelled);
    return result;
}

/* But for that of addresses. */
static int load_evidence(struct load *load, struct err *err)
{
    return load_domains(load, err) < 0 ? -1
                                       : load_senders(load->archive, &load->evidence->senders, err);
}

struct load_ledger {
    struct archive *archive;
    struct ledger *ledger;
    bool own_alone;
};

static int load_ledger(void *context, const struct item *item, struct err *err)
{
    const struct load_ledger *load = context;
    if (load->own_alone && !archive_is_own(load->archive, item))
        return 0;
    return ledger_unpack(load->ledger, item->value, archive_taxonomy(load->archive)) < 0
               ? archive_damaged(load->archive, "open messages", err)
               : 0;
}

static int load_duplicates(struct archive *archive, struct duplicates *duplicates, struct err *err)
{
    struct buf value = {0};
    int found = history_get(archive->history, ITEM_DUPLICATES, SV("twins"),
                            history_origin(archive->history), &value, err);
    if (found > 0 && duplicates_unpack(duplicates, buf_sv(&value)) < 0)
        found = archive_damaged(archive, "the latest events", err);
    buf_release(&value);
    return found < 0 ? -1 : 0;
}

void archive_prepare(void *context, struct scan_result *scan)
{
    struct archive *archive = context;
    struct err *err = &archive->failed;
    struct load load = {.archive = archive, .evidence = &scan->evidence, .own = true};
    struct load_ledger ledger = {archive, scan->ledger, true};
    if (load_evidence(&load, err) == 0 && archive_survey(archive, &scan->evidence, err) == 0 &&
        load_duplicates(archive, &scan->duplicates, err) == 0)
        (void)!history_each(archive->history, ITEM_LEDGER, load_ledger, &ledger, err);
}

static int copy_records(struct archive *archive, struct map *to, const struct map *from,
                        struct err *err)
{
    int result = 0;
    for (size_t i = 0; i < map_count(from) && result == 0; i++)
        result = archive_add_record(archive, map_add(to, map_key_at(from, i), NULL),
                                    map_value_at(from, i), err);
    return result;
}

int archive_evidence(struct archive *archive, struct scan_result *scan,
                     struct suppress_source *source, struct err *err)
{
    if (archive_check(archive, err) < 0 || history_snapshot(archive->history, err) < 0)
        return -1;
    evidence_resolve_originals(&scan->evidence, scan->ledger);
    archive->scan = scan;
    if (archive_take_deliveries(archive, &scan->evidence, false, err) < 0)
        return -1;
    source->each_activity = archive_each_activity;
    source->activity_context = archive;
    source->by_day = true;
    source->tried_on = archive_tried_on;
    source->tried_context = archive;
    source->records = archive_records(archive);
    source->keeps_listings = true;
    if (!archive->has_others)
        return 0;
    struct evidence *all = &archive->all;
    struct load load = {.archive = archive, .evidence = all, .others = true};
    if (load_evidence(&load, err) < 0 ||
        copy_records(archive, &all->domains, &scan->evidence.domains, err) < 0)
        return -1;
    fpset_merge(&all->senders, &scan->evidence.senders);
    source->evidence = all;
    return archive_take_deliveries(archive, all, true, err);
}

struct visit {
    struct archive *archive;
    int64_t day;
    activity_visitor *visit;
    void *visitor;
};

static int visit_activity(void *context, const struct item *item, struct err *err)
{
    const struct visit *visit = context;
    return activity_each(item->value, visit->day, visit->visit, visit->visitor) < 0
               ? archive_damaged(visit->archive, "the counters of a day", err)
               : 0;
}

/* What the history has of the days, and what this run has seen of them. */
void archive_each_activity(void *context, int64_t first, int64_t last, activity_visitor *visit,
                           void *visitor)
{
    struct archive *archive = context;
    char text[DAY_KEY];
    for (int64_t day = first; day <= last; day++) {
        struct visit visits = {archive, day, visit, visitor};
        (void)!history_each_of(archive->history, ITEM_ACTIVITY, archive_day_key(day, text),
                               visit_activity, &visits, &archive->failed);
        struct period *period =
            archive->scan ? map_get(&archive->scan->days, sv_make((const char *)&day, sizeof day))
                          : NULL;
        if (period)
            tally_each_activity(&period->tally, visit, visitor);
    }
}

struct view {
    struct archive *archive;
    struct archive_window window;
    size_t count;
    struct map *first_days; /* origin -> the first day with counts of messages, int64_t */
    const struct cut *cut;  /* NULL: all mail */
    int64_t unnamed;        /* attempts */
};

static bool in_window(const struct view *view, int64_t day)
{
    return day >= view->window.since && day < view->window.until;
}

/* What waited before the first day of its host that is at hand, nobody of these days deferred. */
static void settle(const struct view *view, const struct item *item, int64_t number,
                   struct period *day)
{
    bool added;
    if (!day->counts_messages)
        return;
    int64_t *first = map_add(view->first_days, item->origin, &added);
    if (added) /* days come in their order */
        *first = number;
    period_settle(day, number - *first);
}

/* Which counters may be too low is said of all mail. */
static void add_part(struct view *view, const struct item *item, int64_t number,
                     const struct period *day)
{
    struct archive *archive = view->archive;
    struct period *sum = &archive->period;
    const struct cells *cells = &day->tally.cells;
    line_tally_merge(&sum->lines, &day->lines);
    sum->lines.unparsed_samples = sum->lines.ambiguous_samples = (struct samples){0};
    sum->evicted += day->evicted;
    sum->tally.strange += day->tally.strange;
    for (size_t i = 0; i < map_count(&cells->map); i++)
        map_add(&archive->providers, cells_names(map_key_at(&cells->map, i)).provider, NULL);
    if (cells->incomplete && day->tally.first <= day->tally.last)
        map_add(&archive->unknown_days, item->key, NULL);
    else
        view->unnamed += cells_cut(&sum->tally, cells, view->cut, number);
}

static int add_day(void *context, const struct item *item, struct err *err)
{
    struct view *view = context;
    struct archive *archive = view->archive;
    struct period day;
    int64_t number;
    if (archive_day_of(archive, item, "the counters of a day", &number, err) < 0)
        return -1;
    if (!in_window(view, number))
        return 0;
    period_init(&day);
    day.tally.cells.counts = view->cut != NULL;
    int result = period_unpack(&day, item->value, archive_taxonomy(archive)) < 0
                     ? archive_damaged(archive, "the counters of a day", err)
                     : 0;
    if (result == 0) {
        settle(view, item, number, &day);
        if (view->cut)
            add_part(view, item, number, &day);
        else
            period_merge(&archive->period, &day);
    }
    period_release(&day);
    return result;
}

static int add_destination(void *context, const struct item *item, struct err *err)
{
    const struct view *view = context;
    struct tally day;
    int64_t number;
    if (archive_day_of(view->archive, item, "the counters of a day", &number, err) < 0)
        return -1;
    if (!in_window(view, number))
        return 0;
    tally_init(&day);
    int result = tally_unpack_destinations(&day, item->value, number) < 0
                     ? archive_damaged(view->archive, "the counters of a day", err)
                     : 0;
    if (result == 0)
        tally_merge(&view->archive->period.tally, &day);
    tally_release(&day);
    return result;
}

static bool has_attempts(const struct view *view, const struct stream *stream)
{
    if (stream->first > stream->last)
        return view->window.since == INT64_MIN;
    return stream->last / SECONDS_A_DAY >= view->window.since &&
           stream->first / SECONDS_A_DAY < view->window.until;
}

static int add_stream(void *context, const struct item *item, struct err *err)
{
    struct view *view = context;
    struct archive *archive = view->archive;
    struct stream stream;
    struct mark mark;
    if (stream_unpack(&stream, &mark, item->value) < 0)
        return archive_damaged(archive, "where a log was read to", err);
    archive_note_newest(archive, &stream);
    if (!has_attempts(view, &stream))
        return 0;
    archive->inputs = mem_room(archive->inputs, view->count, sizeof *archive->inputs);
    archive->inputs[view->count++] =
        (struct input_status){.file = arena_copy(&archive->texts, stream.path),
                              .format = arena_copy(&archive->texts, stream.format),
                              .error = arena_copy(&archive->texts, stream.error),
                              .bytes = mark.offset,
                              .lines = mark.lines,
                              .cut_lines = stream.cut_lines,
                              .complete = stream.complete};
    return 0;
}

static int add_days(struct view *view, struct err *err)
{
    struct map first_days;
    map_init(&first_days, sizeof(int64_t));
    view->first_days = &first_days;
    int result = history_each(view->archive->history, ITEM_DAY, add_day, view, err);
    map_release(&first_days);
    return result;
}

static int by_file(const void *left, const void *right)
{
    const struct input_status *a = left, *b = right;
    int files = sv_cmp(a->file, b->file);
    if (files)
        return files;
    return a->bytes != b->bytes ? a->bytes < b->bytes ? -1 : 1
                                : (a->lines > b->lines) - (a->lines < b->lines);
}

static void sort_inputs(const struct view *view)
{
    if (view->count)
        qsort(view->archive->inputs, view->count, sizeof *view->archive->inputs, by_file);
}

int archive_view(struct archive *archive, struct archive_window window, struct archive_view *out,
                 struct suppress_source *source, struct err *err)
{
    struct history *history = archive->history;
    struct view view = {.archive = archive, .window = window};
    struct load_ledger ledger = {archive, NULL, false};
    struct load load = {.archive = archive, .evidence = &archive->all, .own = true, .others = true};
    archive->ledger = ledger.ledger = ledger_new(&(struct ledger_options){0});
    if (history_snapshot(history, err) < 0 || load_evidence(&load, err) < 0 ||
        archive_survey(archive, NULL, err) < 0 || add_days(&view, err) < 0 ||
        history_each(history, ITEM_ACTIVITY, add_destination, &view, err) < 0 ||
        (archive->has_others && archive_take_deliveries(archive, &archive->all, true, err) < 0) ||
        history_each(history, ITEM_STREAM, add_stream, &view, err) < 0 ||
        history_each(history, ITEM_LEDGER, load_ledger, &ledger, err) < 0)
        return -1;
    sort_inputs(&view);
    *out = (struct archive_view){
        .period = &archive->period,
        .before = window.since == INT64_MIN ? NULL : &archive->totals.tally,
        .inputs = archive->inputs,
        .input_count = view.count,
    };
    *source = (struct suppress_source){.evidence = &archive->all,
                                       .records = archive_records(archive),
                                       .ledger = archive->ledger,
                                       .latest = archive->period.tally.last,
                                       .first = archive->period.tally.first,
                                       .each_activity = archive_each_activity,
                                       .activity_context = archive,
                                       .by_day = true};
    return 0;
}

int archive_view_part(struct archive *archive, struct archive_window window, const struct cut *cut,
                      struct archive_part *part, struct err *err)
{
    struct view view = {.archive = archive, .window = window, .cut = cut};
    if (add_days(&view, err) < 0 ||
        history_each(archive->history, ITEM_STREAM, add_stream, &view, err) < 0)
        return -1;
    sort_inputs(&view);
    size_t count = map_count(&archive->unknown_days);
    sv *days = arena_alloc(&archive->texts, (count + 1) * sizeof *days);
    for (size_t i = 0; i < count; i++)
        days[i] = map_key_at(&archive->unknown_days, i);
    *part = (struct archive_part){.period = &archive->period,
                                  .unknown_days = days,
                                  .unknown_count = count,
                                  .unnamed = view.unnamed,
                                  .providers = &archive->providers,
                                  .inputs = archive->inputs,
                                  .input_count = view.count};
    return 0;
}
