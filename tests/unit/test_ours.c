/* ours: what happened on the way to mailboxes in, who is held for trouble of our own out. A world
 * is a few domains and the times when they failed or took mail; the numbers are those of
 * patterns/policy.yaml. */
#include <stdio.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/pipeline/pipeline.h"
#include "bouncelog/suppress/suppress.h"
#include "loaded.h"

enum { DAY = 86400, HOUR = 3600, START = 20000 * DAY, DOMAINS_MAX = 40 };

/* What mail took and when, in hours since START; the domains are alive0.example and so on. */
struct taking {
    int domains, first_day, last_day, every_days;
    const char *operator; /* who took it; NULL: the domains themselves */
};

/* Each domain fails three times, `apart` days from each other. */
struct failing {
    const char *category, *cause, *relay; /* relay "mx.": of the domain's own */
    int domains, first_day, apart;
};

struct world {
    struct failing failing;
    struct taking taking;
};

static void visit_day(const struct taking *taking, int64_t day, activity_visitor *visit,
                      void *visitor)
{
    int64_t at = day - START / DAY - taking->first_day;
    struct hour_activity hour = {.hour = (int32_t)(day * 24 + 8), .delivered = 2};
    char name[32];
    if (at < 0 || day - START / DAY > taking->last_day || at % taking->every_days)
        return;
    for (int i = 0; i < taking->domains; i++) {
        snprintf(name, sizeof name, "alive%d.example", i);
        visit(visitor, sv_from(name), ACTIVITY_DOMAIN, &hour, 1);
    }
    if (taking->operator)
        visit(visitor, sv_from(taking->operator), ACTIVITY_OPERATOR, &hour, 1);
}

static void each_activity(void *context, int64_t first, int64_t last, activity_visitor *visit,
                          void *visitor)
{
    for (int64_t day = first; day <= last; day++)
        visit_day(context, day, visit, visitor);
}

static void record_failure(struct evidence *evidence, const struct failing *failing, int domain,
                           int time)
{
    char address[64], relay[64], id[32];
    snprintf(address, sizeof address, "joe@dead%d.example", domain);
    snprintf(relay, sizeof relay, "%s%s", failing->relay ? failing->relay : "",
             failing->relay && sv_ends(sv_from(failing->relay), SV("mx.")) ? address + 4 : "");
    snprintf(id, sizeof id, "%d.%d", domain, time);
    uint8_t category = category_of(failing->category);
    struct event event = {
        .attempt = {.kind = RECORD_ATTEMPT,
                    .mta = mta_of("postfix"),
                    .outcome = OUTCOME_BOUNCED,
                    .severity = SEVERITY_PERMANENT,
                    .time = START + (failing->first_day + time * failing->apart) * DAY + 9 * HOUR,
                    .host = SV("mx1"),
                    .queue_id = sv_from(id),
                    .recipient = sv_from(address),
                    .relay = {sv_from(relay), SV_EMPTY, 25},
                    .said = {ORIGIN_NETWORK, STAGE_UNKNOWN, SV_EMPTY},
                    .reply = {0, SV_EMPTY, SV("words")},
                    .verdict = {.category = category, .basis = BASIS_RULE, .rule = SV("rule")}},
        .file = SV("mail.log"),
        .cause = failing->cause ? category_of(failing->cause) : CATEGORY_NONE,
        .message = hash_bytes(sv_from(id)),
        .action = ACTION_COUNT_TOWARD};
    event.attempt.address_key = hash_address(event.attempt.recipient, &event.attempt.domain_key);
    evidence_record(evidence, &event, patterns.policy.rules[category].per_domain);
}

struct verdicts {
    size_t listed, held, domains;
};

static struct verdicts decide(const struct world *world, bool knows_activity, int64_t excused)
{
    struct evidence evidence;
    struct decisions decisions;
    struct verdicts verdicts = {0};
    struct ledger *ledger = ledger_new(&(struct ledger_options){0});
    evidence_init(&evidence);
    for (int domain = 0; domain < world->failing.domains; domain++)
        for (int time = 0; time < 3; time++)
            record_failure(&evidence, &world->failing, domain, time);
    for (size_t i = 0; i < map_count(&evidence.addresses); i++)
        ((struct address_record *)map_value_at(&evidence.addresses, i))->listing.excused = excused;
    struct suppress_source source = {.evidence = &evidence,
                                     .ledger = ledger,
                                     .latest = START + 60 * DAY,
                                     .each_activity = knows_activity ? each_activity : NULL,
                                     .activity_context = (void *)&world->taking};
    struct suppress_options options = {.taxonomy = &patterns.taxonomy, .policy = &patterns.policy};
    suppress_decide(&decisions, &source, &options);
    for (size_t i = 0; i < decisions.address_count; i++) {
        verdicts.listed += decisions.addresses[i].ruling == RULING_LISTED;
        verdicts.held += decisions.addresses[i].hold == HOLD_OURS;
    }
    verdicts.domains = decisions.domain_count;
    decisions_release(&decisions);
    evidence_release(&evidence);
    ledger_free(ledger);
    return verdicts;
}

#define GONE "domain_not_found"
#define EXPIRED "expired"
#define DENIED "relay_denied"
#define SILENT "connection_failed"

static const struct row {
    const char *what;
    struct world world;
    bool held;
} rows[] = {
    {"nobody gets mail", {{GONE, NULL, NULL, 5, 10, 2}, {5, 0, 5, 1, NULL}}, true},
    {"one domain, nobody else", {{GONE, NULL, NULL, 1, 10, 2}, {0, 0, 0, 1, NULL}}, false},
    {"dead among living", {{GONE, NULL, NULL, 5, 10, 2}, {5, 0, 40, 1, NULL}}, false},
    {"a third is dead", {{GONE, NULL, NULL, 10, 10, 2}, {20, 0, 40, 1, NULL}}, false},
    {"few get through", {{GONE, NULL, NULL, 30, 10, 2}, {5, 0, 40, 1, NULL}}, true},
    {"servers silent, nobody gets mail",
     {{EXPIRED, SILENT, "mx.", 5, 10, 8}, {5, 0, 4, 1, NULL}},
     true},
    {"dead servers", {{EXPIRED, SILENT, "mx.", 5, 10, 8}, {5, 0, 40, 1, NULL}}, false},
    {"dead servers, a weekly letter",
     {{EXPIRED, SILENT, "mx.", 5, 12, 7}, {20, 0, 42, 7, NULL}},
     false},
    {"full mailboxes expire",
     {{EXPIRED, "mailbox_full", NULL, 5, 10, 8}, {0, 0, 0, 1, NULL}},
     false},
    {"a relay denies many",
     {{DENIED, NULL, "smtp.relay.example", 4, 10, 8}, {20, 0, 40, 1, NULL}},
     true},
    {"...also by its address",
     {{DENIED, NULL, "198.51.100.9", 4, 10, 8}, {20, 0, 40, 1, NULL}},
     true},
    {"a hoster denies some, and takes others'",
     {{DENIED, NULL, "mx.hoster.example", 4, 10, 8}, {20, 0, 40, 1, "hoster.example"}},
     false},
    {"a hoster denies two of many",
     {{DENIED, NULL, "mx.hoster.example", 2, 10, 8}, {30, 0, 40, 1, NULL}},
     false},
    {"two of a few", {{DENIED, NULL, "smtp.relay.example", 2, 10, 8}, {6, 0, 40, 1, NULL}}, true},
    {"servers of their own deny", {{DENIED, NULL, "mx.", 4, 10, 8}, {20, 0, 40, 1, NULL}}, false},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct row *row = &rows[i];
        struct verdicts verdicts = decide(&row->world, true, 0);
        size_t all = (size_t)row->world.failing.domains;
        if (verdicts.listed != (row->held ? 0 : all) || verdicts.held != (row->held ? all : 0))
            fail_msg("%s: %zu listed, %zu held", row->what, verdicts.listed, verdicts.held);
        bool per_domain = sv_eq(sv_from(row->world.failing.category), SV(GONE));
        if (verdicts.domains != (per_domain && !row->held ? all : 0))
            fail_msg("%s: %zu domains", row->what, verdicts.domains);
    }
}

/* Where nobody knows what got through, nobody is held for it. */
static void test_without_activity(void **state)
{
    (void)state;
    assert_int_equal(decide(&rows[0].world, false, 0).listed, 5);
}

/* What was said to be ours stays ours, also where the others are forgotten; what fails later
 * counts. */
static void test_remembers(void **state)
{
    static const struct world world = {{GONE, NULL, NULL, 1, 10, 2}, {20, 0, 40, 1, NULL}};
    (void)state;
    assert_int_equal(decide(&world, true, 0).listed, 1);
    assert_int_equal(decide(&world, true, START + 20 * DAY).listed, 0);
    assert_int_equal(decide(&world, true, START + 20 * DAY).held, 1);
    assert_int_equal(decide(&world, true, START + 5 * DAY).listed, 1);
}

/* A history keeps up to when; never less than before. */
static void test_listing(void **state)
{
    struct failure failure = {.last_seen = 500};
    struct decision decision = {.ruling = RULING_HELD, .hold = HOLD_OURS, .failure = &failure};
    struct address_record record = {.listing = {.since = 100, .excused = 200}};
    (void)state;
    struct listing listing = suppress_listing(&record, &decision, false, 900);
    assert_int_equal(listing.excused, 500);
    assert_int_equal(listing.since, 0);
    record.listing.excused = 700;
    assert_int_equal(suppress_listing(&record, &decision, false, 900).excused, 700);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_without_activity),
        cmocka_unit_test(test_remembers),
        cmocka_unit_test(test_listing),
    };
    return cmocka_run_group_tests(tests, load_patterns, release_patterns);
}
