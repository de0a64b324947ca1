/* bouncelog history show --json: one object for the history, or for each address, a line each.
 *
 * They have all that the text says (history_show.c), and in the same order. */
#include "bouncelog/base/mailbox.h"
#include "json_text.h"
#include "task.h"

static void add_failure(struct buf *out, const struct failure *failure,
                        const struct taxonomy *taxonomy)
{
    json_open(out, NULL, '{');
    json_add_text(out, "category", taxonomy->categories[failure->category].name);
    json_add_number(out, "messages", failure->message_count + failure->forgotten);
    json_add_number(out, "days", failure->day_count);
    json_add_time(out, "first_seen", failure_first_seen(failure));
    json_add_time(out, "last_seen", failure->last_seen);
    json_add_known_number(out, "code", failure->code);
    json_add_known(out, "enhanced", failure_text(failure, FAILURE_ENHANCED));
    json_add_text(out, "reply", failure_text(failure, FAILURE_REPLY));
    json_add_known(out, "rule", failure_text(failure, FAILURE_RULE));
    json_add_known(out, "host", failure_text(failure, FAILURE_HOST));
    json_add_known(out, "queue_id", failure_text(failure, FAILURE_QUEUE_ID));
    json_add_known(out, "file", failure_text(failure, FAILURE_FILE));
    json_add_number(out, "line", failure->line);
    json_open(out, "failed", '[');
    for (size_t i = 0; i < failure->message_count; i++) {
        const struct failed_message *message = failure_message(failure, i);
        json_open(out, NULL, '{');
        json_add_time(out, "time", message->time);
        json_add_bool(out, "at_once", message->at_once);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_close(out, '}');
}

/* What stands on the allow list: the address, or its @domain; empty: nobody allowed it. */
static sv allowed_as(struct task *task, sv address, char *bytes)
{
    const struct map *allowed = archive_allowed(task->archive);
    sv key = mailbox_key(address, bytes);
    size_t at = sv_rfind_byte(key, '@');
    return at == SV_NPOS                        ? SV_EMPTY
           : map_get(allowed, key)              ? key
           : map_get(allowed, sv_skip(key, at)) ? sv_skip(key, at)
                                                : SV_EMPTY;
}

static int add_address(struct task *task, sv address, struct err *err)
{
    char bytes[MAILBOX_MAX];
    struct buf *out = &task->text;
    const struct address_record *record;
    int found = archive_find(task->archive, address, &record, err);
    if (found < 0)
        return -1;
    json_open(out, NULL, '{');
    json_add_text(out, "address", address);
    json_add_known(out, "allowed_as", allowed_as(task, address, bytes));
    json_add_time(out, "listed_since", found ? record->listing.since : 0);
    json_add_time(out, "cleared_at", found ? record->listing.cleared_at : 0);
    json_add_time(out, "delivered_at", found ? record->delivered_at : 0);
    json_open(out, "failures", '[');
    for (const struct failure *failure = found ? record->failures : NULL; failure;
         failure = failure->next)
        add_failure(out, failure, &task->patterns.taxonomy);
    json_close(out, ']');
    json_end(out);
    return 0;
}

static int add_run(void *context, const struct history_run *run, struct err *err)
{
    struct task *task = context;
    struct buf *out = &task->text;
    (void)err;
    if (run->id < task->floor)
        return 0;
    json_open(out, NULL, '{');
    json_add_number(out, "run", run->id);
    json_add_time(out, "started", run->started);
    json_add_text(out, "what", run->what);
    json_close(out, '}');
    return 0;
}

static int add_overview(struct task *task, struct err *err)
{
    struct archive_overview overview;
    struct buf *out = &task->text;
    const struct map *allowed = archive_allowed(task->archive);
    if (archive_overview(task->archive, &overview, err) < 0 ||
        history_undo_floor(archive_history(task->archive), &task->floor, err) < 0)
        return -1;
    json_open(out, NULL, '{');
    json_add_number(out, "days", overview.days);
    json_add_known(out, "first_day", sv_from(overview.days ? overview.first_day : ""));
    json_add_known(out, "last_day", sv_from(overview.days ? overview.last_day : ""));
    json_add_number(out, "hosts", overview.hosts);
    json_add_number(out, "logs", overview.logs);
    json_add_number(out, "addresses", overview.addresses);
    json_add_number(out, "listed", overview.listed);
    json_add_number(out, "domains", overview.domains);
    json_add_known(out, "first_event_day", sv_from(overview.first_event_day));
    json_add_number(out, "event_bytes", overview.event_bytes);
    json_add_known(out, "made_with", archive_counting(task->archive));
    json_open(out, "allowed", '[');
    for (size_t i = 0; i < map_count(allowed); i++)
        json_add_text(out, NULL, map_key_at(allowed, i));
    json_close(out, ']');
    json_add_time(out, "braked_at", archive_braked_at(task->archive));
    json_open(out, "runs", '['); /* those that can be taken back */
    if (history_each_run(archive_history(task->archive), add_run, task, err) < 0)
        return -1;
    json_close(out, ']');
    json_end(out);
    return 0;
}

int history_show_json(struct task *task, struct err *err)
{
    if (!task->count)
        return add_overview(task, err);
    for (size_t i = 0; i < task->count; i++)
        if (add_address(task, sv_from(task->operands[i]), err) < 0)
            return -1;
    return 0;
}
