/* A template is a short cut: what fits one is taken by the pattern of its shape, or of its rule for
 * senders, with the same fields. On a million generated lines and as many damaged ones, and on a
 * million addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bouncelog/pattern/patterns.h"
#include "bouncelog/pattern/sender_template.h"
#include "generator/generate.h"
#include "parse/mta/mta.h"
#include "random.h"

enum { LINE = 4096, SLACK = 64, LINES = 1000000 / 2 };

static struct patterns patterns;
static struct matcher *matcher;
static int64_t fitted; /* lines that fitted a template */

static uint8_t mta_of(const char *name)
{
    return taxonomy_mta(&patterns.taxonomy, sv_from(name));
}

static void compare(const struct shape *shape, const struct regex *regex, sv rest,
                    const struct template_fields *fields)
{
    if (regex_match(regex, matcher, rest) != REGEX_YES) {
        print_error("%.*s: the pattern does not take: %.*s\n", SV_FMT(shape->name), SV_FMT(rest));
        fail();
    }
    for (int field = 0; field < FIELD_COUNT; field++) {
        sv short_cut = fields->set >> field & 1 ? fields->values[field] : SV_EMPTY;
        sv full = matcher_field(matcher, regex, (enum field)field);
        if (!sv_eq(short_cut, full)) {
            print_error("%.*s: %.*s is '%.*s', not '%.*s': %.*s\n", SV_FMT(shape->name),
                        SV_FMT(field_name((enum field)field)), SV_FMT(full), SV_FMT(short_cut),
                        SV_FMT(rest));
            fail();
        }
    }
}

/* Also of shapes whose turn would not come: each template stands for itself. */
static void check_rest(const struct mta_patterns *mta, sv rest)
{
    for (size_t i = 0; i < mta->shape_count; i++) {
        const struct shape *shape = &mta->shapes[i];
        for (size_t j = 0; j < shape->template_count + shape->identity_template_count; j++) {
            bool identity = j >= shape->template_count;
            const struct line_template *template =
                identity ? &shape->identity_templates[j - shape->template_count]
                         : &shape->templates[j];
            struct template_fields fields;
            if (!template_match(template, rest, &fields))
                continue;
            fitted++;
            compare(shape, identity ? shape->identity : shape->regex, rest, &fields);
        }
    }
}

/* One byte changed, lost or doubled; or a piece that means something put in. */
static size_t damage(uint64_t *state, char *line, size_t len)
{
    static const char *const pieces[] = {"\"",
                                         ">",
                                         ", ",
                                         ">, relay=",
                                         ", dsn=5.1.1",
                                         ", status=",
                                         " (",
                                         "=",
                                         ", tls=x",
                                         "<",
                                         "\\\"",
                                         ", a_b=",
                                         "4.2.22",
                                         "9.9.9",
                                         ": ",
                                         ")",
                                         "[",
                                         "]",
                                         ":",
                                         "@",
                                         " ",
                                         "\xC2\x85",
                                         "\xFF",
                                         "none",
                                         "to=<",
                                         ", orig_to=<",
                                         "0",
                                         ", delay=1",
                                         " (queue active)",
                                         ", nrcpt=1",
                                         ", conn_use=2",
                                         "\t",
                                         "|",
                                         "/",
                                         "save ",
                                         ":blackhole: ",
                                         "discarded (",
                                         " (",
                                         " <",
                                         "<>",
                                         ",<",
                                         ", [more]",
                                         ", ctladdr=",
                                         ", reply=550 no",
                                         ", stat=",
                                         ", ntries=2",
                                         ", pri=1",
                                         ", class=-1",
                                         " R="};
    size_t at = random_below(state, (uint32_t)len + 1);
    const char *piece = pieces[random_below(state, sizeof pieces / sizeof *pieces)];
    size_t add = strlen(piece);
    switch (random_below(state, 3)) {
    case 0:
        if (at < len)
            line[at] = (char)random_below(state, 256);
        return len;
    case 1:
        if (at < len)
            memmove(line + at, line + at + 1, len - at - 1);
        return at < len ? len - 1 : len;
    default:
        memmove(line + at + add, line + at, len - at);
        memcpy(line + at, piece, add);
        return len + add;
    }
}

static void check_line(uint8_t mta, uint64_t *state, char *line, size_t len)
{
    char *tag = mta == mta_of("exim") ? line + 20 : strstr(line, "]: ");
    if (!tag)
        return;
    char *start = mta == mta_of("exim") ? tag : tag + 3;
    sv rest = sv_make(start, (size_t)(line + len - start));
    if (!mta_find(patterns.taxonomy.mtas[mta])->queue_id_take(&rest).len)
        return;
    char copy[LINE + SLACK] = {0};
    sv_put(copy, rest);
    check_rest(&patterns.mtas[mta], sv_make(copy, rest.len));
    size_t damaged = rest.len;
    for (uint32_t times = 1 + random_below(state, 3); times; times--) {
        damaged = damage(state, copy, damaged);
        memset(copy + damaged, 0, SLACK);
        check_rest(&patterns.mtas[mta], sv_make(copy, damaged));
    }
}

static void check_mta(enum generated which, uint8_t mta, int64_t lines)
{
    struct generate_options options = {
        .mta = which, .bytes = lines * 150, .seed = 11, .addresses = 50000, .failing = 300};
    FILE *log = tmpfile();
    char line[LINE];
    uint64_t state = 5;
    assert_non_null(log);
    fitted = 0;
    int64_t left = lines;
    (void)generate_log(log, &options);
    rewind(log);
    for (; left && fgets(line, sizeof line / 2, log); left--)
        check_line(mta, &state, line, strcspn(line, "\n"));
    fclose(log);
    print_message("%lld of %lld lines fitted a template\n", (long long)fitted, (long long)lines);
}

static void test_postfix(void **state)
{
    (void)state;
    check_mta(GENERATE_POSTFIX, mta_of("postfix"), LINES);
    assert_true(fitted > LINES / 8);
}

static void test_exim(void **state)
{
    (void)state;
    check_mta(GENERATE_EXIM, mta_of("exim"), LINES / 2);
}

static void test_sendmail(void **state)
{
    (void)state;
    check_mta(GENERATE_SENDMAIL, mta_of("sendmail"), LINES / 2);
}

/* All examples of all shapes, too. */
static void test_examples(void **state)
{
    (void)state;
    for (uint8_t mta = MTA_UNKNOWN + 1; mta < patterns.taxonomy.mta_count; mta++)
        for (size_t i = 0; i < patterns.mtas[mta].shape_count; i++) {
            const struct examples *examples = &patterns.mtas[mta].shapes[i].examples;
            for (size_t j = 0; j < examples->hit_count + examples->miss_count; j++) {
                sv text = j < examples->hit_count ? examples->hits[j].text
                                                  : examples->misses[j - examples->hit_count].text;
                char copy[LINE + SLACK] = {0};
                sv_put(copy, sv_sub(text, 0, LINE));
                check_rest(&patterns.mtas[mta], sv_make(copy, text.len));
            }
        }
}

/* Addresses out of what numbered senders are made of, and a little else. */
static sv some_address(uint64_t *state, char *address)
{
    static const char *const pieces[] = {"bounce",
                                         "n",
                                         "7",
                                         "31",
                                         "1234567",
                                         "20787",
                                         "6f1c2a90b3d45e7",
                                         "8",
                                         "-",
                                         "+",
                                         ".",
                                         "_",
                                         "=",
                                         "@",
                                         "a",
                                         "f",
                                         "g",
                                         "A",
                                         "\n",
                                         "\xC3\xA9",
                                         "mail.shop.example",
                                         "@shop.example"};
    size_t len = random_below(state, 4) ? SV("bounce-31").len : 0; /* mostly one that begins well */
    sv_put(address, sv_make("bounce-31", len));
    for (uint32_t left = random_below(state, 7); left; left--) {
        sv piece = sv_from(pieces[random_below(state, sizeof pieces / sizeof *pieces)]);
        sv_put(address + len, piece);
        len += piece.len;
    }
    if (random_below(state, 2)) {
        sv_put(address + len, SV("@shop.example"));
        len += SV("@shop.example").len;
    }
    memset(address + len, '3', SLACK); /* what is behind it is no part of it */
    return sv_make(address, len);
}

static void test_senders(void **unused)
{
    (void)unused;
    uint64_t state = 3;
    char address[LINE];
    int64_t taken = 0, by_pattern = 0;
    for (size_t i = 0; i < patterns.sender_count; i++) {
        const struct layer *rule = &patterns.senders[i];
        for (int64_t left = rule->numbered ? LINES * 2 : 0; left; left--) {
            sv sender = some_address(&state, address);
            sv campaign = sv_sub(sender, 0, sender_template_numbered(sender));
            sv full = regex_match(rule->regex, matcher, sender) == REGEX_YES
                          ? matcher_field(matcher, rule->regex, FIELD_CAMPAIGN)
                          : SV_EMPTY;
            taken += campaign.len > 0;
            by_pattern += full.len > 0;
            if (campaign.len && !sv_eq(campaign, full)) {
                print_error("'%.*s', not '%.*s': %.*s\n", SV_FMT(campaign), SV_FMT(full),
                            SV_FMT(sender));
                fail();
            }
        }
    }
    print_message("%lld senders fitted the template, %lld the pattern\n", (long long)taken,
                  (long long)by_pattern);
    assert_true(taken > LINES / 100);
    assert_true(by_pattern < taken * 2); /* a short cut that is seldom taken is none */
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples), cmocka_unit_test(test_postfix),
        cmocka_unit_test(test_exim), cmocka_unit_test(test_sendmail),
        cmocka_unit_test(test_senders)};
    struct patterns_options options = {0};
    struct err err;
    if (patterns_load(&patterns, &options, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    matcher = matcher_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    matcher_free(matcher);
    patterns_release(&patterns);
    return failed;
}
