/* A gate saves time and must never change the answer: what a pattern takes, its gate lets through.
 * Shown by breaking the gate's bytes in every example, and by the other case of its letters: the
 * pattern alone must then refuse it. */
#include "bouncelog/pattern/regex.h"
#include "loaded.h"

static void expect_refused(const struct shape *shape, struct matcher *matcher, struct buf *text,
                           size_t at, int flip)
{
    text->ptr[at] = (char)(text->ptr[at] ^ flip);
    expect_int(regex_match(shape->regex, matcher, buf_sv(text)), REGEX_NO, buf_sv(text));
    text->ptr[at] = (char)(text->ptr[at] ^ flip);
}

static void test_shapes(void **state)
{
    struct matcher *matcher = matcher_new();
    size_t broken = 0;
    (void)state;
    for (uint8_t mta = 0; mta < patterns.taxonomy.mta_count; mta++)
        for (size_t i = 0; i < patterns.mtas[mta].shape_count; i++) {
            const struct shape *shape = &patterns.mtas[mta].shapes[i];
            for (size_t k = 0; shape->regex && k < shape->examples.hit_count; k++) {
                struct buf text = {0};
                buf_add(&text, shape->examples.hits[k].text);
                expect_int(regex_match(shape->regex, matcher, buf_sv(&text)), REGEX_YES,
                           shape->name);
                for (size_t at = 0; at < shape->gate.len; at++, broken++) {
                    expect_refused(shape, matcher, &text, at, 1);
                    if (is_alpha(text.ptr[at]))
                        expect_refused(shape, matcher, &text, at, 0x20);
                }
                buf_release(&text);
            }
        }
    assert_true(broken > 100);
    assert_int_equal(matcher_limits(matcher), 0);
    matcher_free(matcher);
}

/* Bytes that must stand somewhere in the line: broken wherever they stand. */
static void test_needs(void **state)
{
    struct matcher *matcher = matcher_new();
    (void)state;
    for (uint8_t mta = 0; mta < patterns.taxonomy.mta_count; mta++)
        for (size_t i = 0; i < patterns.mtas[mta].shape_count; i++) {
            const struct shape *shape = &patterns.mtas[mta].shapes[i];
            if (!shape->regex || !shape->needs.len)
                continue;
            for (size_t k = 0; k < shape->examples.hit_count; k++) {
                struct buf text = {0};
                size_t found, broken = 0;
                buf_add(&text, shape->examples.hits[k].text);
                for (; (found = sv_find(buf_sv(&text), shape->needs)) != SV_NPOS; broken++)
                    text.ptr[found] = (char)(text.ptr[found] ^ 1);
                expect_int(broken > 0, true, shape->name);
                expect_int(regex_match(shape->regex, matcher, buf_sv(&text)), REGEX_NO,
                           shape->name);
                buf_release(&text);
            }
        }
    matcher_free(matcher);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_needs),
    };
    return cmocka_run_group_tests(tests, load_patterns, release_patterns);
}
