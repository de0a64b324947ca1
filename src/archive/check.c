/* Reads every value of a history that is to be merged in, as a report would. Its checksums say that
 * the bytes are those that were written; a history of 1.0.0 has none, and whatever wrote them may
 * have been wrong. What cannot be read would make the history that takes it in unreadable, so
 * nothing of such a one is taken. */
#include "bouncelog/base/pack.h"
#include "bouncelog/late/sent.h"
#include "state.h"

struct check {
    struct archive *archive;
    const char *path;
    const char *what;
    bool (*reads)(const struct check *check, sv value);
    bool (*reads_key)(sv key); /* NULL: any key */
};

static const struct taxonomy *taxonomy_of(const struct check *check)
{
    return archive_taxonomy(check->archive);
}

static bool reads_stream(const struct check *check, sv value)
{
    struct stream stream;
    struct mark mark;
    (void)check;
    return stream_unpack(&stream, &mark, value) == 0;
}

static bool reads_period(const struct check *check, sv value)
{
    struct period period;
    period_init(&period);
    bool reads = period_unpack(&period, value, taxonomy_of(check)) == 0;
    period_release(&period);
    return reads;
}

static void pass(void *context, sv name, enum activity_kind kind, const struct hour_activity *hours,
                 size_t count)
{
    (void)context;
    (void)name;
    (void)kind;
    (void)hours;
    (void)count;
}

static bool reads_activity(const struct check *check, sv value)
{
    (void)check;
    return activity_each(value, 0, pass, NULL) == 0;
}

static bool reads_record(const struct check *check, sv value)
{
    struct address_record record = {0};
    bool reads = address_record_unpack(&record, value, taxonomy_of(check)) == 0;
    address_record_release(&record);
    return reads;
}

static bool reads_ledger(const struct check *check, sv value)
{
    struct ledger *ledger = ledger_new(&(struct ledger_options){0});
    bool reads = ledger_unpack(ledger, value, taxonomy_of(check)) == 0;
    ledger_free(ledger);
    return reads;
}

static bool reads_senders(const struct check *check, sv value)
{
    struct unpack in = unpack_of(value);
    size_t count = unpack_count(&in, sizeof(uint64_t));
    (void)check;
    for (size_t i = 0; i < count; i++)
        (void)unpack_hash(&in);
    return !in.failed;
}

static bool reads_sent(const struct check *check, sv value)
{
    (void)check;
    return value.len % SENT_BYTES == 0;
}

static bool reads_taken(const struct check *check, sv value)
{
    (void)check;
    return archive_reads_taken(value);
}

static bool reads_trials(const struct check *check, sv value)
{
    (void)check;
    return archive_reads_trials(value);
}

static bool reads_regrets(const struct check *check, sv value)
{
    (void)check;
    return archive_reads_regrets(value);
}

static bool reads_events(const struct check *check, sv value)
{
    return archive_reads_events(check->archive, value);
}

static bool is_day(sv key)
{
    int64_t day;
    return archive_day_of_key(key, &day);
}

static int visit(void *context, const struct item *item, struct err *err)
{
    const struct check *check = context;
    if ((!check->reads_key || check->reads_key(item->key)) && check->reads(check, item->value))
        return 0;
    return err_set(err, ERR_HISTORY,
                   "%s: is damaged: %s cannot be read; nothing of it was merged: copy it again",
                   check->path, check->what);
}

int archive_check_items(struct archive *archive, struct history *other, const char *path,
                        struct err *err)
{
    static const struct {
        enum item_kind kind;
        bool (*reads)(const struct check *check, sv value);
        const char *what;
        bool (*reads_key)(sv key);
    } kinds[] = {{ITEM_STREAM, reads_stream, "where a log was read to", NULL},
                 {ITEM_DAY, reads_period, "the counters of a day", is_day},
                 {ITEM_TOTALS, reads_period, "the totals", NULL},
                 {ITEM_ACTIVITY, reads_activity, "the counters of a day", is_day},
                 {ITEM_ADDRESS, reads_record, "evidence", NULL},
                 {ITEM_DOMAIN, reads_record, "evidence", NULL},
                 {ITEM_LEDGER, reads_ledger, "open messages", NULL},
                 {ITEM_SENT, reads_sent, "the deliveries of a day", is_day},
                 {ITEM_TAKEN, reads_taken, "the deliveries that were taken back", NULL},
                 {ITEM_TRIALS, reads_trials, "what failed on a day", is_day},
                 {ITEM_REGRETS, reads_regrets, "who was listed and lived", is_day},
                 {ITEM_SENDERS, reads_senders, "envelope senders", NULL},
                 {ITEM_EVENTS, reads_events, "events", archive_is_events_key}};
    int result = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && result == 0; i++) {
        struct check check = {archive, path, kinds[i].what, kinds[i].reads, kinds[i].reads_key};
        result = history_each(other, kinds[i].kind, visit, &check, err);
    }
    return result;
}
