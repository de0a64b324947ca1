/* redact: every address becomes a keyed fingerprint, wherever it stands. */
#include "bouncelog/report/redact.h"
#include "testing.h"

static const struct redactor keyed = {.key = {"key", 3}};

/* python3: hmac.new(key, message, hashlib.sha256).hexdigest() */
static void test_addresses(void **state)
{
    static const struct {
        sv key, address, digest;
    } rows[] = {
        {SV("key"), SV("joe@example.com"),
         SV("6f0ec46226affa16fb8e5e35e47e9c36919e98ec6a5c4bb6d0a50cb872478ea7")},
        {SV("key"), SV("Joe@EXAMPLE.com"), /* of the lower-cased form */
         SV("6f0ec46226affa16fb8e5e35e47e9c36919e98ec6a5c4bb6d0a50cb872478ea7")},
        {SV("key"), SV("eve@example.net"),
         SV("f2e5b4659df982056c736d07ff8a62eb7b5d428cc7d5100244e699492b45aa5f")},
        {SV(""), SV("joe@example.com"),
         SV("474c056dafb010dd69aa6056773f39a2596a74a7d85f841890e371f80631f210")},
        {SV("kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
            "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"), /* longer than a block */
         SV("joe@example.com"),
         SV("4e6a4b7d9c40440f6b6f6638808cf440896673c9219e4f72c2d7b882da5d864f")},
        /* one mailbox, by its A-label */
        {SV("key"),
         SV("Joe@B\xC3\x9C"
            "CHER.example"),
         SV("af61248d2389990a6da7bb6e897a35f57fd5e951752a44922ea4b0f640b8c63e")},
        {SV("key"), SV("joe@xn--bcher-kva.example"),
         SV("af61248d2389990a6da7bb6e897a35f57fd5e951752a44922ea4b0f640b8c63e")},
        {SV("key"), SV("\"john doe\"@example.com"),
         SV("eb900928de99b04bd5b8bacc83aca86b009bd52f9c3b5bea2cf4db99a6187c4a")},
        {SV("key"), SV("joe@[192.0.2.1]"),
         SV("67a7cf5f0fa2ed2c25fb04b116e4df217b09cb66a81e0f849fb7dad2d693f055")},
        /* RFC 4231, case 2: no address, but nobody asks */
        {SV("Jefe"), SV("what do ya want for nothing?"),
         SV("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")},
        {SV("key"), SV(""), SV("")}, /* unknown, and the null sender */
    };
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct redactor redactor = {.key = rows[i].key};
        expect_sv(redact_address(&redactor, rows[i].address, &arena), rows[i].digest,
                  rows[i].address);
        expect_sv(redact_address(NULL, rows[i].address, &arena), rows[i].address, rows[i].address);
    }
    arena_release(&arena);
}

/* The text with each \1, \2... replaced by the fingerprint of the row's address of that number. */
static void fill_in(struct buf *out, sv form, const char *const *addresses, struct arena *arena)
{
    for (size_t i = 0; i < form.len; i++) {
        size_t number = (unsigned char)form.ptr[i];
        if (number >= 1 && number <= 3)
            buf_add(out, redact_address(&keyed, sv_from(addresses[number - 1]), arena));
        else
            buf_add_byte(out, form.ptr[i]);
    }
}

static void test_texts(void **state)
{
    static const struct {
        sv text, form;
        const char *addresses[3];
    } rows[] = {
        {SV("<joe@example.com>: User unknown"), SV("<\1>: User unknown"), {"joe@example.com"}},
        {SV("joe@example.com"), SV("\1"), {"joe@example.com"}},
        {SV("JOE@Example.com, eve@example.net."),
         SV("\1, \2."),
         {"joe@example.com", "eve@example.net"}},
        {SV("to:joe@example.com;eve@example.net"),
         SV("to:\1;\2"),
         {"joe@example.com", "eve@example.net"}},
        {SV("(joe@example.com)[eve@example.net]"),
         SV("(\1)[\2]"),
         {"joe@example.com", "eve@example.net"}},
        {SV("<\"john doe\"@example.com> no"), SV("<\1> no"), {"\"john doe\"@example.com"}},
        {SV("<\"a\\\"b\"@example.com> no"), SV("<\1> no"), {"\"a\\\"b\"@example.com"}},
        {SV("<\"a\\\\\"@example.com> no"), SV("<\1> no"), {"\"a\\\\\"@example.com"}},
        {SV("<\"eve@example.net\"@example.com>"), SV("<\1>"), {"\"eve@example.net\"@example.com"}},
        {SV("<joe@[192.0.2.1]>: no"), SV("<\1>: no"), {"joe@[192.0.2.1]"}},
        {SV("<joe@[IPv6:2001:db8::1]>: no"), SV("<\1>: no"), {"joe@[IPv6:2001:db8::1]"}},
        {SV("bounce+joe=example.com@news.example.org no"),
         SV("\1 no"),
         {"bounce+joe=example.com@news.example.org"}},
        {SV("j\xC3\xB6rg@b\xC3\xBC.example no"), SV("\1 no"), {"j\xC3\xB6rg@b\xC3\xBC.example"}},
        {SV("user_1@exam_ple.com no"), SV("\1 no"), {"user_1@exam_ple.com"}},
        {SV("o'neil@example.com no"), SV("\1 no"), {"o'neil@example.com"}},
        {SV("joe@localhost no"), SV("\1 no"), {"joe@localhost"}},
        /* no addresses */
        {SV("example.com has no MX, 192.0.2.1 neither"),
         SV("example.com has no MX, 192.0.2.1 neither"),
         {NULL}},
        {SV("@example.com"), SV("@example.com"), {NULL}},
        {SV("joe@"), SV("joe@"), {NULL}},
        {SV("joe @ example.com"), SV("joe @ example.com"), {NULL}},
        {SV("@"), SV("@"), {NULL}},
        {SV("\"@"), SV("\"@"), {NULL}},
        {SV("joe@[unclosed"), SV("joe@[unclosed"), {NULL}},
        {SV(""), SV(""), {NULL}},
    };
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buf want = {0};
        fill_in(&want, rows[i].form, rows[i].addresses, &arena);
        expect_sv(redact_text(&keyed, rows[i].text, &arena), buf_sv(&want), rows[i].text);
        expect_sv(redact_text(NULL, rows[i].text, &arena), rows[i].text, rows[i].text);
        buf_release(&want);
    }
    arena_release(&arena);
}

/* Whatever stands around it, no part of an address is left. */
static void test_nothing_is_left(void **state)
{
    static const char around[] = " \t<>()[],;:\"'\\/|=.@-+\xFF\x01";
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < sizeof around - 1; i++)
        for (size_t j = 0; j < sizeof around - 1; j++) {
            struct buf text = {0};
            buf_add_byte(&text, around[i]);
            buf_add(&text, SV("secretperson@example.com"));
            buf_add_byte(&text, around[j]);
            sv redacted = redact_text(&keyed, buf_sv(&text), &arena);
            if (sv_find(redacted, SV("secret")) != SV_NPOS ||
                sv_find(redacted, SV("person")) != SV_NPOS)
                expect_sv(redacted, SV("nothing of the address"), buf_sv(&text));
            buf_release(&text);
        }
    arena_release(&arena);
}

static void test_masks(void **state)
{
    static const struct redactor masking = {.masks = true};
    static const sv rows[][2] = {
        {SV("<joe@example.com>: unknown"), SV("<...@example.com>: unknown")},
        {SV("a@b.example, \"odd @ one\"@c.example"), SV("...@b.example, ...@c.example")},
        {SV("joe@[192.0.2.1]"), SV("...@[192.0.2.1]")},
        {SV("no address, 5 @ 3"), SV("no address, 5 @ 3")},
    };
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_sv(redact_text(&masking, rows[i][0], &arena), rows[i][1], rows[i][0]);
    expect_sv(redact_address(&masking, SV("@"), &arena), SV("..."), SV_EMPTY);
    expect_sv(redact_address(&masking, SV("root"), &arena), SV("..."), SV_EMPTY);
    arena_release(&arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_masks),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_nothing_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
