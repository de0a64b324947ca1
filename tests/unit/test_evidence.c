/* evidence: what is held against an address does not depend on the order of nights and hosts. */
#include "bouncelog/base/mem.h"
#include "bouncelog/evidence/evidence.h"
#include "loaded.h"

enum { DAY = 86400, HOUR = 3600 };

struct step {
    int64_t time;
    const char *host, *id;
    const char *category; /* NULL: a delivery */
    bool at_once;
};

static void note(struct evidence *evidence, const struct step *step, int64_t line)
{
    struct event event = {
        .attempt = {.kind = RECORD_ATTEMPT,
                    .outcome = step->category ? OUTCOME_BOUNCED : OUTCOME_DELIVERED,
                    .time = step->time,
                    .line = line,
                    .host = sv_from(step->host),
                    .queue_id = sv_from(step->id),
                    .recipient = SV("joe@example.com"),
                    .original = SV_EMPTY,
                    .reply = {550, SV("5.1.1"), sv_from(step->id)},
                    .verdict = {.category =
                                    step->category ? category_of(step->category) : CATEGORY_NONE}},
        .file = SV("mail.log"),
        .action =
            step->category ? step->at_once ? ACTION_SUPPRESS : ACTION_COUNT_TOWARD : ACTION_NONE,
        .message = hash_mix(hash_bytes(sv_from(step->id)), hash_bytes(sv_from(step->host)))};
    ledger_fingerprint(&event.attempt);
    evidence_record(evidence, &event, false);
}

/* Categories in an order of their own, messages and days by time. */
static void describe(struct buf *out, const struct address_record *record)
{
    buf_printf(out, "delivered %lld;", (long long)record->delivered_at);
    for (size_t category = 0; category < patterns.taxonomy.category_count; category++)
        for (const struct failure *at = record->failures; at; at = at->next) {
            if (at->category != category)
                continue;
            int64_t sum = 0, once = 0, days = 0;
            for (size_t i = 0; i < at->message_count; i++) {
                sum += failure_message(at, i)->time * 3 + failure_message(at, i)->earlier;
                once += failure_message(at, i)->at_once;
            }
            for (size_t i = 0; i < at->day_count; i++)
                days += failure_day(at, i);
            buf_printf(out, " %zu: %u messages %lld, %lld at once, %u days %lld, %lld to %lld, %s",
                       category, at->message_count, (long long)sum, (long long)once, at->day_count,
                       (long long)days, (long long)failure_first_seen(at), (long long)at->last_seen,
                       failure_text(at, FAILURE_REPLY).ptr);
        }
}

static const struct address_record *joe(const struct evidence *evidence)
{
    return map_get(&evidence->addresses, SV("joe@example.com"));
}

/* Three hosts; each has the order of its own times. A delivery tells nobody apart who has not
 * failed before, so each host's first step fails. */
static const struct step steps[] = {
    {1 * DAY, "a", "A1", "mailbox_full", false},
    {1 * DAY + HOUR, "a", "A1", "mailbox_full", false},
    {2 * DAY, "a", "A2", "mailbox_full", false},
    {9 * DAY, "a", "A3", "recipient_unknown", true},
    {1 * DAY + 5, "b", "B1", "mailbox_full", false},
    {3 * DAY, "b", "B2", NULL, false},
    {4 * DAY, "b", "B3", "mailbox_full", false},
    {0, "c", "C1", "recipient_unknown", true},
    {3 * DAY + HOUR, "c", "C2", "mailbox_full", false},
    {9 * DAY, "c", "C3", "recipient_unknown", true},
};

static void note_host(struct evidence *evidence, char host)
{
    for (size_t i = 0; i < COUNT_OF(steps); i++)
        if (steps[i].host[0] == host)
            note(evidence, &steps[i], (int64_t)i + 1);
}

static void test_hosts_in_any_order(void **state)
{
    static const char *const orders[] = {"abc", "acb", "bac", "bca", "cab", "cba"};
    static const char want[] = "delivered 259200;";
    struct buf first = {0};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        struct evidence in_one_run;
        struct address_record merged = {0};
        struct buf run = {0}, parts = {0};
        evidence_init(&in_one_run);
        for (size_t j = 0; j < 3; j++) {
            struct evidence alone;
            struct buf bytes = {0};
            note_host(&in_one_run, orders[i][j]);
            evidence_init(&alone);
            note_host(&alone, orders[i][j]);
            address_record_pack(&bytes, joe(&alone), &patterns.taxonomy);
            assert_int_equal(address_record_unpack(&merged, buf_sv(&bytes), &patterns.taxonomy), 0);
            evidence_release(&alone);
            buf_release(&bytes);
        }
        describe(&run, joe(&in_one_run));
        describe(&parts, &merged);
        if (i == 0)
            buf_add(&first, buf_sv(&run));
        assert_true(sv_starts(buf_sv(&run), sv_from(want)));
        expect_sv(buf_sv(&run), buf_sv(&first), sv_from(orders[i]));
        expect_sv(buf_sv(&parts), buf_sv(&first), sv_from(orders[i]));
        address_record_forget_before(&merged, INT64_MAX);
        assert_null(merged.failures);
        evidence_release(&in_one_run);
        buf_release(&run);
        buf_release(&parts);
    }
    buf_release(&first);
}

/* The first is never thinned out, nor are the latest of each day. */
static void test_thinning(void **state)
{
    static const int64_t per_day[] = {1, 7, 8, 9, 50, 1000};
    (void)state;
    for (size_t n = 0; n < COUNT_OF(per_day); n++) {
        struct evidence evidence;
        evidence_init(&evidence);
        for (int64_t day = 0; day < 6; day++)
            for (int64_t i = 0; i < per_day[n]; i++) {
                char id[32];
                (void)snprintf(id, sizeof id, "%lld-%lld", (long long)day, (long long)i);
                struct step step = {day * DAY + i + 1, "a", id, "mailbox_full", false};
                note(&evidence, &step, 1);
            }
        const struct failure *failure = joe(&evidence)->failures;
        assert_int_equal(failure->message_count + failure->forgotten, 6 * per_day[n]);
        assert_int_equal(failure->day_count, 6);
        assert_int_equal(failure_first_seen(failure), 1);
        assert_int_equal(failure->last_seen, 5 * DAY + per_day[n]);
        int64_t kept = per_day[n] < FAILURE_MESSAGES_A_DAY ? per_day[n] : FAILURE_MESSAGES_A_DAY;
        assert_int_equal(failure->message_count, 6 * kept);
        evidence_release(&evidence);
    }
}

static void test_damaged(void **state)
{
    struct evidence evidence;
    struct buf bytes = {0};
    (void)state;
    evidence_init(&evidence);
    note_host(&evidence, 'a');
    address_record_pack(&bytes, joe(&evidence), &patterns.taxonomy);
    for (size_t i = 0; i < bytes.len; i++) {
        struct address_record record = {0};
        assert_int_equal(address_record_unpack(&record, sv_make(bytes.ptr, i), &patterns.taxonomy),
                         -1);
        address_record_forget_before(&record, INT64_MAX);
    }
    evidence_release(&evidence);
    buf_release(&bytes);
}

/* --- what an earlier run knew */

struct earlier {
    struct buf bytes;
    size_t recalled;
};

static void recall(void *context, sv key, struct address_record *record)
{
    struct earlier *earlier = context;
    expect_sv(key, SV("joe@example.com"), SV_EMPTY);
    earlier->recalled++;
    assert_int_equal(address_record_unpack(record, buf_sv(&earlier->bytes), &patterns.taxonomy), 0);
}

static void note_some(struct evidence *evidence, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        note(evidence, &steps[i], (int64_t)i + 1);
}

/* Whenever the night begins, and whether a failure or a delivery comes first in it. */
static void test_recall(void **state)
{
    uint64_t fingerprint = hash_bytes(SV("joe@example.com"));
    (void)state;
    for (size_t night = 1; night < COUNT_OF(steps); night++) {
        struct evidence before, after, whole;
        struct fpset known = {0};
        struct earlier earlier = {.recalled = 0};
        struct buf have = {0}, want = {0};
        evidence_init(&before);
        evidence_init(&after);
        evidence_init(&whole);
        note_some(&whole, 0, COUNT_OF(steps));
        note_some(&before, 0, night);
        address_record_pack(&earlier.bytes, joe(&before), &patterns.taxonomy);
        fpset_add(&known, fingerprint, EVIDENCE_KNOWN);
        after.past = (struct evidence_past){&known, recall, &earlier};
        assert_null(joe(&after));
        note_some(&after, night, COUNT_OF(steps));
        assert_int_equal(earlier.recalled, 1);
        describe(&have, joe(&after));
        describe(&want, joe(&whole));
        expect_sv(buf_sv(&have), buf_sv(&want), SV_EMPTY);
        buf_release(&have);
        buf_release(&want);
        buf_release(&earlier.bytes);
        fpset_release(&known);
        evidence_release(&before);
        evidence_release(&after);
        evidence_release(&whole);
    }
}

/* Whom only another host knows, our own past knows nothing of: his mail is no evidence of ours. */
static void test_no_recall(void **state)
{
    static const struct step delivered = {3 * DAY, "b", "B2", NULL, false};
    struct evidence evidence;
    struct fpset known = {0};
    struct earlier earlier = {.recalled = 0};
    (void)state;
    evidence_init(&evidence);
    evidence.past = (struct evidence_past){&known, recall, &earlier};
    note(&evidence, &delivered, 1);
    fpset_add(&known, hash_bytes(SV("joe@example.com")), 0);
    note(&evidence, &delivered, 2);
    assert_null(joe(&evidence));
    assert_int_equal(earlier.recalled, 0);
    fpset_release(&known);
    evidence_release(&evidence);
}

static void test_glance(void **state)
{
    (void)state;
    for (size_t count = 1; count <= COUNT_OF(steps); count++) {
        struct evidence evidence;
        struct buf bytes = {0};
        struct address_glance glance;
        int64_t first = INT64_MAX;
        evidence_init(&evidence);
        note_some(&evidence, 0, count);
        const struct address_record *record = joe(&evidence);
        for (const struct failure *at = record->failures; at; at = at->next)
            first = failure_first_seen(at) < first ? failure_first_seen(at) : first;
        address_record_pack(&bytes, record, &patterns.taxonomy);
        assert_int_equal(address_record_glance(&glance, buf_sv(&bytes), &patterns.taxonomy), 0);
        assert_int_equal(glance.first, first);
        assert_int_equal(glance.latest, address_record_latest(record));
        assert_false(glance.came_back || glance.waits);
        record->failures->first.original = 7;
        record->failures->facts.outcome = OUTCOME_BOUNCED_LATER;
        buf_clear(&bytes);
        address_record_pack(&bytes, record, &patterns.taxonomy);
        assert_int_equal(address_record_glance(&glance, buf_sv(&bytes), &patterns.taxonomy), 0);
        assert_true(glance.came_back && glance.waits);
        buf_release(&bytes);
        evidence_release(&evidence);
    }
}

static void note_sender(struct evidence *evidence, uint64_t sender, const char *text)
{
    struct event event = {.attempt = {.kind = RECORD_ATTEMPT,
                                      .outcome = OUTCOME_DELIVERED,
                                      .recipient = SV("joe@example.com"),
                                      .relay = {SV("mx.example.com"), SV("192.0.2.7"), 25}},
                          .sender = sv_from(text),
                          .sender_key = sender,
                          .sender_known = true};
    evidence_record(evidence, &event, false);
}

/* Who has sent mail is known from then on, and all are in the set once it is asked for. */
static void test_senders(void **state)
{
    enum { SENDERS = 100 };
    struct evidence evidence;
    char text[32];
    (void)state;
    evidence_init(&evidence);
    evidence_settle_senders(&evidence);
    assert_int_equal(evidence.senders.count, 0);
    for (int i = 0; i < SENDERS; i++) {
        snprintf(text, sizeof text, "news%d@example.com", i);
        assert_false(evidence_is_sender(&evidence, sv_from(text)));
        note_sender(&evidence, hash_mailbox(sv_from(text)), text);
        note_sender(&evidence, hash_mailbox(sv_from(text)), text);
        for (int j = 0; j <= i; j++) {
            snprintf(text, sizeof text, "News%d@example.com", j);
            assert_true(evidence_is_sender(&evidence, sv_from(text)));
        }
    }
    assert_false(evidence_is_sender(&evidence, SV("joe@example.com")));
    evidence_settle_senders(&evidence);
    assert_int_equal(evidence.senders.count, SENDERS);
    assert_true(evidence_is_sender(&evidence, SV("news99@example.com")));
    evidence_release(&evidence);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts_in_any_order),
        cmocka_unit_test(test_thinning),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_recall),
        cmocka_unit_test(test_no_recall),
        cmocka_unit_test(test_glance),
        cmocka_unit_test(test_senders),
    };
    return cmocka_run_group_tests(tests, load_patterns, release_patterns);
}
