/* trials: what is kept of a failure, packed and read again, and what of a person is left when he is
 * forgotten. */
#include "bouncelog/base/mem.h"
#include "bouncelog/evidence/trials.h"
#include "loaded.h"

enum { DAY = 86400 };

static struct event event_of(const char *recipient, const char *words, int64_t time,
                             uint64_t message)
{
    struct event event = {.attempt = {.kind = RECORD_ATTEMPT,
                                      .mta = mta_of("postfix"),
                                      .time = time,
                                      .outcome = OUTCOME_BOUNCED,
                                      .severity = SEVERITY_PERMANENT,
                                      .recipient = sv_from(recipient),
                                      .relay = {SV("mx.example.net"), SV("192.0.2.25"), 25},
                                      .dsn = SV("5.1.1"),
                                      .said = {ORIGIN_REMOTE, STAGE_RCPT, SV_EMPTY},
                                      .reply = {550, SV("5.1.1"), sv_from(words)},
                                      .verdict = {.category = category_of("recipient_unknown"),
                                                  .basis = BASIS_RULE,
                                                  .rule = SV("unknown-user")},
                                      .provider = SV("google")},
                          .suppressible = true,
                          .cause = CATEGORY_NONE,
                          .action = ACTION_SUPPRESS,
                          .message = message};
    return event;
}

static void add(struct trials *trials, const struct event *event)
{
    trials_add(trials, event, &patterns.taxonomy, INT64_MIN);
}

/* "address time words; ...", as they stand in the list. */
static void add_all(struct buf *text, const struct trials *trials)
{
    struct arena arena = {0};
    for (size_t i = 0; i < trials->count; i++) {
        struct event event;
        trial_event(trials, &trials->list[i], &patterns.taxonomy, &arena, &event);
        buf_printf(text, "%s%.*s %lld %.*s", i ? "; " : "", SV_FMT(event.attempt.recipient),
                   (long long)event.attempt.time, SV_FMT(event.attempt.reply.text));
    }
    arena_release(&arena);
}

static void expect_all(const struct trials *trials, const char *want, const char *what)
{
    struct buf text = {0};
    add_all(&text, trials);
    expect_sv(buf_sv(&text), sv_from(want), sv_from(what));
    buf_release(&text);
}

/* What an event has, and a policy looks at, is there again. */
static void test_event(void **state)
{
    struct trials trials;
    struct arena arena = {0};
    struct event event = event_of("Joe@Example.COM", "no joe@example.com here", 5 * DAY, 7), got;
    (void)state;
    event.attempt.local = event.attempt.never_rcpt = true;
    event.attempt.verdict.for_a_time = true;
    trials_init(&trials);
    add(&trials, &event);
    trial_event(&trials, &trials.list[0], &patterns.taxonomy, &arena, &got);
    expect_sv(got.attempt.recipient, SV("joe@example.com"), SV("recipient"));
    expect_sv(got.attempt.reply.text, SV("no joe@example.com here"), SV("words"));
    expect_sv(got.attempt.verdict.rule, SV("unknown-user"), SV("rule"));
    expect_sv(got.attempt.provider, SV("google"), SV("provider"));
    expect_sv(got.attempt.relay.host, SV("mx.example.net"), SV("relay"));
    expect_sv(got.attempt.reply.enhanced, SV("5.1.1"), SV("enhanced"));
    assert_int_equal(got.attempt.reply.code, 550);
    assert_int_equal(got.attempt.time, 5 * DAY);
    assert_int_equal(got.attempt.outcome, OUTCOME_BOUNCED);
    assert_int_equal(got.attempt.severity, SEVERITY_PERMANENT);
    assert_int_equal(got.attempt.said.stage, STAGE_RCPT);
    assert_int_equal(got.attempt.verdict.category, category_of("recipient_unknown"));
    assert_int_equal(got.attempt.verdict.basis, BASIS_RULE);
    assert_int_equal(got.cause, CATEGORY_NONE);
    assert_int_equal(got.message, 7);
    assert_true(got.suppressible && got.attempt.local && got.attempt.never_rcpt &&
                got.attempt.verdict.for_a_time);
    arena_release(&arena);
    trials_release(&trials);
}

/* Words that name people are one shape; others are not. */
static void test_words(void **state)
{
    static const struct {
        const char *a, *b; /* of joe@example.com and of ann@example.org */
        size_t shapes;
    } rows[] = {
        {"joe@example.com is gone", "ann@example.org is gone", 1},
        {"user joe unknown", "user ann unknown", 1},
        {"gone, id 17ab-9", "gone, id 18cd-7", 1},
        {"<JOE@EXAMPLE.COM>: gone.", "<ann@example.org>: gone.", 1},
        {"see https://a1.example/", "see https://b2.example/", 1},
        {"mailbox full", "mailbox gone", 2},
        {"joe@example.com is gone", "nobody is gone", 2},
        {"", "gone", 2},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct trials trials;
        struct buf text = {0}, want = {0};
        struct event a = event_of("joe@example.com", rows[i].a, DAY, 1),
                     b = event_of("ann@example.org", rows[i].b, DAY, 2);
        trials_init(&trials);
        add(&trials, &a);
        add(&trials, &b);
        expect_int(map_count(&trials.shapes), rows[i].shapes, sv_from(rows[i].a));
        add_all(&text, &trials);
        assert_true(sv_find(buf_sv(&text), SV("joe")) < sv_find(buf_sv(&text), SV("; ")));
        assert_true(sv_find_byte(buf_sv(&text), 1) == SV_NPOS);
        buf_release(&text);
        buf_release(&want);
        trials_release(&trials);
    }
}

/* A deferral that comes again is one failure of its day; a bounce never is the same. */
static void test_again(void **state)
{
    struct trials trials;
    struct event event = event_of("joe@example.com", "full", DAY + 100, 1);
    (void)state;
    event.attempt.outcome = OUTCOME_DEFERRED;
    trials_init(&trials);
    for (int i = 0; i < 5; i++) {
        add(&trials, &event);
        event.attempt.time += 3600;
    }
    assert_int_equal(trials.count, 1);
    assert_int_equal(trials.list[0].earlier, 4 * 3600);
    event.attempt.time = 2 * DAY + 5;
    add(&trials, &event);
    event.message = 2;
    add(&trials, &event);
    assert_int_equal(trials.count, 3);
    trials_release(&trials);
}

/* The same failures give the same bytes, in whatever order, and those bytes the same failures. */
static void test_bytes(void **state)
{
    struct trials one, other, read;
    struct buf a = {0}, b = {0}, c = {0};
    struct event events[] = {event_of("joe@example.com", "joe@example.com is gone", DAY, 1),
                             event_of("ann@example.org", "no such user", DAY + 9, 2),
                             event_of("joe@example.com", "mailbox full", DAY + 7, 3)};
    (void)state;
    trials_init(&one);
    trials_init(&other);
    trials_init(&read);
    for (size_t i = 0; i < COUNT_OF(events); i++) {
        add(&one, &events[i]);
        add(&other, &events[COUNT_OF(events) - 1 - i]);
    }
    trials_pack(&a, &one);
    trials_pack(&b, &other);
    expect_sv(buf_sv(&b), buf_sv(&a), SV("another order"));
    assert_int_equal(trials_unpack(&read, buf_sv(&a)), 0);
    trials_pack(&c, &read);
    expect_sv(buf_sv(&c), buf_sv(&a), SV("read again"));
    expect_all(&read,
               "ann@example.org 86409 no such user; joe@example.com 86400 joe@example.com is gone; "
               "joe@example.com 86407 mailbox full",
               "what was read");
    for (size_t len = 0; len < a.len; len++) {
        struct trials part;
        trials_init(&part);
        int taken = trials_unpack(&part, sv_sub(buf_sv(&a), 0, len));
        assert_true(taken < 0 || part.count < read.count); /* whole addresses, but not all */
        trials_release(&part);
    }
    trials_release(&one);
    trials_release(&other);
    trials_release(&read);
    buf_release(&a);
    buf_release(&b);
    buf_release(&c);
}

static void test_forget(void **state)
{
    struct trials trials, left;
    struct buf all = {0}, out = {0};
    struct event a = event_of("joe@example.com", "joe@example.com is gone", DAY, 1),
                 b = event_of("ann@example.org", "forwarded to joe@example.com, which is gone",
                              DAY + 9, 2);
    (void)state;
    trials_init(&trials);
    trials_init(&left);
    add(&trials, &a);
    add(&trials, &b);
    trials_pack(&all, &trials);
    assert_int_equal(trials_forget(&out, buf_sv(&all), SV("nobody@example.com")), 0);
    assert_int_equal(trials_forget(&out, buf_sv(&all), SV("joe@example.com")), 1);
    assert_true(sv_find(buf_sv(&out), SV("joe@example.com")) == SV_NPOS);
    assert_int_equal(trials_unpack(&left, buf_sv(&out)), 0);
    expect_all(&left, "ann@example.org 86409 (forgotten)", "what is left");
    trials_release(&trials);
    trials_release(&left);
    buf_release(&all);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_event), cmocka_unit_test(test_words),  cmocka_unit_test(test_again),
        cmocka_unit_test(test_bytes), cmocka_unit_test(test_forget),
    };
    return cmocka_run_group_tests(tests, load_patterns, release_patterns);
}
