/* suppress: a history of attempts in, decisions out: docs/POLICY.md, row by row. Each line says
 * what happened, and who is listed for it: "address category messages days first last". */
#include <stdio.h>
#include <stdlib.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/pipeline/pipeline.h"
#include "bouncelog/report/report.h"
#include "bouncelog/suppress/suppress.h"
#include "loaded.h"

enum { DAY = 86400 };

/* One attempt; what is not said is a permanent failure of joe@example.com by a rule at RCPT. */
struct step {
    const char *category, *id, *to, *original, *sender, *transport, *provider, *relay, *ip;
    int64_t time;
    enum outcome outcome;
    enum severity severity;
    enum basis basis;
    bool removed;          /* the line only frees the queue id */
    bool queued;           /* ...or makes it */
    const char *forwarded; /* by an agent of our own, as this queue id */
    bool local;
};

#define STEP(what, queue_id, when, is, how_severe, because, ...)                                   \
    {                                                                                              \
        .category = what, .id = queue_id, .time = when, .outcome = is, .severity = how_severe,     \
        .basis = because, __VA_ARGS__                                                              \
    }
#define FAILS(what, queue_id, when, ...)                                                           \
    STEP(what, queue_id, when, OUTCOME_BOUNCED, SEVERITY_PERMANENT, BASIS_RULE, __VA_ARGS__)
#define FAILS_BY(basis, what, queue_id, when)                                                      \
    STEP(what, queue_id, when, OUTCOME_BOUNCED, SEVERITY_PERMANENT, basis, )
#define RETRIES(what, queue_id, when, ...)                                                         \
    STEP(what, queue_id, when, OUTCOME_DEFERRED, SEVERITY_TRANSIENT, BASIS_RULE, __VA_ARGS__)
#define ENDS(outcome, queue_id, when, ...)                                                         \
    STEP(NULL, queue_id, when, outcome, SEVERITY_NONE, BASIS_NONE, __VA_ARGS__)
#define DELIVERS(queue_id, when, ...) ENDS(OUTCOME_DELIVERED, queue_id, when, __VA_ARGS__)
#define KEEPS(queue_id, when, ...) DELIVERS(queue_id, when, .local = true, __VA_ARGS__)
#define FORWARDS(queue_id, as, when, ...) KEEPS(queue_id, when, .forwarded = as, __VA_ARGS__)
#define QUEUES(queue_id)                                                                           \
    {                                                                                              \
        .id = queue_id, .queued = true                                                             \
    }
#define REMOVES(queue_id)                                                                          \
    {                                                                                              \
        .id = queue_id, .removed = true                                                            \
    }

static sv text_or(const char *text, const char *otherwise)
{
    return sv_from(text ? text : otherwise);
}

static void note(void *context, struct event *event)
{
    struct evidence *evidence = context;
    uint8_t category = event->attempt.verdict.category;
    pipeline_judge(&patterns, event);
    category = event->attempt.verdict.category;
    evidence_record(evidence, event,
                    category < patterns.taxonomy.category_count &&
                        patterns.policy.rules[category].per_domain);
}

static struct record record_of(const struct step *step, int64_t line)
{
    return (struct record){
        .kind = step->removed  ? RECORD_REMOVED
                : step->queued ? RECORD_QUEUED
                               : RECORD_ATTEMPT,
        .mta = mta_of("postfix"),
        .outcome = step->outcome,
        .severity = step->severity,
        .time = step->time,
        .line = line,
        .host = SV("mx1"),
        .queue_id = sv_from(step->id),
        .recipient = text_or(step->to, "joe@example.com"),
        .original = text_or(step->original, ""),
        .forwarded_id = text_or(step->forwarded, ""),
        .local = step->local,
        .transport = text_or(step->transport, ""),
        .provider = text_or(step->provider, ""),
        .relay = {.host = text_or(step->relay, ""), .ip = text_or(step->ip, "")},
        .has_sender = true,
        .sender = text_or(step->sender, "news@shop.example"),
        .delay_s = -1,
        .said = {ORIGIN_REMOTE, STAGE_RCPT, SV_EMPTY},
        .reply = {550, SV("5.1.1"), SV("no such person")},
        .verdict = {.category = step->category ? category_of(step->category) : CATEGORY_NONE,
                    .basis = step->basis,
                    .rule = SV("some-rule")}};
}

/* What was decided, and what it is about. */
struct outcome_of_steps {
    struct evidence evidence;
    struct decisions decisions;
};

static void release(struct outcome_of_steps *outcome)
{
    decisions_release(&outcome->decisions);
    evidence_release(&outcome->evidence);
}

/* Records the steps, and decides as the options say; the caller releases it. before: where joe
 * stands on the lists; or NULL. */
static void decide_listed(struct outcome_of_steps *outcome, const struct step *steps, size_t count,
                          const struct listing *before, const struct suppress_source *more,
                          const struct suppress_options *options)
{
    evidence_init(&outcome->evidence);
    struct ledger_options how = {.handler = note, .context = &outcome->evidence};
    struct ledger *ledger = ledger_new(&how);
    for (size_t i = 0; i < count; i++) {
        struct record record = record_of(&steps[i], (int64_t)i + 1);
        ledger_apply(ledger, SV("mail.log"), &record);
    }
    struct suppress_source source = *more;
    source.evidence = &outcome->evidence;
    source.ledger = ledger;
    struct suppress_options wanted = *options;
    wanted.taxonomy = &patterns.taxonomy;
    if (!wanted.policy)
        wanted.policy = &patterns.policy;
    if (before)
        ((struct address_record *)map_get(&outcome->evidence.addresses, SV("joe@example.com")))
            ->listing = *before;
    suppress_decide(&outcome->decisions, &source, &wanted);
    ledger_free(ledger);
}

static void decide(struct outcome_of_steps *outcome, const struct step *steps, size_t count,
                   const struct suppress_source *more, const struct suppress_options *options)
{
    decide_listed(outcome, steps, count, NULL, more, options);
}

static const struct suppress_source nothing_more = {.latest = INT64_MIN};
static const struct suppress_options no_options;

static int by_key(const void *a, const void *b)
{
    return sv_cmp(((const struct decision *)a)->key, ((const struct decision *)b)->key);
}

/* "address category messages days first last; ...", sorted. */
static void add_listed(struct buf *text, struct decision *decisions, size_t count)
{
    const char *between = "";
    if (count) /* no decisions may be NULL, which qsort may not be given */
        qsort(decisions, count, sizeof *decisions, by_key);
    for (size_t i = 0; i < count; i++) {
        const struct decision *decision = &decisions[i];
        if (decision->ruling != RULING_LISTED)
            continue;
        const struct failure *failure = decision->failure;
        buf_printf(text, "%s%.*s %.*s %lld %d %lld %lld", between, SV_FMT(decision->key),
                   SV_FMT(patterns.taxonomy.categories[failure->category].name),
                   (long long)decision->messages, failure->day_count,
                   (long long)failure_first_seen(failure), (long long)failure->last_seen);
        between = "; ";
    }
}

static void expect_list(const struct step *steps, size_t count, const char *want, const char *why)
{
    struct outcome_of_steps outcome;
    struct buf got = {0};
    decide(&outcome, steps, count, &nothing_more, &no_options);
    add_listed(&got, outcome.decisions.addresses, outcome.decisions.address_count);
    if (outcome.decisions.domain_count) /* domains behind a | */
        buf_add(&got, SV(" | "));
    add_listed(&got, outcome.decisions.domains, outcome.decisions.domain_count);
    expect_sv(buf_sv(&got), sv_from(want), sv_from(why));
    buf_release(&got);
    release(&outcome);
}
#define LIST(why, want, ...)                                                                       \
    do {                                                                                           \
        static const struct step steps_[] = {__VA_ARGS__};                                         \
        expect_list(steps_, COUNT_OF(steps_), want, why);                                          \
    } while (0)

#define UNKNOWN "recipient_unknown"
#define FULL "mailbox_full"

static void test_at_once(void **state)
{
    (void)state;
    LIST("one permanent failure", "joe@example.com recipient_unknown 1 1 5 5",
         FAILS(UNKNOWN, "A", 5));
    LIST("in lower case", "joe@example.com recipient_unknown 1 1 5 5",
         FAILS(UNKNOWN, "A", 5, .to = "Joe@Example.com"));
    LIST("on weak grounds: not yet", "", FAILS_BY(BASIS_CODE, UNKNOWN, "A", 5));
    LIST("a deferral: not yet", "",
         STEP(UNKNOWN, "A", 5, OUTCOME_DEFERRED, SEVERITY_PERMANENT, BASIS_RULE, ));
    LIST("a full mailbox: not yet", "", FAILS(FULL, "A", 5));
    LIST("blocked because of us: never", "", FAILS("reputation", "A", 5));
    LIST("sorted by address",
         "a@x.example recipient_unknown 1 1 6 6; "
         "b@x.example recipient_unknown 1 1 5 5",
         FAILS(UNKNOWN, "A", 5, .to = "b@x.example"), FAILS(UNKNOWN, "A", 6, .to = "a@x.example"));
}

static void test_counted(void **state)
{
    (void)state;
    LIST("3 messages spanning 14 days", "joe@example.com mailbox_full 3 3 0 1209600",
         RETRIES(FULL, "A", 0), RETRIES(FULL, "B", 7 * DAY), RETRIES(FULL, "C", 14 * DAY));
    LIST("...less a second", "", RETRIES(FULL, "A", 0), RETRIES(FULL, "B", 7 * DAY),
         RETRIES(FULL, "C", 14 * DAY - 1));
    LIST("retries of one message count once", "", RETRIES(FULL, "A", 0), RETRIES(FULL, "A", DAY),
         RETRIES(FULL, "A", 7 * DAY), RETRIES(FULL, "A", 14 * DAY), FAILS(FULL, "A", 15 * DAY));
    LIST("...two messages, many retries", "", RETRIES(FULL, "A", 0), RETRIES(FULL, "B", 7 * DAY),
         RETRIES(FULL, "B", 14 * DAY), RETRIES(FULL, "A", 15 * DAY));
    LIST("an id that was free again is another message",
         "joe@example.com mailbox_full 3 3 0 1209600", RETRIES(FULL, "A", 0), REMOVES("A"),
         RETRIES(FULL, "A", 7 * DAY), REMOVES("A"), RETRIES(FULL, "A", 14 * DAY));
    LIST("two messages on one day are one day", "joe@example.com mailbox_full 4 3 0 1209600",
         RETRIES(FULL, "A", 0), RETRIES(FULL, "D", 60), RETRIES(FULL, "B", 7 * DAY),
         RETRIES(FULL, "C", 14 * DAY));
    LIST("weak grounds count like deferrals", "joe@example.com recipient_unknown 3 3 0 1209600",
         FAILS_BY(BASIS_MTA, UNKNOWN, "A", 0), RETRIES(UNKNOWN, "B", 7 * DAY),
         FAILS_BY(BASIS_CODE, UNKNOWN, "C", 14 * DAY));
    LIST("categories do not add up", "", RETRIES(FULL, "A", 0), RETRIES(FULL, "B", 7 * DAY),
         RETRIES(UNKNOWN, "C", 14 * DAY));
    LIST("of two grounds, the one that suffices at once",
         "joe@example.com recipient_unknown 1 1 100 100", FAILS(UNKNOWN, "X", 100),
         RETRIES(FULL, "A", 0), RETRIES(FULL, "B", 7 * DAY), RETRIES(FULL, "C", 14 * DAY));
    LIST("3 messages within 30 days", "joe@example.com recipient_refuses 3 1 0 2",
         FAILS("recipient_refuses", "A", 0), FAILS("recipient_refuses", "B", 1),
         FAILS("recipient_refuses", "C", 2));
}

static void test_delivery_resets(void **state)
{
    (void)state;
    LIST("a delivery wipes the slate clean", "", FAILS(UNKNOWN, "A", 0), DELIVERS("B", 10));
    LIST("...of this address alone", "joe@example.com recipient_unknown 1 1 0 0",
         FAILS(UNKNOWN, "A", 0), DELIVERS("B", 10, .to = "eve@example.com"));
    LIST("...whatever its case", "", FAILS(UNKNOWN, "A", 0),
         DELIVERS("B", 10, .to = "JOE@EXAMPLE.COM"));
    LIST("...and the count begins anew", "", RETRIES(FULL, "A", 0), RETRIES(FULL, "B", 7 * DAY),
         DELIVERS("X", 8 * DAY), RETRIES(FULL, "C", 14 * DAY), RETRIES(FULL, "D", 15 * DAY));
    LIST("...a failure after it counts", "joe@example.com recipient_unknown 1 1 20 20",
         DELIVERS("B", 10), FAILS(UNKNOWN, "A", 20));
    LIST("handed over is no delivery", "joe@example.com recipient_unknown 1 1 0 0",
         FAILS(UNKNOWN, "A", 0), ENDS(OUTCOME_HANDED_OVER, "B", 10));
    LIST("nor is discarded", "joe@example.com recipient_unknown 1 1 0 0", FAILS(UNKNOWN, "A", 0),
         ENDS(OUTCOME_DISCARDED, "B", 10));
}

#define NO_DOMAIN "domain_not_found"

static void test_per_domain(void **state)
{
    (void)state;
    LIST("addresses of a domain count together",
         "a@x.example domain_not_found 1 1 0 0; b@x.example domain_not_found 1 1 86400 86400; "
         "c@x.example domain_not_found 1 1 172800 172800 | "
         "x.example domain_not_found 3 3 0 172800",
         FAILS(NO_DOMAIN, "A", 0, .to = "a@x.example"),
         FAILS(NO_DOMAIN, "B", DAY, .to = "b@X.example"),
         FAILS(NO_DOMAIN, "C", 2 * DAY, .to = "c@x.example"));
    LIST("...not those of a domain below it", "", FAILS(NO_DOMAIN, "A", 0, .to = "a@x.example"),
         FAILS(NO_DOMAIN, "B", DAY, .to = "b@y.x.example"),
         FAILS(NO_DOMAIN, "C", 2 * DAY, .to = "c@x.example"));
    LIST("mail to anyone there clears the domain", "",
         FAILS(NO_DOMAIN, "A", 0, .to = "a@x.example"),
         FAILS(NO_DOMAIN, "B", DAY, .to = "b@x.example"), DELIVERS("X", DAY, .to = "d@x.example"),
         FAILS(NO_DOMAIN, "C", 2 * DAY, .to = "c@x.example"));
    LIST("relay_denied: the addresses, but no domain", "a@x.example relay_denied 3 3 0 1209600",
         FAILS("relay_denied", "A", 0, .to = "a@x.example"),
         FAILS("relay_denied", "B", 7 * DAY, .to = "a@x.example"),
         FAILS("relay_denied", "C", 14 * DAY, .to = "a@x.example"));
}

/* Which address: the one that was mailed, if it stands for that one recipient alone. */
static void test_original(void **state)
{
    (void)state;
    LIST("an alias of one", "sales@shop.example recipient_unknown 1 1 5 5", QUEUES("A"),
         FAILS(UNKNOWN, "A", 5, .original = "Sales@shop.example"));
    LIST("an alias of two: the final one", "joe@example.com recipient_unknown 1 1 5 5", QUEUES("A"),
         FAILS(UNKNOWN, "A", 5, .original = "sales@shop.example"),
         DELIVERS("A", 6, .to = "eve@example.com", .original = "sales@shop.example"));
    LIST("...found out only afterwards",
         "eve@example.com recipient_unknown 1 1 6 6; joe@example.com recipient_unknown 1 1 5 5",
         QUEUES("A"), FAILS(UNKNOWN, "A", 5, .original = "sales@shop.example"),
         FAILS(UNKNOWN, "A", 6, .to = "eve@example.com", .original = "sales@shop.example"));
    LIST("an alias that keeps a copy", "joe@example.com recipient_unknown 1 1 6 6", QUEUES("A"),
         DELIVERS("A", 5, .to = "sales@shop.example"),
         FAILS(UNKNOWN, "A", 6, .original = "sales@shop.example"));
    LIST("...in the other order", "joe@example.com recipient_unknown 1 1 5 5", QUEUES("A"),
         FAILS(UNKNOWN, "A", 5, .original = "sales@shop.example"),
         DELIVERS("A", 6, .to = "sales@shop.example"));
    LIST("a mailbox that keeps its mail and sends a copy on",
         "bob@example.net recipient_unknown 1 1 7 7", KEEPS("A", 5, .to = "joe@example.com"),
         QUEUES("B"), FORWARDS("A", "B", 6, .to = "joe@example.com"),
         FAILS(UNKNOWN, "B", 7, .to = "bob@example.net", .original = "joe@example.com"));
    LIST("...which was an alias itself", "bob@example.net recipient_unknown 1 1 7 7",
         KEEPS("A", 5, .to = "j@mx1.example.com", .original = "joe@example.com"), QUEUES("B"),
         FORWARDS("A", "B", 6, .to = "j@mx1.example.com", .original = "joe@example.com"),
         FAILS(UNKNOWN, "B", 7, .to = "bob@example.net", .original = "joe@example.com"));
    LIST("...which keeps nothing", "joe@example.com recipient_unknown 1 1 7 7", QUEUES("B"),
         FORWARDS("A", "B", 6, .to = "joe@example.com"),
         FAILS(UNKNOWN, "B", 7, .to = "bob@example.net", .original = "joe@example.com"));
    LIST("...which kept another message", "joe@example.com recipient_unknown 1 1 7 7",
         KEEPS("A", 5, .to = "joe@example.com"), QUEUES("B"),
         FORWARDS("C", "B", 6, .to = "joe@example.com"),
         FAILS(UNKNOWN, "B", 7, .to = "bob@example.net", .original = "joe@example.com"));
    LIST("...whose copy fails, too",
         "joe@example.com recipient_unknown 1 1 5 5; sales@shop.example recipient_unknown 1 1 5 6",
         QUEUES("A"), FAILS(UNKNOWN, "A", 5, .original = "sales@shop.example"),
         FAILS(UNKNOWN, "A", 6, .to = "sales@shop.example"));
    LIST("a delivery clears both", "", QUEUES("A"),
         FAILS(UNKNOWN, "A", 5, .original = "sales@shop.example"),
         DELIVERS("B", 6, .original = "sales@shop.example"));
}

/* The log may begin in the middle of a message. */
static void test_original_half_seen(void **state)
{
    (void)state;
    LIST("its beginning was not seen: others of the alias may have got it before",
         "joe@example.com recipient_unknown 1 1 5 5",
         FAILS(UNKNOWN, "A", 5, .original = "sales@shop.example"));
    LIST("that it ended is no beginning", "joe@example.com recipient_unknown 1 1 5 5", REMOVES("A"),
         FAILS(UNKNOWN, "A", 5, .original = "sales@shop.example"));
    LIST("another use of the queue id was seen", "joe@example.com recipient_unknown 1 1 5 5",
         QUEUES("A"), REMOVES("A"), FAILS(UNKNOWN, "A", 5, .original = "sales@shop.example"));
    LIST("another message was", "joe@example.com recipient_unknown 1 1 5 5", QUEUES("B"),
         FAILS(UNKNOWN, "A", 5, .original = "sales@shop.example"));
    LIST("a delivery to the alias clears it all the same", "",
         FAILS(UNKNOWN, "A", 5, .original = "sales@shop.example"),
         DELIVERS("B", 6, .original = "sales@shop.example"));
}

/* An alias that cannot be looked up is deferred under its own name. */
static void test_original_deferred(void **state)
{
    (void)state;
    LIST("the lookup was deferred, and is done", "sales@shop.example recipient_unknown 1 1 6 6",
         QUEUES("A"), RETRIES("remote_system", "A", 5, .to = "sales@shop.example"),
         FAILS(UNKNOWN, "A", 6, .original = "sales@shop.example"));
    LIST("...and found two", "joe@example.com recipient_unknown 1 1 6 6", QUEUES("A"),
         RETRIES("remote_system", "A", 5, .to = "sales@shop.example"),
         FAILS(UNKNOWN, "A", 6, .original = "sales@shop.example"),
         DELIVERS("A", 6, .to = "eve@example.com", .original = "sales@shop.example"));
    LIST("its own copy waits: whether it lives nobody knows yet",
         "joe@example.com recipient_unknown 1 1 6 6", QUEUES("A"),
         RETRIES("remote_system", "A", 5, .to = "sales@shop.example", .transport = "smtp"),
         FAILS(UNKNOWN, "A", 6, .original = "sales@shop.example"));
    LIST("...was taken", "joe@example.com recipient_unknown 1 1 6 6", QUEUES("A"),
         RETRIES("remote_system", "A", 5, .to = "sales@shop.example", .transport = "smtp"),
         FAILS(UNKNOWN, "A", 6, .original = "sales@shop.example"),
         DELIVERS("A", 7, .to = "sales@shop.example"));
    LIST("...waits after the failure", "joe@example.com recipient_unknown 1 1 5 5", QUEUES("A"),
         FAILS(UNKNOWN, "A", 5, .original = "sales@shop.example"),
         RETRIES("remote_system", "A", 6, .to = "sales@shop.example"));
    LIST("the message ended without a copy", "sales@shop.example recipient_unknown 1 1 6 6",
         QUEUES("A"),
         RETRIES("remote_system", "A", 5, .to = "sales@shop.example", .transport = "local"),
         FAILS(UNKNOWN, "A", 6, .original = "sales@shop.example"), REMOVES("A"));
}

static void test_never(void **state)
{
    (void)state;
    LIST("a sender of ours", "",
         FAILS(UNKNOWN, "A", 5, .to = "News@Shop.example", .relay = "mx.shop.example",
               .ip = "192.0.2.7"));
    LIST("a stranger who wrote to us", "news@shop.example recipient_unknown 1 1 5 5",
         FAILS(UNKNOWN, "A", 5, .to = "news@shop.example", .relay = "store", .ip = "10.0.0.2"));
    LIST("postmaster", "", FAILS(UNKNOWN, "A", 5, .to = "postmaster@example.com"));
    LIST("a bounce of a bounce", "", FAILS(UNKNOWN, "A", 5, .sender = ""));
}

static void report_of(struct report *report, const struct decisions *decisions,
                      const struct redactor *redactor)
{
    static const struct line_tally lines;
    struct tally tally;
    tally_init(&tally);
    struct report_source source = {.lines = &lines, .tally = &tally, .decisions = decisions};
    struct report_options options = {
        .taxonomy = &patterns.taxonomy, .redactor = redactor, .top = 50, .version = SV("0")};
    report_make(report, &source, &options);
    tally_release(&tally);
}

/* What is listed must be something that a person can look up. */
static void test_evidence_of_a_row(void **state)
{
    static const struct step steps[] = {
        QUEUES("A"),
        QUEUES("B"),
        RETRIES(UNKNOWN, "A", 0, .original = "sales@shop.example"),
        RETRIES(UNKNOWN, "A", 0, .to = "eve@example.com"),
        FAILS(UNKNOWN, "B", 3 * DAY, .original = "sales@shop.example"),
        FAILS(UNKNOWN, "C", DAY, .to = "\"a,b\"@example.com"),
    };
    static const struct redactor redactor = {.key = {"key", 3}};
    struct outcome_of_steps outcome;
    struct report report;
    (void)state;
    decide(&outcome, steps, COUNT_OF(steps), &nothing_more, &no_options);
    report_of(&report, &outcome.decisions, NULL);
    assert_int_equal(report.suppress_count, 2);
    const struct suppression *row = report_suppression(&report, &report.suppress[0]);
    expect_sv(row->address, SV("\"a,b\"@example.com"), SV_EMPTY);
    expect_sv(row->skipped, SV("the local part is no plain dot-atom"), SV_EMPTY);
    row = report_suppression(&report, &report.suppress[1]);
    expect_sv(row->address, SV("sales@shop.example"), SV_EMPTY);
    expect_sv(row->final, SV("joe@example.com"), SV_EMPTY);
    expect_sv(row->skipped, SV_EMPTY, SV_EMPTY);
    expect_sv(row->enhanced, SV("5.1.1"), SV_EMPTY);
    expect_sv(row->reply, SV("no such person"), SV_EMPTY);
    expect_sv(row->rule, SV("some-rule"), SV_EMPTY);
    expect_sv(row->host, SV("mx1"), SV_EMPTY);
    expect_sv(row->queue_id, SV("B"), SV_EMPTY);
    expect_sv(row->file, SV("mail.log"), SV_EMPTY);
    expect_sv(row->reason, SV("No such mailbox at that domain. (some-rule)"), SV_EMPTY);
    assert_true(row->code == 550 && row->line == 5 && row->count == 2 && row->days == 2);
    report_release(&report);
    report_of(&report, &outcome.decisions, &redactor);
    assert_int_equal(report.suppress_count, 2);
    for (size_t i = 0; i < 2; i++) {
        row = report_suppression(&report, &report.suppress[i]);
        assert_int_equal(row->address.len, 64);
        assert_true(sv_find_byte(row->final, '@') == SV_NPOS);
        expect_sv(row->skipped, SV_EMPTY, SV_EMPTY); /* hex digits are safe */
    }
    report_release(&report);
    release(&outcome);
}

/* --recipients: what the mailing tool knows. */
static void test_known(void **state)
{
    static const struct step steps[] = {
        FAILS(UNKNOWN, "A", 5, .to = "a@x.example"),
        FAILS(UNKNOWN, "A", 5, .to = "B@x.example"),
        FAILS(UNKNOWN, "A", 5, .to = "c@y.example"),
        FAILS(UNKNOWN, "A", 5, .to = "d@z.y.example"),
    };
    struct outcome_of_steps outcome;
    struct map known;
    struct buf got = {0};
    (void)state;
    map_init(&known, 1);
    map_add(&known, SV("b@x.example"), NULL);
    map_add(&known, SV("@y.example"), NULL);
    decide(&outcome, steps, COUNT_OF(steps), &nothing_more,
           &(struct suppress_options){.known = &known});
    add_listed(&got, outcome.decisions.addresses, outcome.decisions.address_count);
    expect_sv(buf_sv(&got),
              SV("b@x.example recipient_unknown 1 1 5 5; "
                 "c@y.example recipient_unknown 1 1 5 5"),
              SV_EMPTY);
    assert_true(outcome.decisions.filtered);
    buf_release(&got);
    release(&outcome);
    map_release(&known);
}

static const struct decision *decision_of(const struct outcome_of_steps *outcome, const char *key)
{
    for (size_t i = 0; i < outcome->decisions.address_count; i++)
        if (sv_eq(outcome->decisions.addresses[i].key, sv_from(key)))
            return &outcome->decisions.addresses[i];
    return NULL;
}

/* A person says no: by address, or by domain. */
static void test_allowed(void **state)
{
    static const struct step steps[] = {
        FAILS(UNKNOWN, "A", 5, .to = "a@x.example"),
        FAILS(UNKNOWN, "A", 5, .to = "b@y.example"),
        FAILS(UNKNOWN, "A", 5, .to = "c@z.y.example"),
    };
    static const struct {
        const char *key;
        enum ruling ruling;
        enum hold hold;
    } rows[] = {{"a@x.example", RULING_HELD, HOLD_ALLOWED},
                {"b@y.example", RULING_HELD, HOLD_ALLOWED},
                {"c@z.y.example", RULING_LISTED, HOLD_NONE}};
    struct outcome_of_steps outcome;
    struct map allow;
    (void)state;
    map_init(&allow, 1);
    map_add(&allow, SV("a@x.example"), NULL);
    map_add(&allow, SV("@y.example"), NULL);
    decide(&outcome, steps, COUNT_OF(steps), &nothing_more,
           &(struct suppress_options){.allow = &allow});
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct decision *decision = decision_of(&outcome, rows[i].key);
        assert_non_null(decision);
        assert_int_equal(decision->ruling, rows[i].ruling);
        assert_int_equal(decision->hold, rows[i].hold);
    }
    assert_int_equal(outcome.decisions.fresh_count, 1);
    release(&outcome);
    map_release(&allow);
}

enum { INCIDENT_DAY = 20000, HIT = 30, AT = INCIDENT_DAY * DAY + 8 * 3600 };

/* x.example takes 500 mails a day, at eight, but none on INCIDENT_DAY. */
static void activity_of_x(void *context, int64_t first, int64_t last, activity_visitor *visit,
                          void *visitor)
{
    (void)context;
    for (int64_t day = first; day <= last; day++) {
        struct hour_activity hour = {.hour = (int32_t)(day * 24 + 8), .delivered = 500};
        if (day == INCIDENT_DAY)
            hour = (struct hour_activity){.hour = hour.hour, .dead = HIT};
        visit(visitor, SV("x.example"), ACTIVITY_DOMAIN, &hour, 1);
        visit(visitor, SV(""), ACTIVITY_OPERATOR, &hour, 1);
    }
}

/* Whom an incident calls dead is held until he fails when it is over. */
static void test_incident(void **state)
{
    static const struct step others[] = {
        FAILS(UNKNOWN, "old", AT - 40 * DAY, .to = "died.before@x.example"),
        FAILS(UNKNOWN, "never", AT, .to = "never.took.mail@x.example"),
        FAILS(UNKNOWN, "else", AT, .to = "elsewhere@y.example"),
        FAILS(UNKNOWN, "again", AT, .to = "again@x.example"),
        FAILS(UNKNOWN, "later", AT + 3 * DAY, .to = "again@x.example"),
    };
    static const struct suppress_source source = {.latest = AT + 3 * DAY,
                                                  .each_activity = activity_of_x};
    static char names[HIT][32];
    static struct step steps[2 * HIT + COUNT_OF(others)];
    struct outcome_of_steps outcome;
    (void)state;
    for (size_t i = 0; i < HIT; i++) {
        snprintf(names[i], sizeof names[i], "hit%02zu@x.example", i);
        struct step took = DELIVERS("took", AT - DAY, .to = names[i]);
        struct step fails = FAILS(UNKNOWN, names[i], AT, .to = names[i]);
        steps[i] =
            fails; /* read first: a whole scan takes deliveries of before from its counters */
        steps[HIT + i] = took;
    }
    memcpy(steps + 2 * HIT, others, sizeof others);
    decide(&outcome, steps, COUNT_OF(steps), &source, &no_options);
    for (size_t i = 0; i < HIT; i++)
        assert_int_equal(decision_of(&outcome, names[i])->hold, HOLD_INCIDENT);
    assert_int_equal(decision_of(&outcome, "never.took.mail@x.example")->hold, HOLD_INCIDENT);
    assert_int_equal(decision_of(&outcome, "died.before@x.example")->ruling, RULING_LISTED);
    assert_int_equal(decision_of(&outcome, "elsewhere@y.example")->ruling, RULING_LISTED);
    assert_int_equal(decision_of(&outcome, "again@x.example")->ruling, RULING_LISTED);
    const struct incident *incident = decision_of(&outcome, names[0])->incident;
    assert_int_equal(incident->kind, INCIDENT_DOMAIN);
    expect_sv(incident->name, SV("x.example"), SV("its name"));
    assert_int_equal(incident->first, AT);
    assert_int_equal(incident->last, AT + 3600);
    assert_int_equal(incident->addresses, HIT);
    release(&outcome);
}

enum { MORNING = 10, AFTERNOON = 5, DEAD_AN_HOUR = 9, TAKEN_AN_HOUR = 21, HIT_AN_HOUR = 10 };

/* All that is known is a day from its midnight on. x.example takes 21 mails of 30 an hour; in the
 * afternoon 11. */
static void activity_of_one_day(void *context, int64_t first, int64_t last, activity_visitor *visit,
                                void *visitor)
{
    struct hour_activity hours[MORNING + AFTERNOON];
    (void)context;
    (void)first;
    (void)last;
    for (int i = 0; i < MORNING + AFTERNOON; i++)
        hours[i] = (struct hour_activity){.hour = INCIDENT_DAY * 24 + i,
                                          .delivered = i < MORNING ? TAKEN_AN_HOUR
                                                                   : TAKEN_AN_HOUR - HIT_AN_HOUR};
    visit(visitor, SV("x.example"), ACTIVITY_DOMAIN, hours, COUNT_OF(hours));
    visit(visitor, SV(""), ACTIVITY_OPERATOR, hours, COUNT_OF(hours));
}

/* In one day's log the hours before an incident are what is usual: mail that was taken in them does
 * not mean that it is known who lives. Many of the list are dead, so that half of the others are
 * not many times more; a binomial variable of such a share strays less than one of Poisson's. */
static void test_incident_of_one_day(void **state)
{
    static const struct suppress_source source = {.latest = (int64_t)INCIDENT_DAY * DAY +
                                                            (MORNING + AFTERNOON) * 3600,
                                                  .first = (int64_t)INCIDENT_DAY * DAY,
                                                  .each_activity = activity_of_one_day};
    static char names[MORNING + AFTERNOON][DEAD_AN_HOUR + HIT_AN_HOUR][32];
    static struct step steps[(MORNING + AFTERNOON) * (DEAD_AN_HOUR + HIT_AN_HOUR)];
    struct outcome_of_steps outcome;
    size_t count = 0;
    (void)state;
    for (int hour = 0; hour < MORNING + AFTERNOON; hour++)
        for (int i = 0; i < DEAD_AN_HOUR + (hour < MORNING ? 0 : HIT_AN_HOUR); i++) {
            char *name = names[hour][i];
            snprintf(name, sizeof names[hour][i], "h%dn%d@x.example", hour, i);
            int64_t at = (int64_t)INCIDENT_DAY * DAY + hour * 3600 + i * 100;
            struct step fails = FAILS(UNKNOWN, name, at, .to = name);
            steps[count++] = fails;
        }
    decide(&outcome, steps, count, &source, &no_options);
    for (int hour = 0; hour < MORNING + AFTERNOON; hour++) {
        enum hold want = hour >= MORNING - 1 ? HOLD_INCIDENT : HOLD_NONE; /* an hour at each side */
        assert_int_equal(decision_of(&outcome, names[hour][0])->hold, want);
    }
    release(&outcome);
}

/* It took mail at that time and fails at AT, both like `like`; the failure is read first. Gives the
 * number of steps. */
static size_t add_hit(struct step *steps, size_t count, const char *name, int64_t took_at,
                      struct step like)
{
    struct step fails = FAILS(UNKNOWN, name, AT, .to = name, .provider = like.provider,
                              .relay = like.relay, .ip = like.ip);
    struct step took = DELIVERS("took", took_at, .to = name, .provider = like.provider,
                                .relay = like.relay, .ip = like.ip);
    steps[count++] = fails;
    steps[count++] = took;
    return count;
}

/* name takes so many mails a day, at eight. */
static void visit_days(int64_t first, int64_t last, activity_visitor *visit, void *visitor, sv name,
                       enum activity_kind kind, uint32_t mails)
{
    for (int64_t day = first; day <= last; day++) {
        struct hour_activity hour = {.hour = (int32_t)(day * 24 + 8), .delivered = mails};
        visit(visitor, name, kind, &hour, 1);
    }
}

enum { SMALL_DOMAINS = 40, NAME_MAX_LEN = 32 };

static void activity_of_small(void *context, int64_t first, int64_t last, activity_visitor *visit,
                              void *visitor)
{
    char name[NAME_MAX_LEN];
    (void)context;
    for (int i = 0; i < SMALL_DOMAINS; i++) {
        int len = snprintf(name, sizeof name, "d%d.example", i);
        visit_days(first, last, visit, visitor, sv_make(name, (size_t)len), ACTIVITY_OWN_DOMAIN, 5);
    }
    visit_days(first, last, visit, visitor, SV("big.example"), ACTIVITY_OWN_DOMAIN, 500);
}

/* What goes wrong at many small domains holds nobody of a large one that keeps its server itself,
 * too. */
static void test_incident_of_small(void **state)
{
    static const struct suppress_source source = {.latest = AT + 3 * DAY,
                                                  .each_activity = activity_of_small};
    static char names[SMALL_DOMAINS / 2][NAME_MAX_LEN];
    static struct step steps[SMALL_DOMAINS + 1];
    struct outcome_of_steps outcome;
    size_t count = 0;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(names[i], sizeof names[i], "joe@d%zu.example", i);
        count = add_hit(steps, count, names[i], AT - DAY, (struct step){0});
    }
    struct step dead = FAILS(UNKNOWN, "big", AT, .to = "never.was@big.example");
    steps[count++] = dead;
    decide(&outcome, steps, count, &source, &no_options);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_int_equal(decision_of(&outcome, names[i])->hold, HOLD_INCIDENT);
    assert_int_equal(decision_of(&outcome, names[0])->incident->kind, INCIDENT_POOL);
    assert_int_equal(decision_of(&outcome, "never.was@big.example")->ruling, RULING_LISTED);
    release(&outcome);
}

static void activity_of_provider(void *context, int64_t first, int64_t last,
                                 activity_visitor *visit, void *visitor)
{
    (void)context;
    visit_days(first, last, visit, visitor, SV("google"), ACTIVITY_PROVIDER, 500);
    visit_days(first, last, visit, visitor, SV("shop.example"), ACTIVITY_DOMAIN, 20);
}

/* Three of a provider's incident are at a domain where two died the day before: those five are no
 * incident of the domain, which would hold the two for days. */
static void test_incident_of_provider(void **state)
{
    static const struct suppress_source source = {.latest = AT + 3 * DAY,
                                                  .each_activity = activity_of_provider};
    static const char *const dead[] = {"a@shop.example", "b@shop.example"};
    static char names[HIT][NAME_MAX_LEN];
    static struct step steps[2 * HIT + 3 * COUNT_OF(dead)];
    struct outcome_of_steps outcome;
    size_t count = 0;
    (void)state;
    for (size_t i = 0; i < HIT; i++) {
        snprintf(names[i], sizeof names[i], "u%zu@%s", i, i < 3 ? "shop.example" : "gmail.com");
        count = add_hit(steps, count, names[i], AT - 2 * DAY, (struct step){.provider = "google"});
    }
    for (size_t i = 0; i < COUNT_OF(dead); i++) {
        struct step first =
            FAILS(UNKNOWN, "day before", AT - DAY, .to = dead[i], .provider = "google");
        struct step second =
            FAILS(UNKNOWN, "day after", AT + DAY, .to = dead[i], .provider = "google");
        struct step took = DELIVERS("took", AT - 2 * DAY, .to = dead[i], .provider = "google");
        steps[count++] = first;
        steps[count++] = second;
        steps[count++] = took;
    }
    decide(&outcome, steps, count, &source, &no_options);
    for (size_t i = 0; i < HIT; i++)
        assert_int_equal(decision_of(&outcome, names[i])->incident->kind, INCIDENT_PROVIDER);
    for (size_t i = 0; i < COUNT_OF(dead); i++)
        assert_int_equal(decision_of(&outcome, dead[i])->ruling, RULING_LISTED);
    release(&outcome);
}

static void activity_of_network(void *context, int64_t first, int64_t last, activity_visitor *visit,
                                void *visitor)
{
    (void)context;
    visit_days(first, last, visit, visitor, SV("big.example"), ACTIVITY_OWN_DOMAIN, 500);
    visit_days(first, last, visit, visitor, SV("small.example"), ACTIVITY_OWN_DOMAIN, 5);
    visit_days(first, last, visit, visitor, SV("192.0.2.0/24"), ACTIVITY_NETWORK, 505);
}

/* What goes wrong at one domain holds nobody of another one that has its server in the same
 * network. */
static void test_incident_of_neighbour(void **state)
{
    static const struct suppress_source source = {.latest = AT + 3 * DAY,
                                                  .each_activity = activity_of_network};
    static char names[HIT][NAME_MAX_LEN];
    static struct step steps[2 * HIT + 1];
    struct outcome_of_steps outcome;
    size_t count = 0;
    (void)state;
    for (size_t i = 0; i < HIT; i++) {
        snprintf(names[i], sizeof names[i], "u%zu@big.example", i);
        count = add_hit(steps, count, names[i], AT - DAY,
                        (struct step){.relay = "mx.big.example", .ip = "192.0.2.1"});
    }
    struct step dead = FAILS(UNKNOWN, "small", AT, .to = "never.was@small.example",
                             .relay = "mx.small.example", .ip = "192.0.2.9");
    steps[count++] = dead;
    decide(&outcome, steps, count, &source, &no_options);
    for (size_t i = 0; i < HIT; i++)
        assert_int_equal(decision_of(&outcome, names[i])->incident->kind, INCIDENT_DOMAIN);
    assert_int_equal(decision_of(&outcome, "never.was@small.example")->ruling, RULING_LISTED);
    release(&outcome);
}

static const struct {
    const char *domain, *provider;
    unsigned dead, taken;
} first_day[] = {{"gmail.com", "google", 600, 600},
                 {"isp.example", NULL, 80, 200},
                 {"school.example", NULL, 80, 200}};
enum { FIRST_DAY_DEAD = 760 };

static void activity_of_first_day(void *context, int64_t first, int64_t last,
                                  activity_visitor *visit, void *visitor)
{
    (void)context;
    (void)first;
    (void)last;
    for (size_t i = 0; i < COUNT_OF(first_day); i++) {
        bool provider = first_day[i].provider != NULL;
        struct hour_activity hour = {.hour = INCIDENT_DAY * 24 + 8,
                                     .delivered = first_day[i].taken};
        visit(visitor, sv_from(provider ? first_day[i].provider : first_day[i].domain),
              provider ? ACTIVITY_PROVIDER : ACTIVITY_OWN_DOMAIN, &hour, 1);
    }
}

/* One provider of which half are dead on the first day is an incident, compared with the others;
 * that makes none of the others, which are compared with all, and with it. */
static void test_incident_of_first_day(void **state)
{
    static const struct suppress_source source = {
        .latest = AT + 3600, .first = AT - 3600, .each_activity = activity_of_first_day};
    static char names[FIRST_DAY_DEAD][NAME_MAX_LEN];
    static struct step steps[FIRST_DAY_DEAD];
    struct outcome_of_steps outcome;
    size_t count = 0;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(first_day); i++)
        for (unsigned n = 0; n < first_day[i].dead; n++, count++) {
            snprintf(names[count], sizeof names[count], "u%u@%s", n, first_day[i].domain);
            struct step fails = FAILS(UNKNOWN, names[count], AT, .to = names[count],
                                      .provider = first_day[i].provider);
            steps[count] = fails;
        }
    decide(&outcome, steps, count, &source, &no_options);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(decision_of(&outcome, names[i])->hold,
                         i < first_day[0].dead ? HOLD_INCIDENT : HOLD_NONE);
    release(&outcome);
}

enum { SECOND_DAY = 60 };

/* A mailing a day, at eight; all that is known are three days. */
static void activity_of_three_days(void *context, int64_t first, int64_t last,
                                   activity_visitor *visit, void *visitor)
{
    struct hour_activity hours[] = {
        {.hour = INCIDENT_DAY * 24 - 16, .delivered = 2 * SECOND_DAY},
        {.hour = INCIDENT_DAY * 24 + 8, .delivered = SECOND_DAY},
        {.hour = INCIDENT_DAY * 24 + 32, .delivered = SECOND_DAY},
        {.hour = INCIDENT_DAY * 24 + 44, .delivered = 1},
    };
    (void)context;
    (void)first;
    (void)last;
    visit(visitor, SV("x.example"), ACTIVITY_DOMAIN, hours, COUNT_OF(hours));
    visit(visitor, SV(""), ACTIVITY_OPERATOR, hours, COUNT_OF(hours));
}

/* An incident on the second day that is known is one also when the days after it are read. */
static void test_incident_of_second_day(void **state)
{
    static const struct suppress_source source = {
        .latest = AT + 36 * 3600, .first = AT - DAY, .each_activity = activity_of_three_days};
    static char names[SECOND_DAY][NAME_MAX_LEN];
    static struct step steps[3 * SECOND_DAY];
    struct outcome_of_steps outcome;
    size_t count = 0;
    (void)state;
    for (size_t i = 0; i < SECOND_DAY; i++) {
        snprintf(names[i], sizeof names[i], "u%zu@x.example", i);
        struct step again = FAILS(UNKNOWN, "again", AT + DAY, .to = names[i]);
        count = add_hit(steps, count, names[i], AT - DAY, (struct step){0});
        steps[count++] = again;
    }
    decide(&outcome, steps, count, &source, &no_options);
    for (size_t i = 0; i < SECOND_DAY; i++)
        assert_int_equal(decision_of(&outcome, names[i])->hold, HOLD_INCIDENT);
    release(&outcome);
}

static void activity_of_neighbours(void *context, int64_t first, int64_t last,
                                   activity_visitor *visit, void *visitor)
{
    (void)context;
    visit_days(first, last, visit, visitor, SV("a.example"), ACTIVITY_OWN_DOMAIN, 50);
    visit_days(first, last, visit, visitor, SV("b.example"), ACTIVITY_OWN_DOMAIN, 50);
    visit_days(first, last, visit, visitor, SV("c.example"), ACTIVITY_OWN_DOMAIN, 50);
    visit_days(first, last, visit, visitor, SV("192.0.2.0/24"), ACTIVITY_NETWORK, 150);
}

/* Few domains are enough for an incident of their network, if none of them makes it up alone. */
static void test_incident_of_network(void **state)
{
    static const struct suppress_source source = {.latest = AT + 3 * DAY,
                                                  .each_activity = activity_of_neighbours};
    static char names[3][4][NAME_MAX_LEN];
    static struct step steps[24];
    struct outcome_of_steps outcome;
    size_t count = 0;
    (void)state;
    for (size_t domain = 0; domain < 3; domain++)
        for (size_t i = 0; i < 4; i++) {
            char *name = names[domain][i];
            snprintf(name, NAME_MAX_LEN, "u%zu@%c.example", i, (char)('a' + (int)domain));
            const char *relay = domain == 0   ? "mx.a.example"
                                : domain == 1 ? "mx.b.example"
                                              : "mx.c.example";
            count = add_hit(steps, count, name, AT - DAY,
                            (struct step){.relay = relay, .ip = "192.0.2.7"});
        }
    decide(&outcome, steps, count, &source, &no_options);
    for (size_t domain = 0; domain < 3; domain++)
        for (size_t i = 0; i < 4; i++)
            assert_int_equal(decision_of(&outcome, names[domain][i])->incident->kind,
                             INCIDENT_NETWORK);
    release(&outcome);
}

/* Who took mail in the month before needs a failure on another day. */
static void test_recent(void **state)
{
    static const struct {
        const char *what;
        int64_t delivered, fails, again; /* hours; 0: not */
        enum ruling ruling;
    } rows[] = {
        {"it took mail the day before", 24, 48, 0, RULING_HELD},
        {"...and fails 19 hours later", 24, 48, 67, RULING_HELD},
        {"...or 20", 24, 48, 68, RULING_LISTED},
        {"30 days ago", 24, 24 + 720, 0, RULING_HELD},
        {"...or more", 24, 24 + 725, 0, RULING_LISTED},
        {"it took mail in between", 60, 48, 70, RULING_HELD},
        {"never", 0, 48, 0, RULING_LISTED},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct step fails = FAILS(UNKNOWN, "A", rows[i].fails * 3600);
        struct step again = FAILS(UNKNOWN, "B", rows[i].again * 3600);
        struct step took = DELIVERS("C", rows[i].delivered * 3600);
        struct step steps[3] = {fails, fails, fails};
        steps[1] = rows[i].again ? again : fails;
        steps[2] = rows[i].delivered ? took : fails;
        struct outcome_of_steps outcome;
        decide(&outcome, steps, 3, &nothing_more, &no_options);
        const struct decision *decision = decision_of(&outcome, "joe@example.com");
        expect_sv(sv_from(decision->ruling == rows[i].ruling ? "" : "another ruling"), SV_EMPTY,
                  sv_from(rows[i].what));
        assert_int_equal(decision->hold, rows[i].ruling == RULING_HELD ? HOLD_RECENT : HOLD_NONE);
        release(&outcome);
    }
}

/* policy.yaml: more than 100 addresses that were on no list, and more than a tenth of those tried.
 */
static void test_brake(void **state)
{
    static const struct {
        size_t listed;
        int64_t tried;
        bool may, want;
    } rows[] = {{101, 1009, true, true},
                {101, 1010, true, false},
                {100, 500, true, false},
                {101, 1009, false, false}};
    static struct step steps[101];
    static char addresses[101][32];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        (void)snprintf(addresses[i], sizeof addresses[i], "a%zu@x.example", i);
        steps[i] = (struct step)FAILS(UNKNOWN, "A", 5, .to = addresses[i]);
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct outcome_of_steps outcome;
        struct suppress_source source = {.latest = 5, .tried = rows[i].tried};
        decide(&outcome, steps, rows[i].listed, &source,
               &(struct suppress_options){.may_brake = rows[i].may});
        assert_int_equal(outcome.decisions.fresh_count, rows[i].listed);
        assert_int_equal(outcome.decisions.brake, rows[i].want);
        release(&outcome);
    }
}

#define STANDS(listed_since, failed, cleared, listed_tier)                                         \
    {                                                                                              \
        .since = listed_since, .last_failure = failed, .cleared_at = cleared, .tier = listed_tier  \
    }
/* Where an address stands on the lists, from run to run. */
static void test_listing(void **state)
{
    static char texts[FAILURE_TEXTS] = {0};
    static const struct failure failure = {.last_seen = 50, .texts = texts};
    static const struct decision listed = {
        .ruling = RULING_LISTED, .failure = &failure, .tier = TIER_DEAD};
    static const struct decision held = {.ruling = RULING_HELD, .failure = &failure};
    static const struct {
        const char *what;
        struct listing before;
        int64_t delivered_at;
        const struct decision *decision;
        bool filtered;
        struct listing want;
    } rows[] = {
        {"comes on the lists", STANDS(0, 0, 0, TIER_NONE), 0, &listed, false,
         STANDS(100, 50, 0, TIER_DEAD)},
        {"stays, for a later failure", STANDS(10, 20, 0, TIER_BULK), 0, &listed, false,
         STANDS(10, 50, 0, TIER_DEAD)},
        {"is held: on none", STANDS(0, 0, 0, TIER_NONE), 0, &held, false,
         STANDS(0, 0, 0, TIER_NONE)},
        {"was held, and has taken mail", STANDS(10, 20, 0, TIER_BULK), 30, NULL, false,
         STANDS(0, 20, 100, TIER_NONE)},
        {"lapses", STANDS(10, 20, 0, TIER_BULK), 0, NULL, false, STANDS(0, 20, 0, TIER_NONE)},
        {"nobody asked for it", STANDS(10, 20, 0, TIER_BULK), 0, NULL, true,
         STANDS(10, 20, 0, TIER_BULK)},
        {"nobody asked for it, but it took mail", STANDS(10, 20, 0, TIER_BULK), 30, NULL, true,
         STANDS(0, 20, 100, TIER_NONE)},
        {"was never listed", STANDS(0, 0, 0, TIER_NONE), 30, NULL, false,
         STANDS(0, 0, 0, TIER_NONE)},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct address_record record = {.listing = rows[i].before,
                                        .delivered_at = rows[i].delivered_at};
        struct listing got = suppress_listing(&record, rows[i].decision, rows[i].filtered, 100);
        if (got.since != rows[i].want.since || got.last_failure != rows[i].want.last_failure ||
            got.cleared_at != rows[i].want.cleared_at || got.tier != rows[i].want.tier)
            fail_msg("%s: %lld %lld %lld", rows[i].what, (long long)got.since,
                     (long long)got.last_failure, (long long)got.cleared_at);
    }
}

static struct decision decision_after(const struct step *steps, size_t count,
                                      const struct listing *before, const struct map *held,
                                      const struct policy_table *policy, int64_t now)
{
    struct outcome_of_steps outcome;
    struct suppress_options options = {.held_rules = held, .policy = policy, .now = now};
    decide_listed(&outcome, steps, count, before, &(struct suppress_source){.latest = now},
                  &options);
    struct decision decision =
        outcome.decisions.address_count ? outcome.decisions.addresses[0] : (struct decision){0};
    release(&outcome);
    return decision;
}

/* Was it right to list it? Mail behind the entry says so. */
static void test_fate(void **state)
{
    static const struct listing listed = {
        .since = 10 * DAY, .last_failure = 9 * DAY, .tier = TIER_DEAD};
    static const struct listing accepted = {
        .since = 10 * DAY, .last_failure = 9 * DAY, .tier = TIER_DEAD, .fate = FATE_ACCEPTED};
    static const struct {
        const char *what;
        struct step steps[3];
        size_t count;
        const struct listing *before;
        enum fate want;
    } rows[] = {
        {"no mail", {FAILS(UNKNOWN, "A", 9 * DAY)}, 1, &listed, FATE_UNTESTED},
        {"refused again",
         {FAILS(UNKNOWN, "A", 9 * DAY), FAILS(UNKNOWN, "B", 12 * DAY)},
         2,
         &listed,
         FATE_REFUSED},
        {"deferred is no answer",
         {FAILS(UNKNOWN, "A", 9 * DAY), RETRIES(FULL, "B", 12 * DAY)},
         2,
         &listed,
         FATE_UNTESTED},
        {"taken",
         {FAILS(UNKNOWN, "A", 9 * DAY), DELIVERS("B", 12 * DAY)},
         2,
         &listed,
         FATE_ACCEPTED},
        {"taken, and refused later",
         {FAILS(UNKNOWN, "A", 9 * DAY), DELIVERS("B", 12 * DAY), FAILS(UNKNOWN, "C", 14 * DAY)},
         3,
         &listed,
         FATE_ACCEPTED},
        {"taken once is taken",
         {FAILS(UNKNOWN, "A", 9 * DAY), FAILS(UNKNOWN, "B", 12 * DAY)},
         2,
         &accepted,
         FATE_ACCEPTED},
        {"a complaint is answered by nothing",
         {STEP("complaint", "A", 9 * DAY, OUTCOME_COMPLAINED, SEVERITY_PERMANENT, BASIS_RULE, ),
          DELIVERS("B", 12 * DAY)},
         2,
         &listed,
         FATE_UNTESTED},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct decision decision = decision_after(rows[i].steps, rows[i].count, rows[i].before,
                                                  NULL, &patterns.policy, 20 * DAY);
        expect_int(decision.fate, rows[i].want, sv_from(rows[i].what));
    }
}

/* A rule that is held lists nobody; another rule may. */
static void test_held_rule(void **state)
{
    static const struct step steps[] = {FAILS(UNKNOWN, "A", DAY)};
    struct map held;
    (void)state;
    map_init(&held, 1);
    assert_int_equal(decision_after(steps, 1, NULL, &held, &patterns.policy, 2 * DAY).ruling,
                     RULING_LISTED);
    map_add(&held, SV("some-rule"), NULL);
    struct decision decision = decision_after(steps, 1, NULL, &held, &patterns.policy, 2 * DAY);
    assert_int_equal(decision.ruling, RULING_HELD);
    assert_int_equal(decision.hold, HOLD_RULE);
    map_release(&held);
}

/* Some entries get one mail, always the same ones, and no more than one. */
static void test_probe(void **state)
{
    static const struct step once[] = {FAILS(UNKNOWN, "A", 9 * DAY)};
    static const struct step twice[] = {FAILS(UNKNOWN, "A", 9 * DAY),
                                        FAILS(UNKNOWN, "B", 12 * DAY)};
    struct listing listed = {.since = 10 * DAY, .last_failure = 9 * DAY, .tier = TIER_DEAD};
    struct policy_table policy = patterns.policy;
    size_t probed = 0;
    (void)state;
    assert_false(decision_after(once, 1, &listed, NULL, &policy, 100 * DAY).probed);
    policy.probe = (struct probe_rule){.per_million = 1000000, .after_days = 30};
    assert_false(decision_after(once, 1, &listed, NULL, &policy, 40 * DAY - 1).probed);
    struct decision decision = decision_after(once, 1, &listed, NULL, &policy, 40 * DAY);
    assert_true(decision.probed && !decision.was_probed);
    listed.probed = true;
    decision = decision_after(once, 1, &listed, NULL, &policy, 41 * DAY);
    assert_true(decision.probed && decision.was_probed);
    decision = decision_after(twice, 2, &listed, NULL, &policy, 41 * DAY);
    assert_true(!decision.probed && decision.was_probed && decision.ruling == RULING_LISTED);
    policy.probe.per_million = 250000;
    for (int seed = 0; seed < 400; seed++) {
        policy.probe.seed = seed;
        probed += decision_after(once, 1, &listed, NULL, &policy, 41 * DAY).probed;
    }
    assert_in_range(probed, 60, 140);
}

/* More messages than are kept: the first and the latest stay, and all are counted. */
static void test_many_messages(void **state)
{
    static struct step steps[200];
    static char ids[200][8];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        (void)snprintf(ids[i], sizeof ids[i], "ID%zu", i);
        steps[i] = (struct step)RETRIES(FULL, ids[i], (int64_t)i * DAY / 10);
    }
    expect_list(steps, 141, "joe@example.com mailbox_full 141 15 0 1209600", "14 days");
    expect_list(steps, 140, "", "a tenth of a day less");
    expect_list(steps, 200, "joe@example.com mailbox_full 200 20 0 1719360", "all");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_at_once),
        cmocka_unit_test(test_counted),
        cmocka_unit_test(test_delivery_resets),
        cmocka_unit_test(test_per_domain),
        cmocka_unit_test(test_original),
        cmocka_unit_test(test_original_half_seen),
        cmocka_unit_test(test_original_deferred),
        cmocka_unit_test(test_never),
        cmocka_unit_test(test_evidence_of_a_row),
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_many_messages),
        cmocka_unit_test(test_allowed),
        cmocka_unit_test(test_incident),
        cmocka_unit_test(test_incident_of_one_day),
        cmocka_unit_test(test_incident_of_small),
        cmocka_unit_test(test_incident_of_provider),
        cmocka_unit_test(test_incident_of_neighbour),
        cmocka_unit_test(test_incident_of_first_day),
        cmocka_unit_test(test_incident_of_second_day),
        cmocka_unit_test(test_incident_of_network),
        cmocka_unit_test(test_recent),
        cmocka_unit_test(test_brake),
        cmocka_unit_test(test_listing),
        cmocka_unit_test(test_fate),
        cmocka_unit_test(test_held_rule),
        cmocka_unit_test(test_probe),
    };
    return cmocka_run_group_tests(tests, load_patterns, release_patterns);
}
