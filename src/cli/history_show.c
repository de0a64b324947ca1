/* bouncelog history show: what a history holds, or what is held against addresses.
 *
 * Without an address: days, counts, the runs and which of them can be undone. With one: every
 * failure that counts, where it was logged, and whether a person allowed the address. */
#include "bouncelog/base/date.h"
#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/text.h"
#include "task.h"

static const char *when(int64_t time, char *text)
{
    date_format(time, text);
    return text;
}

static void show_charge(struct buf *out, const struct failure *failure,
                        const struct taxonomy *taxonomy)
{
    char first[DATE_TEXT], last[DATE_TEXT], at[DATE_TEXT];
    const struct category *category = &taxonomy->categories[failure->category];
    buf_printf(out, "  %.*s: %lld message%s on %d day%s, %s to %s\n", SV_FMT(category->name),
               (long long)(failure->message_count + failure->forgotten),
               failure->message_count + failure->forgotten == 1 ? "" : "s", failure->day_count,
               failure->day_count == 1 ? "" : "s", when(failure_first_seen(failure), first),
               when(failure->last_seen, last));
    buf_printf(out, "    %s", failure->code ? "" : "no code");
    if (failure->code)
        buf_printf(out, "%d", failure->code);
    buf_add_byte(out, ' ');
    buf_add(out, failure_text(failure, FAILURE_ENHANCED));
    buf_add_byte(out, ' ');
    text_add_visible(out, failure_text(failure, FAILURE_REPLY));
    static const enum failure_text where[] = {FAILURE_RULE, FAILURE_HOST, FAILURE_QUEUE_ID,
                                              FAILURE_FILE};
    static const char *const before[] = {"\n    by ", "; ", " ", ", "};
    for (size_t i = 0; i < sizeof where / sizeof *where; i++) {
        buf_add(out, sv_from(before[i]));
        text_add_visible(out, failure_text(failure, where[i]));
    }
    buf_printf(out, " line %lld\n", (long long)failure->line);
    for (size_t i = 0; i < failure->message_count; i++) {
        const struct failed_message *message = failure_message(failure, i);
        buf_printf(out, "      %s%s\n", when(message->time, at),
                   message->at_once ? "  enough by itself" : "");
    }
}

/* By itself, or with all of its domain; false: it is not. */
static bool show_allowed(struct task *task, sv address)
{
    char bytes[MAILBOX_MAX];
    const struct map *allowed = archive_allowed(task->archive);
    sv key = mailbox_key(address, bytes);
    size_t at = sv_rfind_byte(key, '@');
    if (at == SV_NPOS)
        return false;
    bool alone = map_get(allowed, key), domain = map_get(allowed, sv_skip(key, at));
    if (alone)
        buf_add(&task->text, SV("  allowed: it is on no list\n"));
    else if (domain)
        buf_add(&task->text, SV("  allowed, with all of its domain: it is on no list\n"));
    return alone || domain;
}

static void show_record(struct task *task, const struct address_record *record, bool allowed)
{
    struct buf *out = &task->text;
    char at[DATE_TEXT];
    if (record->listing.since)
        buf_printf(out, "  %s since %s\n",
                   allowed ? "without that it is on the lists" : "on the lists",
                   when(record->listing.since, at));
    if (record->listing.cleared_at)
        buf_printf(out, "  was cleared %s\n", when(record->listing.cleared_at, at));
    if (record->delivered_at)
        buf_printf(out, "  took mail last, after a failure, %s\n", when(record->delivered_at, at));
    for (const struct failure *failure = record->failures; failure; failure = failure->next)
        show_charge(out, failure, &task->patterns.taxonomy);
}

static int show_run(void *context, const struct history_run *run, struct err *err)
{
    struct task *task = context;
    char at[DATE_TEXT];
    (void)err;
    if (run->id >= task->floor)
        buf_printf(&task->text, "  run %lld  %s  %.*s\n", (long long)run->id,
                   when(run->started, at), SV_FMT(run->what));
    return 0;
}

static int show_overview(struct task *task, struct err *err)
{
    struct archive_overview overview;
    struct buf *out = &task->text;
    if (archive_overview(task->archive, &overview, err) < 0)
        return -1;
    if (overview.days)
        buf_printf(out, "days       %lld, %s to %s\n", (long long)overview.days, overview.first_day,
                   overview.last_day);
    else
        buf_add(out, SV("days       none yet\n"));
    buf_printf(out,
               "hosts      %lld\nlogs       %lld\naddresses  %lld with evidence, %lld on the "
               "lists\ndomains    %lld with evidence\n",
               (long long)overview.hosts, (long long)overview.logs, (long long)overview.addresses,
               (long long)overview.listed, (long long)overview.domains);
    if (overview.event_bytes)
        buf_printf(out, "events     kept since %s, %lld KiB\n", overview.first_event_day,
                   (long long)(overview.event_bytes + 1023) / 1024);
    sv counting = archive_counting(task->archive);
    if (counting.len) {
        buf_add(out, SV("made with  "));
        text_add_visible(out, counting);
        buf_add_byte(out, '\n');
    }
    const struct map *allowed = archive_allowed(task->archive);
    buf_printf(out, "allowed    %zu\n", map_count(allowed));
    for (size_t i = 0; i < map_count(allowed); i++) {
        buf_add(out, SV("  "));
        text_add_visible(out, map_key_at(allowed, i));
        buf_add_byte(out, '\n');
    }
    int64_t braked_at = archive_braked_at(task->archive);
    if (braked_at) {
        char since[DATE_TEXT];
        date_format(braked_at, since);
        buf_printf(out, "brake      the lists stay as they are since %s, until --force\n", since);
    }
    buf_add(out, SV("runs that can be taken back\n"));
    if (history_undo_floor(archive_history(task->archive), &task->floor, err) < 0)
        return -1;
    return history_each_run(archive_history(task->archive), show_run, task, err);
}

int history_show(struct task *task, struct err *err)
{
    if (task_open(task, HISTORY_READ, "show", err) < 0)
        return -1;
    if (task->options->json)
        return history_show_json(task, err);
    if (!task->count)
        return show_overview(task, err);
    for (size_t i = 0; i < task->count; i++) {
        const struct address_record *record;
        sv address = sv_from(task->operands[i]);
        int found = archive_find(task->archive, address, &record, err);
        if (found < 0)
            return -1;
        text_add_visible(&task->text, address);
        buf_add_byte(&task->text, '\n');
        bool allowed = show_allowed(task, address);
        if (found)
            show_record(task, record, allowed);
        else
            buf_add(&task->text, SV("  nothing is held against it\n"));
    }
    return 0;
}
