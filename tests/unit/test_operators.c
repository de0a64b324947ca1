/* operators: who runs a server is the same, whether each mail asks or only one whose relay is
 * another than that of the mail before. */
#include "bouncelog/base/mem.h"
#include "bouncelog/ledger/ledger.h"
#include "bouncelog/model/operator.h"
#include "bouncelog/tally/tally.h"
#include "loaded.h"

static const char *const domains[] = {"a.example", "b.example",   "example",
                                      "mail",      "[192.0.2.1]", "A.example"};
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
                                    "198.51.100.7",
                                    "[198.51.100.7]",
                                    "2001:db8::1",
                                    ""};
static const char *const addresses[] = {
    "192.0.2.1",   "192.0.2.9",       "198.51.100.7",  "192.0.2.300",
    "2001:db8::1", "2001:db8:0:1::2", "2001:db8:1::1", ""};

static uint64_t next(uint64_t *seed, uint64_t below)
{
    *seed = hash_mix(*seed, 1);
    return *seed % below;
}

struct mail {
    const char *domain, *host, *address;
    int64_t hour;
    bool dead;
};

/* memo: NULL: each mail asks. */
static uint64_t count_one(struct tally *tally, struct provider_memo *memo, const struct mail *mail)
{
    char recipient[64];
    snprintf(recipient, sizeof recipient, "joe@%s", mail->domain);
    struct event event = {.attempt = {.kind = RECORD_ATTEMPT,
                                      .time = 3600 * mail->hour,
                                      .recipient = sv_from(recipient),
                                      .relay = {sv_from(mail->host), sv_from(mail->address), 25},
                                      .outcome = mail->dead ? OUTCOME_BOUNCED : OUTCOME_DELIVERED,
                                      .verdict = {.category = CATEGORY_NONE}},
                          .action = mail->dead ? ACTION_SUPPRESS : ACTION_NONE};
    ledger_fingerprint(&event.attempt);
    if (memo)
        event.attempt.relay_key =
            patterns_answerer(&patterns, memo, &event.attempt.relay, event.attempt.recipient,
                              event.attempt.domain_key)
                .relay_key;
    tally_event(tally, &patterns.taxonomy, &event);
    return event.attempt.relay_key;
}

static void count(struct tally *tally, struct provider_memo *memo, uint64_t seed)
{
    tally_init(tally);
    for (int i = 0; i < 400; i++) {
        struct mail mail = {.domain = domains[next(&seed, COUNT_OF(domains))]};
        mail.host = hosts[next(&seed, COUNT_OF(hosts))];
        mail.address = addresses[next(&seed, COUNT_OF(addresses))];
        mail.hour = (int64_t)next(&seed, 5);
        mail.dead = next(&seed, 4) == 0;
        count_one(tally, memo, &mail);
    }
}

static void expect_alike(struct tally *left, struct tally *right, const char *what)
{
    struct buf want = {0}, got = {0};
    tally_pack_destinations(&want, left);
    tally_pack_destinations(&got, right);
    if (!sv_eq(buf_sv(&want), buf_sv(&got)))
        fail_msg("%s", what);
    buf_release(&want);
    buf_release(&got);
}

static void test_asked_once(void **state)
{
    struct provider_memo *memo = mem_zero(1, sizeof *memo);
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct tally each, changed;
        count(&each, NULL, seed);
        count(&changed, memo, seed);
        assert_true(map_count(&each.operators) > 1);
        expect_alike(&each, &changed, "asked for each mail");
        tally_release(&each);
        tally_release(&changed);
    }
    mem_free(memo);
}

/* What one server leaves behind must not hide what the next one tells: a name where there was none,
 * and the other way round. */
static void count_two(struct provider_memo *memo, const struct mail *one, const struct mail *two)
{
    struct tally each, changed, turned;
    char what[256];
    snprintf(what, sizeof what, "%s: %s[%s], then %s[%s]", one->domain, one->host, one->address,
             two->host, two->address);
    tally_init(&each);
    tally_init(&changed);
    tally_init(&turned);
    count_one(&each, NULL, one);
    count_one(&each, NULL, two);
    count_one(&changed, memo, one);
    count_one(&changed, memo, two);
    count_one(&turned, memo, two);
    count_one(&turned, memo, one);
    expect_alike(&each, &changed, what);
    for (size_t i = 0; i < map_count(&each.operators); i++) {
        const struct operator_tally *operator= map_value_at(&each.operators, i);
        const struct operator_tally *same =
            map_get(&turned.operators, map_key_at(&each.operators, i));
        if (!same || same->network != operator->network)
            fail_msg("%s: another operator in the other order", what);
    }
    tally_release(&each);
    tally_release(&changed);
    tally_release(&turned);
}

static void test_two_servers(void **state)
{
    struct provider_memo *memo = mem_zero(1, sizeof *memo);
    const size_t relays = COUNT_OF(hosts) * COUNT_OF(addresses);
    (void)state;
    for (size_t d = 0; d < COUNT_OF(domains); d++)
        for (size_t i = 0; i < relays * relays; i++) {
            size_t a = i / relays, b = i % relays;
            struct mail one = {domains[d], hosts[a / COUNT_OF(addresses)],
                               addresses[a % COUNT_OF(addresses)], 1, false};
            struct mail two = {domains[d], hosts[b / COUNT_OF(addresses)],
                               addresses[b % COUNT_OF(addresses)], 2, false};
            count_two(memo, &one, &two);
        }
    mem_free(memo);
}

static void test_kinds(void **state)
{
    static const struct {
        const char *host, *domain;
        enum relay_kind kind;
    } cases[] = {
        {"mx.a.example", "a.example", RELAY_OWN},   {"a.example", "a.example", RELAY_OWN},
        {"MX.A.Example", "a.example", RELAY_OWN},   {"mxa.example", "a.example", RELAY_NAMED},
        {"mx.b.example", "a.example", RELAY_NAMED}, {"unknown", "a.example", RELAY_NUMBERED},
        {"", "a.example", RELAY_NUMBERED},          {"mx.a.example", "", RELAY_NAMED}};
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

static void test_inside(void **state)
{
    static const char *const inside[] = {
        "10.0.0.1",   "127.0.0.1",   "192.168.1.2", "172.16.0.1", "172.31.255.255", "169.254.1.1",
        "100.64.0.1", "100.127.0.1", "::1",         "fc00::1",    "FD12::1",        "fe80::1"};
    static const char *const outside[] = {"192.0.2.1",  "198.51.100.7", "172.15.0.1",  "172.32.0.1",
                                          "100.63.0.1", "100.128.0.1",  "101.64.0.1",  "192.16.8.1",
                                          "11.0.0.1",   "1.2.3.4",      "2001:db8::1", "8.8.8.8",
                                          "",           "mx.example",   "172.",        "100.x.0.1"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(inside); i++)
        if (!operator_is_inside(sv_from(inside[i])))
            fail_msg("%s", inside[i]);
    for (size_t i = 0; i < COUNT_OF(outside); i++)
        if (operator_is_inside(sv_from(outside[i])))
            fail_msg("%s", outside[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_asked_once),
        cmocka_unit_test(test_two_servers),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_inside),
    };
    return cmocka_run_group_tests(tests, load_patterns, release_patterns);
}
