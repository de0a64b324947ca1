/* classify: the order of grounds, and what the command that was answered changes. Words that no
 * rule knows ("xyzzy") leave the decision to the codes. */
#include "bouncelog/classify/classify.h"
#include "classify/shape.h"
#include "loaded.h"

/* A failure as the parser gives it; the rest of the record is empty. */
struct asked {
    const char *mta;
    enum origin origin;
    enum stage stage;
    int code;
    sv enhanced, text, dsn;
};

static struct record attempt_of(const struct asked *asked)
{
    return (struct record){.kind = RECORD_ATTEMPT,
                           .mta = mta_of(asked->mta),
                           .outcome = OUTCOME_BOUNCED,
                           .severity = SEVERITY_PERMANENT,
                           .recipient = SV("joe@example.com"),
                           .dsn = asked->dsn,
                           .said = {asked->origin, asked->stage, asked->text},
                           .reply = {asked->code, asked->enhanced, asked->text},
                           .verdict = {.category = CATEGORY_NONE}};
}

static const struct row {
    struct asked asked;
    const char *category;
    enum basis basis;
    sv rule;
} rows[] = {
#define REMOTE "postfix", ORIGIN_REMOTE
#define SOME_RULE                                                                                  \
    {                                                                                              \
        NULL, 0                                                                                    \
    } /* its name is the business of patterns/replies/ */
    /* a rule of words, then the enhanced code, then the code */
    {{REMOTE, STAGE_RCPT, 550, SV("5.1.1"), SV("User unknown"), SV("")},
     "recipient_unknown",
     BASIS_RULE,
     SOME_RULE},
    {{REMOTE, STAGE_RCPT, 550, SV("5.7.1"), SV("User unknown"), SV("")},
     "recipient_unknown",
     BASIS_RULE,
     SOME_RULE},
    {{REMOTE, STAGE_RCPT, 550, SV("5.1.1"), SV("xyzzy"), SV("")},
     "recipient_unknown",
     BASIS_ENHANCED,
     SV("X.1.1")},
    {{REMOTE, STAGE_RCPT, 450, SV("4.1.1"), SV("xyzzy"), SV("")},
     "recipient_unknown",
     BASIS_ENHANCED,
     SV("X.1.1")},
    {{REMOTE, STAGE_RCPT, 452, SV("4.2.2"), SV("xyzzy"), SV("")},
     "mailbox_full",
     BASIS_ENHANCED,
     SV("X.2.2")},
    {{REMOTE, STAGE_RCPT, 421, SV(""), SV("xyzzy"), SV("")},
     "remote_system",
     BASIS_CODE,
     SV("421")},
    /* an enhanced code that says nothing leaves it to the code; one that nobody registered, too */
    {{REMOTE, STAGE_RCPT, 421, SV("4.0.0"), SV("xyzzy"), SV("")},
     "remote_system",
     BASIS_CODE,
     SV("421")},
    {{REMOTE, STAGE_RCPT, 421, SV("4.9.99"), SV("xyzzy"), SV("")},
     "remote_system",
     BASIS_CODE,
     SV("421")},
    {{REMOTE, STAGE_RCPT, 550, SV("5.0.0"), SV("xyzzy"), SV("")},
     "unclassified",
     BASIS_NONE,
     SV("")},
    {{REMOTE, STAGE_RCPT, 550, SV(""), SV("xyzzy"), SV("")}, "unclassified", BASIS_NONE, SV("")},
    {{REMOTE, STAGE_RCPT, 599, SV(""), SV("xyzzy"), SV("")}, "unclassified", BASIS_NONE, SV("")},
    {{REMOTE, STAGE_RCPT, 0, SV(""), SV(""), SV("")}, "unclassified", BASIS_NONE, SV("")},
    /* the same code at another command */
    {{REMOTE, STAGE_MAIL, 550, SV("5.1.1"), SV("xyzzy"), SV("")},
     "sender_rejected",
     BASIS_ENHANCED,
     SV("X.1.1")},
    {{REMOTE, STAGE_CONNECT, 550, SV("5.1.1"), SV("xyzzy"), SV("")},
     "policy",
     BASIS_ENHANCED,
     SV("X.1.1")},
    {{REMOTE, STAGE_BANNER, 554, SV("5.1.1"), SV("xyzzy"), SV("")},
     "policy",
     BASIS_ENHANCED,
     SV("X.1.1")},
    {{REMOTE, STAGE_EHLO, 550, SV("5.1.1"), SV("xyzzy"), SV("")},
     "policy",
     BASIS_ENHANCED,
     SV("X.1.1")},
    {{REMOTE, STAGE_DATA, 550, SV("5.1.1"), SV("xyzzy"), SV("")},
     "recipient_unknown",
     BASIS_ENHANCED,
     SV("X.1.1")},
    {{REMOTE, STAGE_END_OF_DATA, 550, SV("5.1.1"), SV("xyzzy"), SV("")},
     "recipient_unknown",
     BASIS_ENHANCED,
     SV("X.1.1")},
    {{REMOTE, STAGE_UNKNOWN, 550, SV("5.1.1"), SV("xyzzy"), SV("")},
     "recipient_unknown",
     BASIS_ENHANCED,
     SV("X.1.1")},
    {{REMOTE, STAGE_MAIL, 556, SV(""), SV("xyzzy"), SV("")},
     "sender_rejected",
     BASIS_CODE,
     SV("556")},
    {{REMOTE, STAGE_MAIL, 421, SV(""), SV("xyzzy"), SV("")},
     "remote_system",
     BASIS_CODE,
     SV("421")}, /* not about an address anyway */
    /* our own MTA's code counts when nobody else spoke, and never for what a remote said */
    {{"postfix", ORIGIN_LOCAL, STAGE_UNKNOWN, 0, SV(""), SV("xyzzy"), SV("5.1.1")},
     "recipient_unknown",
     BASIS_MTA,
     SV("X.1.1")},
    {{"exim", ORIGIN_LOCAL, STAGE_UNKNOWN, 0, SV(""), SV("xyzzy"), SV("4.2.2")},
     "mailbox_full",
     BASIS_MTA,
     SV("X.2.2")},
    {{REMOTE, STAGE_RCPT, 550, SV(""), SV("xyzzy"), SV("5.1.1")},
     "unclassified",
     BASIS_NONE,
     SV("")},
    {{"postfix", ORIGIN_LOCAL, STAGE_UNKNOWN, 0, SV(""), SV("xyzzy"), SV("5.0.0")},
     "unclassified",
     BASIS_NONE,
     SV("")},
    {{"postfix", ORIGIN_LOCAL, STAGE_UNKNOWN, 0, SV(""), SV("xyzzy"), SV("")},
     "unclassified",
     BASIS_NONE,
     SV("")},
    /* sendmail says `User unknown` to almost anything: its own words are no rule's ground */
    {{"sendmail", ORIGIN_LOCAL, STAGE_UNKNOWN, 0, SV(""), SV("User unknown"), SV("5.1.1")},
     "recipient_unknown",
     BASIS_MTA,
     SOME_RULE},
    {{"sendmail", ORIGIN_REMOTE, STAGE_RCPT, 550, SV("5.1.1"), SV("User unknown"), SV("5.1.1")},
     "recipient_unknown",
     BASIS_RULE,
     SOME_RULE},
};

static void expect_verdict(struct classifier *classifier, const struct row *row)
{
    struct record attempt = attempt_of(&row->asked);
    sv what = sv_make(row->category, strlen(row->category));
    classify(classifier, &attempt);
    expect_sv(taxonomy_category_name(&patterns.taxonomy, attempt.verdict.category), what,
              row->asked.text);
    expect_sv(basis_name(attempt.verdict.basis), basis_name(row->basis), what);
    if (row->rule.ptr)
        expect_sv(attempt.verdict.rule, row->rule, what);
    else
        assert_true(attempt.verdict.rule.len > 0);
    assert_true(attempt.verdict.remedy.len > 0);
}

/* Four times, and backwards: the memos give every question its own answer, by its shape and, from
 * the third time on, by its words. */
static void test_grounds(void **state)
{
    struct classifier *classifier = classifier_new(&patterns);
    (void)state;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < COUNT_OF(rows); i++)
            expect_verdict(classifier, &rows[i]);
        for (size_t i = COUNT_OF(rows); i--;)
            expect_verdict(classifier, &rows[i]);
    }
    assert_int_equal(classifier_limits(classifier), 0);
    classifier_free(classifier);
    classifier_free(NULL);
}

/* The verdict must not depend on whose mail it was, nor on whether it was for good. */
static void test_what_does_not_matter(void **state)
{
    static const sv people[] = {SV("joe@example.com"), SV("full.quota@example.net"),
                                SV("spam@example.org"), SV("\"user unknown\"@example.com")};
    struct classifier *classifier = classifier_new(&patterns);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(people); i++) {
        struct asked asked = {REMOTE, STAGE_RCPT, 550, SV(""), SV(""), SV("")};
        struct buf text = {0};
        buf_printf(&text, "<%.*s> xyzzy", SV_FMT(people[i]));
        asked.text = buf_sv(&text);
        struct record attempt = attempt_of(&asked);
        attempt.recipient = people[i];
        attempt.severity = i % 2 ? SEVERITY_TRANSIENT : SEVERITY_PERMANENT;
        attempt.outcome = i % 2 ? OUTCOME_DEFERRED : OUTCOME_BOUNCED;
        classify(classifier, &attempt);
        expect_sv(classifier_shape(classifier), SV("<addr> xyzzy"), people[i]);
        expect_int(attempt.verdict.category, category_of("unclassified"), people[i]);
        expect_int(attempt.severity, i % 2 ? SEVERITY_TRANSIENT : SEVERITY_PERMANENT, people[i]);
        buf_release(&text);
    }
    classifier_free(classifier);
}

/* More words than are kept, each of them often enough to be kept; some too long for it. */
static void test_many_words(void **state)
{
    enum { WORDS = 10000, ROUNDS = 4, LONG = 2500 };
    static const struct {
        sv words;
        const char *category;
    } kinds[] = {{SV("User unknown"), "recipient_unknown"}, {SV("xyzzy"), "unclassified"}};
    struct classifier *classifier = classifier_new(&patterns);
    (void)state;
    for (int i = 0; i < WORDS * ROUNDS; i++) {
        struct buf text = {0};
        size_t kind = (size_t)i % COUNT_OF(kinds);
        buf_printf(&text, "%.*s %c%d", SV_FMT(kinds[kind].words), 'a' + i / 2 % 26, i % WORDS / 52);
        while (i % 1000 < 2 && text.len < LONG)
            buf_add(&text, SV(" z"));
        struct asked asked = {REMOTE, STAGE_RCPT, 550, SV(""), buf_sv(&text), SV("")};
        struct record attempt = attempt_of(&asked);
        classify(classifier, &attempt);
        expect_int(attempt.verdict.category, category_of(kinds[kind].category), buf_sv(&text));
        assert_true(
            sv_find(classifier_shape(classifier), kind ? SV("xyzzy") : SV("user unknown")) == 0);
        buf_release(&text);
    }
    classifier_free(classifier);
}

/* What was not refused gets a provider, and no verdict. */
static void test_successes(void **state)
{
    static const enum outcome outcomes[] = {OUTCOME_DELIVERED, OUTCOME_HANDED_OVER,
                                            OUTCOME_DISCARDED};
    struct classifier *classifier = classifier_new(&patterns);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(outcomes); i++) {
        struct asked asked = {REMOTE, STAGE_RCPT, 250, SV(""), SV("User unknown"), SV("")};
        struct record attempt = attempt_of(&asked);
        attempt.outcome = outcomes[i];
        attempt.relay.host = SV("gmail-smtp-in.l.google.com");
        classify(classifier, &attempt);
        assert_int_equal(attempt.verdict.category, CATEGORY_NONE);
        expect_sv(attempt.provider, SV("google"), SV_EMPTY);
    }
    classifier_free(classifier);
}

static void test_providers(void **state)
{
    static const sv cases[][3] = {
        /* relay host, recipient domain, provider */
        {SV("gmail-smtp-in.l.google.com"), SV("example.com"), SV("google")},
        {SV("GMAIL-SMTP-IN.L.GOOGLE.COM"), SV("example.com"), SV("google")},
        {SV("google.com"), SV("example.com"), SV("google")},
        {SV("notgoogle.com"), SV("example.com"), SV("")}, /* whole labels */
        {SV("google.com.example.net"), SV("example.com"), SV("")},
        {SV("example-com.mail.protection.outlook.com"), SV("example.com"), SV("microsoft")},
        {SV(""), SV("gmail.com"), SV("google")}, /* nobody was reached */
        {SV(""), SV("Gmail.Com"), SV("google")},
        {SV(""), SV("example.com"), SV("")},
        {SV(""), SV(""), SV("")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        expect_sv(patterns_provider(&patterns, cases[i][0], cases[i][1]), cases[i][2],
                  cases[i][0].len ? cases[i][0] : cases[i][1]);
}

static void test_shapes(void **state)
{
    static const sv cases[][2] = {
        {SV("User   Unknown "), SV("user unknown")},
        {SV("<joe@example.com>: Not Here"), SV("<addr>: not here")},
        {SV("\"john doe\"@example.com unknown"), SV("<addr> unknown")},
        {SV("user joe@[192.0.2.1] unknown"), SV("user <addr> unknown")},
        {SV("[192.0.2.7] blocked"), SV("[<ip>] blocked")},
        {SV("host 2001:db8::1:25 blocked"), SV("host <ip> blocked")},
        {SV("mx1.example.com says no"), SV("<host> says no")},
        {SV("unknown.Please check"), SV("unknown.please check")},
        {SV("see http://example.com/help?ip=192.0.2.7"), SV("see http://example.com/help")},
        {SV("id 4711abcd12 x"), SV("id <id> x")},
        {SV("after 12345 days"), SV("after <id> days")},
        {SV("after 30 days"), SV("after 30 days")},
        {SV("a\tb"), SV("a b")},
        {SV("j\xC3\xB6rg"), SV("j\xC3\xB6rg")},
        {SV(""), SV("")},
        {SV("   "), SV("")},
    };
    char out[SHAPE_MAX];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        expect_sv(shape_of(cases[i][0], &patterns.keep_hosts, out), cases[i][1], cases[i][0]);
    /* At most so much, and equal for all that is longer. */
    struct buf text = {0};
    for (int i = 0; i < 2000; i++)
        buf_add(&text, SV("no way "));
    assert_true(shape_of(buf_sv(&text), &patterns.keep_hosts, out).len <= SHAPE_MAX);
    buf_release(&text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grounds),    cmocka_unit_test(test_what_does_not_matter),
        cmocka_unit_test(test_successes),  cmocka_unit_test(test_providers),
        cmocka_unit_test(test_many_words), cmocka_unit_test(test_shapes),
    };
    return cmocka_run_group_tests(tests, load_patterns, release_patterns);
}
