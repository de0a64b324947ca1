/* operators: who runs a server is the same, whether each mail asks or only one whose relay is
 * another than that of the mail before. */
#include "bouncelog/base/mem.h"
#include "bouncelog/ledger/ledger.h"
#include "bouncelog/model/operator.h"
#include "bouncelog/tally/tally.h"
#include "loaded.h"

static const char *const domains[] = {"a.example", "b.example", "example", "[192.0.2.1]",
                                      "A.example"};
static const char *const hosts[] = {"mx.a.example",
                                    "MX.A.example",
                                    "a.example",
                                    "mx1.b.example",
                                    "mx.operator.example.net",
                                    "in.operator.example.net",
                                    "other.example.org",
                                    "unknown",
                                    "example",
                                    "mail",
                                    ""};
static const char *const addresses[] = {
    "192.0.2.1",   "192.0.2.9",       "198.51.100.7",  "192.0.2.300",
    "2001:db8::1", "2001:db8:0:1::2", "2001:db8:1::1", ""};

static uint64_t next(uint64_t *seed, uint64_t below)
{
    *seed = hash_mix(*seed, 1);
    return *seed % below;
}

static void count(struct tally *tally, struct provider_memo *memo, bool asked, uint64_t seed)
{
    tally_init(tally);
    for (int i = 0; i < 400; i++) {
        char recipient[64];
        snprintf(recipient, sizeof recipient, "joe@%s", domains[next(&seed, COUNT_OF(domains))]);
        struct event event = {
            .attempt = {.kind = RECORD_ATTEMPT,
                        .time = 3600 * (int64_t)next(&seed, 5),
                        .recipient = sv_from(recipient),
                        .relay = {sv_from(hosts[next(&seed, COUNT_OF(hosts))]),
                                  sv_from(addresses[next(&seed, COUNT_OF(addresses))]), 25},
                        .verdict = {.category = CATEGORY_NONE}}};
        bool dead = next(&seed, 4) == 0;
        event.attempt.outcome = dead ? OUTCOME_BOUNCED : OUTCOME_DELIVERED;
        event.action = dead ? ACTION_SUPPRESS : ACTION_NONE;
        ledger_fingerprint(&event.attempt);
        if (asked)
            event.attempt.relay_key =
                patterns_answerer(&patterns, memo, &event.attempt.relay, event.attempt.recipient,
                                  event.attempt.domain_key)
                    .relay_key;
        tally_event(tally, &patterns.taxonomy, &event);
    }
}

static void test_asked_once(void **state)
{
    struct provider_memo *memo = mem_zero(1, sizeof *memo);
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct tally each, changed;
        struct buf want = {0}, got = {0};
        count(&each, memo, false, seed);
        count(&changed, memo, true, seed);
        tally_pack_destinations(&want, &each);
        tally_pack_destinations(&got, &changed);
        assert_true(map_count(&each.operators) > 1);
        expect_sv(buf_sv(&got), buf_sv(&want), SV_EMPTY);
        buf_release(&want);
        buf_release(&got);
        tally_release(&each);
        tally_release(&changed);
    }
    mem_free(memo);
}

static void test_kinds(void **state)
{
    static const struct {
        const char *host, *domain;
        enum relay_kind kind;
    } cases[] = {{"mx.a.example", "a.example", RELAY_OWN},
                 {"a.example", "a.example", RELAY_OWN},
                 {"MX.A.Example", "a.example", RELAY_OWN},
                 {"mxa.example", "a.example", RELAY_NAMED},
                 {"mx.b.example", "a.example", RELAY_NAMED},
                 {"unknown", "a.example", RELAY_NUMBERED},
                 {"", "a.example", RELAY_OWN},
                 {"mx.a.example", "", RELAY_NAMED}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(operator_relay_kind(sv_from(cases[i].host), sv_from(cases[i].domain)),
                         cases[i].kind);
    expect_sv(operator_network_part(SV("192.0.2.1")), SV("192.0.2."), SV_EMPTY);
    expect_sv(operator_network_part(SV("192.0.2.01")), SV("192.0.2.01"), SV_EMPTY);
    expect_sv(operator_network_part(SV("192.0.2.256")), SV("192.0.2.256"), SV_EMPTY);
    expect_sv(operator_network_part(SV("2001:db8::1")), SV("2001:db8::1"), SV_EMPTY);
    expect_sv(operator_network_part(SV_EMPTY), SV_EMPTY, SV_EMPTY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_asked_once),
        cmocka_unit_test(test_kinds),
    };
    return cmocka_run_group_tests(tests, load_patterns, release_patterns);
}
