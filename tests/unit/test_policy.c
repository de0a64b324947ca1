/* policy: every row of the table in docs/POLICY.md, its boundaries, and what may never be listed.
 */
#include "bouncelog/suppress/policy.h"
#include "loaded.h"

/* A failure at which one property after the other is changed. */
struct failure {
    const char *category;
    enum outcome outcome;
    enum severity severity;
    enum basis basis;
    enum stage stage;
    const char *cause; /* of an expiry */
    const char *recipient, *text;
    bool local, never_rcpt, not_suppressible;
};

static enum action action_of(const struct failure *failure)
{
    struct event event = {
        .attempt = {.kind = RECORD_ATTEMPT,
                    .mta = mta_of("postfix"),
                    .outcome = failure->outcome,
                    .severity = failure->severity,
                    .local = failure->local,
                    .never_rcpt = failure->never_rcpt,
                    .recipient =
                        sv_from(failure->recipient ? failure->recipient : "joe@example.com"),
                    .said = {ORIGIN_REMOTE, failure->stage, SV_EMPTY},
                    .reply = {550, SV_EMPTY, sv_from(failure->text ? failure->text : "no")},
                    .verdict = {.category = category_of(failure->category),
                                .basis = failure->basis}},
        .cause = failure->cause ? category_of(failure->cause) : CATEGORY_NONE,
        .suppressible = !failure->not_suppressible,
    };
    return policy_action(&patterns.policy, &patterns.taxonomy, &event);
}

/* Bounced and deferred at RCPT, permanent and transient, on solid and on weak grounds. */
static void test_categories(void **state)
{
    static const struct {
        const char *category;
        enum action permanent; /* bounced, 5xx, by a rule */
        enum action weak;      /* bounced, 5xx, by a bare code */
        enum action retried;   /* deferred, 4xx */
    } rows[] = {
#define COUNT ACTION_COUNT_TOWARD
        {"recipient_unknown", ACTION_SUPPRESS, COUNT, COUNT},
        {"recipient_disabled", ACTION_SUPPRESS, COUNT, COUNT},
        {"address_syntax", ACTION_SUPPRESS, COUNT, COUNT},
        {"suppressed_upstream", ACTION_SUPPRESS, COUNT, COUNT},
        {"domain_no_mail", ACTION_SUPPRESS, COUNT, COUNT},
        {"complaint", ACTION_SUPPRESS, COUNT, COUNT},
        {"mailbox_full", COUNT, COUNT, COUNT},
        {"recipient_refuses", COUNT, COUNT, COUNT},
        {"domain_not_found", COUNT, COUNT, COUNT},
        {"relay_denied", COUNT, COUNT, COUNT},
        {"routing_loop", COUNT, COUNT, COUNT},
        /* never */
        {"remote_system", ACTION_NONE, ACTION_NONE, ACTION_RETRY},
        {"dns_temp", ACTION_NONE, ACTION_NONE, ACTION_RETRY},
        {"connection_failed", ACTION_NONE, ACTION_NONE, ACTION_RETRY},
        {"tls_failure", ACTION_NONE, ACTION_NONE, ACTION_RETRY},
        {"unclassified", ACTION_NONE, ACTION_NONE, ACTION_RETRY},
        {"ip_blocklisted", ACTION_FIX_SENDER, ACTION_FIX_SENDER, ACTION_FIX_SENDER},
        {"domain_blocklisted", ACTION_FIX_SENDER, ACTION_FIX_SENDER, ACTION_FIX_SENDER},
        {"reputation", ACTION_FIX_SENDER, ACTION_FIX_SENDER, ACTION_FIX_SENDER},
        {"rate_limited", ACTION_FIX_SENDER, ACTION_FIX_SENDER, ACTION_RETRY},
        {"greylisted", ACTION_FIX_SENDER, ACTION_FIX_SENDER, ACTION_RETRY},
        {"policy", ACTION_FIX_SENDER, ACTION_FIX_SENDER, ACTION_FIX_SENDER},
        {"sender_auth", ACTION_FIX_SENDER, ACTION_FIX_SENDER, ACTION_FIX_SENDER},
        {"rdns_helo", ACTION_FIX_SENDER, ACTION_FIX_SENDER, ACTION_FIX_SENDER},
        {"sender_rejected", ACTION_FIX_SENDER, ACTION_FIX_SENDER, ACTION_FIX_SENDER},
        {"local_config", ACTION_FIX_LOCAL, ACTION_FIX_LOCAL, ACTION_FIX_LOCAL},
        {"suppressed_here", ACTION_NONE, ACTION_NONE, ACTION_RETRY},
        {"protocol_error", ACTION_FIX_LOCAL, ACTION_FIX_LOCAL, ACTION_FIX_LOCAL},
        {"spam_content", ACTION_FIX_CONTENT, ACTION_FIX_CONTENT, ACTION_FIX_CONTENT},
        {"malware_attachment", ACTION_FIX_CONTENT, ACTION_FIX_CONTENT, ACTION_FIX_CONTENT},
        {"message_too_big", ACTION_FIX_CONTENT, ACTION_FIX_CONTENT, ACTION_FIX_CONTENT},
        {"message_format", ACTION_FIX_CONTENT, ACTION_FIX_CONTENT, ACTION_FIX_CONTENT},
    };
    (void)state;
    assert_int_equal(COUNT_OF(rows) + 1, patterns.taxonomy.category_count); /* and `expired` */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct failure failure = {rows[i].category,
                                  OUTCOME_BOUNCED,
                                  SEVERITY_PERMANENT,
                                  BASIS_RULE,
                                  STAGE_RCPT,
                                  NULL,
                                  NULL,
                                  NULL,
                                  false,
                                  false,
                                  false};
        sv what = sv_from(rows[i].category);
        expect_int(action_of(&failure), rows[i].permanent, what);
        failure.basis = BASIS_ENHANCED;
        expect_int(action_of(&failure), rows[i].permanent, what);
        static const enum basis weak[] = {BASIS_CODE, BASIS_MTA, BASIS_NONE};
        for (size_t b = 0; b < COUNT_OF(weak); b++) {
            failure.basis = weak[b];
            expect_int(action_of(&failure), rows[i].weak, what);
        }
        failure.basis = BASIS_RULE;
        failure.severity = SEVERITY_TRANSIENT; /* gave up on a 4xx: not at once */
        enum action soft = rows[i].permanent == ACTION_SUPPRESS ? COUNT : rows[i].permanent;
        expect_int(action_of(&failure), soft, what);
        failure.outcome = OUTCOME_DEFERRED;
        expect_int(action_of(&failure), rows[i].retried, what);
        failure.severity = SEVERITY_PERMANENT; /* a 5xx in the words of a deferred line */
        expect_int(action_of(&failure), rows[i].retried, what);
    }
}

static void test_expired(void **state)
{
    static const struct {
        const char *cause;
        enum action action;
    } rows[] = {
        {"recipient_unknown", COUNT},  {"mailbox_full", COUNT},       {"domain_not_found", COUNT},
        {"connection_failed", COUNT},  {"dns_temp", COUNT},           {"remote_system", COUNT},
        {"greylisted", ACTION_NONE},   {"reputation", ACTION_NONE},   {"spam_content", ACTION_NONE},
        {"local_config", ACTION_NONE}, {"unclassified", ACTION_NONE}, {NULL, ACTION_NONE},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct failure failure = {.category = "expired",
                                  .outcome = OUTCOME_EXPIRED,
                                  .severity = SEVERITY_PERMANENT,
                                  .basis = BASIS_RULE,
                                  .stage = STAGE_RCPT,
                                  .cause = rows[i].cause};
        expect_int(action_of(&failure), rows[i].action,
                   sv_from(rows[i].cause ? rows[i].cause : "no cause"));
    }
}

/* One property at a time takes the right away from a failure that would suppress at once. */
static void test_exceptions(void **state)
{
    static const struct {
        const char *why;
        enum action action;
        struct failure failure;
    } rows[] = {
#define UNKNOWN(...)                                                                               \
    {.category = "recipient_unknown",                                                              \
     .outcome = OUTCOME_BOUNCED,                                                                   \
     .severity = SEVERITY_PERMANENT,                                                               \
     .basis = BASIS_RULE,                                                                          \
     __VA_ARGS__}
        {"nothing", ACTION_SUPPRESS, UNKNOWN(.stage = STAGE_RCPT)},
        {"stage not logged", ACTION_SUPPRESS, UNKNOWN(.stage = STAGE_UNKNOWN)},
        {"after the data", ACTION_SUPPRESS, UNKNOWN(.stage = STAGE_END_OF_DATA)},
        {"connect", ACTION_NONE, UNKNOWN(.stage = STAGE_CONNECT)},
        {"banner", ACTION_NONE, UNKNOWN(.stage = STAGE_BANNER)},
        {"EHLO", ACTION_NONE, UNKNOWN(.stage = STAGE_EHLO)},
        {"STARTTLS", ACTION_NONE, UNKNOWN(.stage = STAGE_STARTTLS)},
        {"AUTH", ACTION_NONE, UNKNOWN(.stage = STAGE_AUTH)},
        {"MAIL", ACTION_NONE, UNKNOWN(.stage = STAGE_MAIL)},
        {"MAIL, but the words name the recipient", ACTION_SUPPRESS,
         UNKNOWN(.stage = STAGE_MAIL, .text = "<JOE@example.com>: unknown")},
        {"MAIL, the words name another", ACTION_NONE,
         UNKNOWN(.stage = STAGE_MAIL, .text = "<jo@example.com>: unknown")},
        {"not RCPT for certain", ACTION_NONE, UNKNOWN(.never_rcpt = true)},
        {"a user of our own host", ACTION_NONE, UNKNOWN(.stage = STAGE_RCPT, .local = true)},
        {"a notification, an ambiguous line", ACTION_NONE,
         UNKNOWN(.stage = STAGE_RCPT, .not_suppressible = true)},
        {"postmaster", ACTION_NONE,
         UNKNOWN(.stage = STAGE_RCPT, .recipient = "Postmaster@example.com")},
        {"no domain", ACTION_NONE, UNKNOWN(.stage = STAGE_RCPT, .recipient = "root")},
        {"address_syntax in answer to DATA",
         ACTION_NONE,
         {.category = "address_syntax",
          .outcome = OUTCOME_BOUNCED,
          .severity = SEVERITY_PERMANENT,
          .basis = BASIS_RULE,
          .stage = STAGE_DATA}},
        {"deferred and not counted",
         ACTION_RETRY,
         {.category = "recipient_unknown",
          .outcome = OUTCOME_DEFERRED,
          .severity = SEVERITY_TRANSIENT,
          .basis = BASIS_RULE,
          .stage = STAGE_MAIL}},
        {"delivered",
         ACTION_NONE,
         {.category = "recipient_unknown", .outcome = OUTCOME_DELIVERED, .basis = BASIS_RULE}},
        {"refused by us",
         ACTION_NONE,
         {.category = "recipient_unknown",
          .outcome = OUTCOME_REFUSED,
          .severity = SEVERITY_PERMANENT,
          .basis = BASIS_RULE,
          .stage = STAGE_RCPT}},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_int(action_of(&rows[i].failure), rows[i].action, sv_from(rows[i].why));
    /* local_recipients: count */
    struct policy_table policy = patterns.policy;
    struct event event = {.attempt = {.outcome = OUTCOME_BOUNCED,
                                      .severity = SEVERITY_PERMANENT,
                                      .local = true,
                                      .recipient = SV("joe@example.com"),
                                      .verdict = {category_of("recipient_unknown"), BASIS_RULE,
                                                  SV_EMPTY, SV_EMPTY, SV_EMPTY, false}},
                          .suppressible = true};
    assert_int_equal(policy_action(&policy, &patterns.taxonomy, &event), ACTION_NONE);
    policy.local_recipients_count = true;
    assert_int_equal(policy_action(&policy, &patterns.taxonomy, &event), ACTION_SUPPRESS);
}

enum { DAY = 86400 };

static void test_thresholds(void **state)
{
    static const struct {
        const char *category;
        int64_t times[6];
        size_t count;
        bool reached;
    } rows[] = {
        /* 3 messages spanning 14 days, to the second */
        {"mailbox_full", {0, 7 * DAY, 14 * DAY - 1}, 3, false},
        {"mailbox_full", {0, 7 * DAY, 14 * DAY}, 3, true},
        {"mailbox_full", {0, 7 * DAY, 14 * DAY + 1}, 3, true},
        {"mailbox_full", {14 * DAY, 0, 7 * DAY}, 3, true}, /* in any order */
        {"mailbox_full", {0, 14 * DAY}, 2, false},
        {"mailbox_full", {0, 0, 14 * DAY}, 3, true},
        {"mailbox_full", {0, 1, 2, 3, 4, 14 * DAY}, 6, true},
        {"mailbox_full", {0, 1, 2, 3, 4, 5}, 6, false},
        {"mailbox_full", {0, 400 * DAY, 800 * DAY}, 3, true}, /* no window */
        {"mailbox_full", {0}, 0, false},
        {"recipient_unknown", {0, 7 * DAY, 14 * DAY}, 3, true},
        {"expired", {0, 7 * DAY, 14 * DAY}, 3, true},
        /* 3 messages within 30 days */
        {"recipient_refuses", {0, 1, 2}, 3, true},
        {"recipient_refuses", {0, 1, 30 * DAY}, 3, true},
        {"recipient_refuses", {0, 1, 30 * DAY + 1}, 3, false},
        {"recipient_refuses", {0, 20 * DAY, 40 * DAY, 49 * DAY}, 4, true},
        {"recipient_refuses", {0, 1}, 2, false},
        /* 3 messages over 2 days within 7 */
        {"domain_not_found", {0, DAY, 2 * DAY - 1}, 3, false},
        {"domain_not_found", {0, DAY, 2 * DAY}, 3, true},
        {"domain_not_found", {0, DAY, 7 * DAY}, 3, true},
        {"domain_not_found", {0, DAY, 7 * DAY + 1}, 3, false},
        {"domain_not_found", {0, 10 * DAY, 11 * DAY, 12 * DAY}, 4, true},
        {"domain_not_found", {0, 5 * DAY, 10 * DAY, 15 * DAY}, 4, false},
        /* 3 and 4 messages spanning 14 days */
        {"relay_denied", {0, 7 * DAY, 14 * DAY}, 3, true},
        {"relay_denied", {0, 7 * DAY, 14 * DAY - 1}, 3, false},
        {"routing_loop", {0, 7 * DAY, 14 * DAY}, 3, false},
        {"routing_loop", {0, 1, 7 * DAY, 14 * DAY}, 4, true},
        /* never */
        {"reputation", {0, 7 * DAY, 14 * DAY, 15 * DAY}, 4, false},
        {"unclassified", {0, 7 * DAY, 14 * DAY, 15 * DAY}, 4, false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct policy_rule *rule = &patterns.policy.rules[category_of(rows[i].category)];
        if (policy_reached(rule, rows[i].times, rows[i].count) != rows[i].reached)
            fail_msg("row %zu: %s", i, rows[i].category);
    }
    assert_true(patterns.policy.rules[category_of("domain_not_found")].per_domain);
    assert_true(patterns.policy.rules[category_of("relay_denied")].per_domain);
    assert_true(patterns.policy.rules[category_of("routing_loop")].per_domain);
    assert_false(patterns.policy.rules[category_of("mailbox_full")].per_domain);
}

static void test_brake(void **state)
{
    const struct brake *brake = &patterns.policy.brake;
    (void)state;
    assert_false(policy_brakes(brake, 0, 0));
    assert_false(policy_brakes(brake, 100, 100));
    assert_true(policy_brakes(brake, 101, 100));
    assert_true(policy_brakes(brake, 101, 1009));
    assert_false(policy_brakes(brake, 101, 1010));
    assert_false(policy_brakes(brake, 5000, 50000));
    assert_true(policy_brakes(brake, 5001, 50000));
}

static void test_may_list(void **state)
{
    static const struct {
        sv address;
        bool may;
    } rows[] = {
        {SV("joe@example.com"), true},
        {SV("postmaster.joe@example.com"), true},
        {SV("\"joe doe\"@example.com"), true},
        {SV("unknown2@example.com"), true},
        {SV("postmaster@example.com"), false},
        {SV("PostMaster@example.com"), false},
        {SV("MAILER-DAEMON@example.com"), false},
        {SV("unknown@example.com"), false},
        {SV("unknown"), false},
        {SV("root"), false},
        {SV("@example.com"), false},
        {SV(""), false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_int(policy_may_list(rows[i].address), rows[i].may, rows[i].address);
}

#define A10 "aaaaaaaaaa"
#define A60 A10 A10 A10 A10 A10 A10

/* What other programs would read as something else stays out of their lists. */
static void test_unsafe(void **state)
{
    static const sv safe[] = {
        SV("joe@example.com"),
        SV("Joe.Doe+tag@mail.example.com"),
        SV("a@b.example"),
        SV("joe_doe-x=y@example.com"),
        SV("o'neil@example.com"),
        SV("x#y@example.com"),
        SV("joe@xn--bcher-kva.example"),
        SV("joe@123.example"),
        SV(A60 "aaaa@example.com"),                       /* 64 */
        SV("joe@" A60 "aaa.example"),                     /* a label of 63 */
        SV("joe@" A60 "." A60 "." A60 "." A60 ".aaaaaa"), /* 254 in all */
    };
    static const sv unsafe[] = {
        SV(""), SV("joe"), SV("@example.com"), SV("joe@"), SV("joe@localhost"),
        SV("\"joe\"@example.com"), SV("\"joe doe\"@example.com"), SV("joe doe@example.com"),
        SV("joe,eve@example.com"), SV("joe:eve@example.com"), SV("joe;eve@example.com"),
        SV("<joe@example.com>"), SV("joe@example.com>"), SV("joe@eve@example.com"),
        SV("joe(x)@example.com"), SV("joe\\@example.com"), SV("joe[1]@example.com"),
        SV("joe\t@example.com"), SV("joe\n@example.com"), SV("joe\0@example.com"),
        SV("joe\x7F@example.com"), SV("j\xC3\xB6rg@example.com"), SV("joe@b\xC3\xBC.example"),
        SV("joe@example.com\n"), SV("joe@example.com "), SV("joe@exa mple.com"),
        /* a comment, a formula, an option, a pipe */
        SV("#joe@example.com"), SV("=1+1@example.com"), SV("+joe@example.com"),
        SV("-joe@example.com"), SV("|joe@example.com"), SV(".joe@example.com"),
        /* every address, all but one, a regular expression, a file */
        SV("*@example.com"), SV("j*@example.com"), SV("!joe@example.com"), SV("^.*@example.com"),
        SV("/dev/null@example.com"), SV("joe.@example.com"), SV("joe..doe@example.com"),
        SV("joe@.example.com"), SV("joe@example.com."), SV("joe@example..com"),
        SV("joe@-example.com"), SV("joe@example.com-"), SV("joe@mail.-example.com"),
        SV("joe@mail-.example.com"), SV("joe@exam_ple.com"), SV("joe@[192.0.2.1]"),
        SV("joe@exam,ple.com"), SV("joe@example.com,eve@example.com"),
        SV(A60 "aaaaa@example.com"),                       /* 65 */
        SV("joe@" A60 "aaaa.example"),                     /* a label of 64 */
        SV("joe@" A60 "." A60 "." A60 "." A60 ".aaaaaaa"), /* 255 in all */
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(safe); i++)
        expect_sv(sv_from(policy_unsafe(safe[i]) ? policy_unsafe(safe[i]) : "safe"), SV("safe"),
                  safe[i]);
    for (size_t i = 0; i < COUNT_OF(unsafe); i++)
        expect_int(policy_unsafe(unsafe[i]) != NULL, true, unsafe[i]);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_categories), cmocka_unit_test(test_expired),
        cmocka_unit_test(test_exceptions), cmocka_unit_test(test_thresholds),
        cmocka_unit_test(test_brake),      cmocka_unit_test(test_may_list),
        cmocka_unit_test(test_unsafe),
    };
    return cmocka_run_group_tests(tests, load_patterns, release_patterns);
}
