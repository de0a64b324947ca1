/* tally: counters that add up, and merges whose order does not matter. */
#include "bouncelog/ledger/ledger.h"
#include "bouncelog/tally/tally.h"
#include "loaded.h"

/* Lines that one worker saw: every seventh is a sample of this kind, every eleventh of that. */
static void fill(struct line_tally *tally, size_t source, int64_t from, int64_t to)
{
    for (int64_t line = from; line < to; line++) {
        char text[32];
        int n = snprintf(text, sizeof text, "s%zu l%lld", source, (long long)line);
        tally->total++;
        if (line % 7 == 0) {
            tally->unparsed++;
            samples_add(&tally->unparsed_samples, source, line, sv_make(text, (size_t)n));
        } else if (line % 3 == 0) {
            tally->delivery++;
            if (line % 11 == 0)
                samples_add(&tally->ambiguous_samples, source, line, sv_make(text, (size_t)n));
        } else if (line % 2 == 0) {
            tally->context++;
        } else {
            tally->other++;
        }
    }
}

static void expect_samples(const struct samples *got, const struct samples *want)
{
    assert_int_equal(got->count, want->count);
    assert_int_equal(got->kept, want->kept);
    for (size_t i = 0; i < want->kept; i++) {
        assert_int_equal(got->list[i].source, want->list[i].source);
        assert_int_equal(got->list[i].line, want->list[i].line);
        expect_sv(sv_make(got->list[i].text, got->list[i].len),
                  sv_make(want->list[i].text, want->list[i].len), SV_EMPTY);
        assert_int_equal(got->list[i].text[got->list[i].len], 0);
    }
}

static void expect_tally(const struct line_tally *got, const struct line_tally *want)
{
    assert_int_equal(got->total, want->total);
    assert_int_equal(got->delivery, want->delivery);
    assert_int_equal(got->context, want->context);
    assert_int_equal(got->other, want->other);
    assert_int_equal(got->unparsed, want->unparsed);
    expect_samples(&got->unparsed_samples, &want->unparsed_samples);
    expect_samples(&got->ambiguous_samples, &want->ambiguous_samples);
}

/* Six parts of two sources, merged in every order and in two shapes of tree: as if one had read
 * all. */
static void test_merge_in_any_order(void **state)
{
    enum { PARTS = 6 };
    static const int64_t cuts[PARTS][3] = {{0, 1, 9},  {0, 9, 10},  {0, 10, 100},
                                           {1, 1, 50}, {1, 50, 50}, {1, 50, 77}};
    static struct line_tally parts[PARTS], whole;
    (void)state;
    for (size_t i = 0; i < PARTS; i++) {
        fill(&parts[i], (size_t)cuts[i][0], cuts[i][1], cuts[i][2]);
        fill(&whole, (size_t)cuts[i][0], cuts[i][1], cuts[i][2]);
    }
    assert_true(whole.unparsed_samples.count > SAMPLES_MAX);
    for (unsigned order = 0; order < 720; order++) {
        static struct line_tally left, right, empty;
        size_t rest[PARTS] = {0, 1, 2, 3, 4, 5};
        unsigned code = order;
        left = right = empty;
        for (size_t n = PARTS, taken = 0; n; n--, taken++) {
            size_t pick = code % n;
            code /= (unsigned)n;
            line_tally_merge(taken < 3 ? &left : &right, &parts[rest[pick]]);
            rest[pick] = rest[n - 1];
        }
        static struct line_tally both;
        both = left;
        line_tally_merge(&both, &right);
        expect_tally(&both, &whole);
        line_tally_merge(&right, &left);
        expect_tally(&right, &whole);
        line_tally_merge(&right, &empty); /* nothing changes nothing */
        expect_tally(&right, &whole);
    }
}

static void test_samples(void **state)
{
    static struct samples samples;
    char text[SAMPLE_BYTES + 10];
    (void)state;
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < SAMPLES_MAX + 5; i++)
        samples_add(&samples, 0, (int64_t)i, sv_make(text, SAMPLE_BYTES - 5 + i));
    assert_int_equal(samples.count, SAMPLES_MAX + 5);
    assert_int_equal(samples.kept, SAMPLES_MAX);
    for (size_t i = 0; i < SAMPLES_MAX; i++) {
        assert_int_equal(samples.list[i].line, i);
        assert_int_equal(samples.list[i].len, i < 5 ? SAMPLE_BYTES - 5 + i : SAMPLE_BYTES);
    }
}

struct step {
    enum outcome outcome;
    enum severity severity;
    const char *category, *to, *host, *sender;
    int64_t time;
    int code;
    const char *enhanced, *text, *provider;
};

static const struct step steps[] = {
    {OUTCOME_DELIVERED, SEVERITY_NONE, NULL, "a@X.example", "mx1", "n@s.example", 3600, 250,
     "2.0.0", "Ok", "gmx"},
    {OUTCOME_DELIVERED, SEVERITY_NONE, NULL, "b@x.example", "mx1", "", 3601, 0, "", "", NULL},
    {OUTCOME_DEFERRED, SEVERITY_TRANSIENT, "greylisted", "a@x.example", "MX1", NULL, 7199, 450,
     "4.7.1", "later", "gmx"},
    {OUTCOME_DEFERRED, SEVERITY_PERMANENT, "reputation", "c@y.example", "mx2", "n@S.example", 7200,
     554, "", "go away", NULL},
    {OUTCOME_BOUNCED, SEVERITY_PERMANENT, "recipient_unknown", "C@y.example", "mx2", "n@s.example",
     7201, 550, "5.1.1", "first", NULL},
    {OUTCOME_BOUNCED, SEVERITY_PERMANENT, "recipient_unknown", "d@y.example", "mx2", "n@s.example",
     7202, 550, "5.1.1", "second", NULL},
    {OUTCOME_BOUNCED, SEVERITY_TRANSIENT, "recipient_unknown", "d@y.example", "mx2", "n@s.example",
     -1, 450, "5.1.1", "third", "gmx"},
    {OUTCOME_EXPIRED, SEVERITY_TRANSIENT, "expired", "e@y.example", "mx2", "n@s.example", 7203, 452,
     "4.2.2", "full", NULL},
    {OUTCOME_HANDED_OVER, SEVERITY_NONE, NULL, "f@z.example", "mx2", "n@s.example", 7204, 250, "",
     "queued", NULL},
    {OUTCOME_DISCARDED, SEVERITY_NONE, NULL, "g@z.example", "mx2", "n@s.example", 7205, 0, "", "",
     NULL},
    {OUTCOME_REFUSED, SEVERITY_PERMANENT, "recipient_unknown", "h@us.example", "mx2", "", 7206, 550,
     "5.1.1", "no such user here", NULL},
    {OUTCOME_BOUNCED, SEVERITY_PERMANENT, "unclassified", "root", "", "n@s.example", 7207, 599, "",
     "xyzzy", NULL},
};

static void count_steps(struct tally *tally)
{
    tally_init(tally);
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        const struct step *step = &steps[i];
        struct event event = {
            .attempt = {.kind = RECORD_ATTEMPT,
                        .outcome = step->outcome,
                        .severity = step->severity,
                        .time = step->time,
                        .line = (int64_t)i,
                        .host = sv_from(step->host),
                        .provider = step->provider ? sv_from(step->provider) : SV_EMPTY,
                        .recipient = sv_from(step->to),
                        .reply = {step->code, sv_from(step->enhanced), sv_from(step->text)},
                        .verdict = {.category = step->category ? category_of(step->category)
                                                               : CATEGORY_NONE}},
            .sender_known = step->sender != NULL,
            .sender = sv_from(step->sender ? step->sender : "")};
        event.sender_key = hash_address(event.sender, &event.sender_domain_key);
        ledger_seal(&event.attempt);
        tally_expect(tally, &event.attempt);
        tally_event(tally, &patterns.taxonomy, 0, &event);
    }
}

/* "name count delivered deferred bounced expired; ..." in the order of first mention. */
static void expect_names(const struct map *map, const char *want)
{
    struct buf got = {0};
    for (size_t i = 0; i < map_count(map); i++) {
        const struct outcomes *o = map_value_at(map, i);
        buf_printf(&got, "%s%.*s %lld %lld %lld %lld %lld", i ? "; " : "",
                   SV_FMT(map_key_at(map, i)), (long long)o->count, (long long)o->delivered,
                   (long long)o->deferred, (long long)o->bounced, (long long)o->expired);
    }
    expect_sv(buf_sv(&got), sv_from(want), SV_EMPTY);
    buf_release(&got);
}

static void expect_category(const struct tally *tally, const char *name, int64_t count,
                            int64_t transient, int64_t permanent, int64_t recipients,
                            const char *sample)
{
    const struct category_tally *category = &tally->categories[category_of(name)];
    assert_int_equal(category->count, count);
    assert_int_equal(category->transient, transient);
    assert_int_equal(category->permanent, permanent);
    assert_int_equal(category->recipients, recipients);
    assert_string_equal(category->sample_text, sample);
}

static void test_events(void **state)
{
    static const int64_t attempts[OUTCOME_COUNT] = {2, 2, 4, 1, 1, 1, 1};
    struct tally tally;
    (void)state;
    count_steps(&tally);
    assert_memory_equal(tally.attempts, attempts, sizeof attempts);
    assert_int_equal(tally.transient, 3);
    assert_int_equal(tally.permanent, 4);
    assert_int_equal(tally.transient + tally.permanent, attempts[OUTCOME_DEFERRED] +
                                                            attempts[OUTCOME_BOUNCED] +
                                                            attempts[OUTCOME_EXPIRED]);
    assert_int_equal(tally.first, -1);
    assert_int_equal(tally.last, 7207);
    expect_category(&tally, "recipient_unknown", 4, 1, 3, 3, "first");
    expect_category(&tally, "greylisted", 1, 1, 0, 1, "later");
    expect_category(&tally, "reputation", 1, 0, 1, 1, "go away");
    expect_category(&tally, "expired", 1, 1, 0, 1, "full");
    expect_category(&tally, "unclassified", 1, 0, 1, 1, "xyzzy");
    expect_category(&tally, "mailbox_full", 0, 0, 0, 0, "");
    assert_true(tally.codes[250] == 2 && tally.codes[450] == 2 && tally.codes[550] == 3 &&
                tally.codes[554] == 1 && tally.codes[452] == 1 && tally.codes[599] == 1);
    assert_int_equal(tally.codes[0], 0);
    assert_int_equal(*(int64_t *)map_get(&tally.enhanced, SV("5.1.1")), 4);
    assert_int_equal(*(int64_t *)map_get(&tally.enhanced, SV("2.0.0")), 1);
    assert_int_equal(map_count(&tally.enhanced), 4);
    expect_names(&tally.hosts, "mx1 3 2 1 0 0; mx2 8 0 1 3 1");
    expect_names(&tally.recipient_domains, "x.example 3 2 1 0 0; y.example 5 0 1 3 1; "
                                           "z.example 2 0 0 0 0; us.example 1 0 0 0 0");
    expect_names(&tally.sender_domains, "s.example 9 1 1 4 1; <> 2 1 0 0 0");
    expect_names(&tally.hours, "1970-01-01T01:00:00Z 3 2 1 0 0; 1970-01-01T02:00:00Z 8 0 1 3 1; "
                               "1969-12-31T23:00:00Z 1 0 0 1 0");
    expect_names(&tally.providers, "gmx 3 1 1 1 0");
    expect_names(&tally.provider_days, "gmx\n1970-01-01 2 1 1 0 0; gmx\n1969-12-31 1 0 0 1 0");
    const int64_t(*replies)[CATEGORY_MAX + 1] = tally.replies[MTA_UNKNOWN];
    assert_int_equal(replies[OUTCOME_DELIVERED][CATEGORY_MAX], 2);
    assert_int_equal(replies[OUTCOME_BOUNCED][category_of("recipient_unknown")], 3);
    assert_int_equal(replies[OUTCOME_REFUSED][category_of("recipient_unknown")], 1);
    assert_int_equal(replies[OUTCOME_EXPIRED][category_of("expired")], 1);
    assert_int_equal(replies[OUTCOME_DISCARDED][CATEGORY_MAX], 1);
    /* a, b, c, d, e, g, root: neither what was handed over nor what we refused */
    struct recipient_counts recipients = tally_recipients(&tally);
    assert_int_equal(recipients.attempted, 7);
    assert_int_equal(recipients.delivered, 2);
    assert_int_equal(recipients.failed, 5);
    assert_int_equal(tally.unclassified.count, 1);
    assert_int_equal(tally.unclassified.list[0].line, 11);
    assert_int_equal(map_count(&tally.blocks), 2); /* greylisted at mx1, reputation at mx2 */
    tally_release(&tally);
    assert_int_equal(map_count(&tally.hosts), 0);
}

static void test_nothing(void **state)
{
    struct tally tally;
    (void)state;
    tally_init(&tally);
    assert_true(tally.first > tally.last);
    struct recipient_counts recipients = tally_recipients(&tally);
    assert_int_equal(recipients.attempted + recipients.delivered + recipients.failed, 0);
    tally_release(&tally);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merge_in_any_order),
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, load_patterns, release_patterns);
}
