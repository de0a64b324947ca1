/* The parser is total: whatever a line holds, it gets one class, and no byte is touched that is not
 * its own. Lines are the examples of all patterns, changed at random, the same way in every run;
 * each stands directly in front of a page that must not be read. */
#include "bouncelog/base/text.h"
#include "bouncelog/classify/classify.h"
#include "bouncelog/output/output.h"
#include "bouncelog/parse/reply.h"
#include "loaded.h"

enum {
    ROUNDS = 100000,
    LINE_SLACK = PARSE_SLACK,
    HEAD_SLACK = 64,
    SEEDS_MAX = 2000,
    MUTANT_MAX = 6000
};

/* Lines, and words of replies, that patterns take; views of one arena. */
static struct seeds {
    sv list[SEEDS_MAX];
    size_t count;
} lines, words;
static struct arena seed_arena;

static void add_seed(struct seeds *seeds, const char *before, sv text)
{
    struct buf line = {0};
    buf_add(&line, sv_from(before));
    buf_add(&line, text);
    if (seeds->count < SEEDS_MAX)
        seeds->list[seeds->count++] = arena_copy(&seed_arena, buf_sv(&line));
    buf_release(&line);
}

static void add_shapes(uint8_t mta, const char *before)
{
    const struct mta_patterns *of = &patterns.mtas[mta];
    for (size_t i = 0; i < of->shape_count; i++)
        for (size_t k = 0; k < of->shapes[i].examples.hit_count; k++)
            add_seed(&lines, before, of->shapes[i].examples.hits[k].text);
    for (size_t i = 0; i < of->frame_count; i++)
        for (size_t k = 0; k < of->frames[i].examples.hit_count; k++)
            add_seed(&words, "", of->frames[i].examples.hits[k].text);
}

static void gather(void)
{
    for (size_t i = 0; i < patterns.header_count; i++)
        for (size_t k = 0; k < patterns.headers[i].examples.hit_count; k++)
            add_seed(&lines, "", patterns.headers[i].examples.hits[k].text);
    add_shapes(mta_of("postfix"), "Nov 23 21:45:12 mx1 postfix/smtp[1]: 63A8A2CF3: ");
    add_shapes(mta_of("postfix"),
               "2026-11-23T21:45:12.5+01:00 mx1 postfix/qmgr[1]: 4jYJdY6H6Zz1gBmV: ");
    add_shapes(mta_of("postfix"), "Nov 23 21:45:12 mx1 postfix/smtpd[1]: NOQUEUE: ");
    add_shapes(mta_of("exim"), "2026-11-23 21:27:38 1xVbZa-00002s-0P ");
    add_shapes(mta_of("exim"), "Nov 23 21:27:38 mx1 exim[1]: 2026-11-23 21:27:38.5 +0100 [9] "
                               "1xVbZa-00000000C5j-1wRa ");
    add_shapes(mta_of("sendmail"), "<22>Nov 23 21:52:10 mx1 sm-mta[1]: 6ANLqATg000139: ");
    for (size_t i = 0; i < patterns.rule_count; i++)
        for (size_t k = 0; k < patterns.rules[i].examples.hit_count; k++)
            add_seed(&words, "", patterns.rules[i].examples.hits[k].text);
    add_seed(&lines, "",
             SV("{\"MESSAGE\":\"63A8A2CF3: removed\",\"SYSLOG_IDENTIFIER\":"
                "\"postfix/qmgr\",\"__REALTIME_TIMESTAMP\":\"1795469258000000\"}"));
    add_seed(&lines, "",
             SV("{\"log\":\"Nov 23 21:45:12 mx1 postfix/qmgr[1]: 63A8A2CF3: removed\\n"
                "\",\"stream\":\"stdout\",\"time\":\"2026-11-23T21:45:12Z\"}"));
    print_message("%zu lines, %zu words\n", lines.count, words.count);
    assert_true(lines.count > 100 && words.count > 100);
}

/* What a stranger would try. */
static const sv tokens[] = {
    SV(">, "),
    SV("to=<"),
    SV(">, relay=none, delay=1"),
    SV(", status=bounced ("),
    SV(", stat="),
    SV(", reply="),
    SV("\\n"),
    SV("\\\\"),
    SV("\""),
    SV("<"),
    SV(">"),
    SV("550-"),
    SV("550 5.1.1 "),
    SV(" ** "),
    SV(" => "),
    SV(": "),
    SV(" H=["),
    SV(" C=\""),
    SV(" T="),
    SV("[1/3] "),
    SV("{"),
    SV("\\u0000"),
    SV("\\303\\251"),
    SV("#011"),
    SV("#303#251"),
    SV("\xE2\x80\xA8"),
    SV("\r"),
    SV("removed"),
    SV("1+00:00:01"),
    SV("defer (-44): "),
    SV("@"),
    SV(","),
    SV("("),
    SV(")"),
};

static void mutate(struct buf *out, const struct seeds *seeds, uint32_t *random)
{
    static char kept[MUTANT_MAX * 4];
    sv seed = seeds->list[next_random(random) % seeds->count];
    buf_clear(out);
    buf_add(out, sv_sub(seed, 0, MUTANT_MAX));
    for (uint32_t changes = next_random(random) % 5; changes; changes--) {
        size_t at = out->len ? next_random(random) % out->len : 0;
        sv rest = sv_sub(buf_sv(out), at, at + sizeof kept), other;
        (void)sv_put(kept, rest);
        rest.ptr = kept;
        switch (next_random(random) % 6) {
        case 0: /* one byte, any of 256 */
            if (out->len)
                out->ptr[at] = (char)next_random(random);
            break;
        case 1: /* cut */
            out->len = at;
            break;
        case 2: /* a piece out of the middle */
            out->len = at;
            buf_add(out, sv_skip(rest, next_random(random) % 40));
            break;
        case 3: /* something in between */
            out->len = at;
            buf_add(out, tokens[next_random(random) % COUNT_OF(tokens)]);
            buf_add(out, rest);
            break;
        case 4: /* goes on as another one */
            other = seeds->list[next_random(random) % seeds->count];
            out->len = at;
            buf_add(out, sv_skip(other, other.len ? next_random(random) % other.len : 0));
            break;
        default: /* the rest twice */
            if (out->len < MUTANT_MAX / 2)
                buf_add(out, rest);
        }
    }
    while (sv_find_byte(buf_sv(out), '\n') != SV_NPOS) /* a line holds none */
        out->ptr[sv_find_byte(buf_sv(out), '\n')] = 0x0B;
    if (out->len > MUTANT_MAX)
        out->len = MUTANT_MAX;
}

static void expect_reply(const struct reply *reply, sv line)
{
    if (reply->code < 0 || reply->code > 999)
        expect_int(reply->code, 0, line);
    if (reply->enhanced.len && reply_enhanced_length(reply->enhanced) != reply->enhanced.len)
        expect_sv(reply->enhanced, SV("an enhanced code"), line);
}

static void expect_record(const struct record *record, int64_t number, sv line)
{
    bool failed = record->outcome == OUTCOME_DEFERRED || record->outcome == OUTCOME_BOUNCED ||
                  record->outcome == OUTCOME_EXPIRED || record->outcome == OUTCOME_REFUSED;
    expect_int(record->line, number, line);
    if (record->kind != RECORD_ATTEMPT)
        return;
    expect_int(record->severity != SEVERITY_NONE, failed, line);
    expect_int(record->verdict.category, CATEGORY_NONE, line);
    expect_reply(&record->reply, line);
}

/* The rest of the way must bear it as well. */
static void send_on(struct classifier *classifier, struct record *record, struct buf *json)
{
    struct arena arena = {0};
    classify(classifier, record);
    struct event event = {.attempt = *record, .file = SV("-"), .cause = CATEGORY_NONE};
    buf_clear(json);
    output_event(json, &event, &patterns.taxonomy, NULL, &arena);
    assert_int_equal(sv_find_byte(buf_sv(json), '\n'), json->len - 1);
    buf_clear(json);
    output_event_ecs(json, &event, &patterns.taxonomy, NULL, &arena);
    assert_int_equal(sv_find_byte(buf_sv(json), '\n'), json->len - 1);
    arena_release(&arena);
}

static void test_lines(void **state)
{
    struct parser_options options = {.patterns = &patterns, .host = SV("mx9"), .inbound = true};
    struct parser *parser = parser_new(&options);
    struct classifier *classifier = classifier_new(&patterns);
    struct clock clock = {.not_after = 1795478400};
    struct records records = {0};
    struct buf line = {0}, json = {0};
    struct guarded guarded;
    int64_t classes[LINE_UNPARSED + 1] = {0};
    uint32_t random = 20261124;
    (void)state;
    guarded_init(&guarded, MUTANT_MAX + LINE_SLACK);
    for (int64_t round = 1; round <= ROUNDS; round++) {
        mutate(&line, &lines, &random);
        sv text = guarded_put(&guarded, buf_sv(&line), LINE_SLACK);
        records_clear(&records);
        enum line_class class = parser_line(parser, &clock, text, round, &records);
        assert_true(class <= LINE_UNPARSED);
        classes[class]++;
        size_t attempts = 0;
        for (size_t i = 0; i < records.count; i++) {
            attempts += records.list[i].kind == RECORD_ATTEMPT;
            expect_record(&records.list[i], round, text);
            if (records.list[i].kind == RECORD_ATTEMPT)
                send_on(classifier, &records.list[i], &json);
        }
        expect_int(attempts > 0, class == LINE_DELIVERY || class == LINE_SKIPPED, text);
        if (class == LINE_OTHER || class == LINE_UNPARSED)
            expect_int(records.count, 0, text);
    }
    assert_int_equal(classes[LINE_DELIVERY] + classes[LINE_CONTEXT] + classes[LINE_SKIPPED] +
                         classes[LINE_OTHER] + classes[LINE_UNPARSED],
                     ROUNDS);
    /* The mutants are no mere noise. */
    for (int class = 0; class <= LINE_UNPARSED; class ++)
        assert_true(classes[class] > ROUNDS / 200);
    guarded_release(&guarded);
    records_release(&records);
    classifier_free(classifier);
    parser_free(parser);
    buf_release(&line);
    buf_release(&json);
}

static void test_replies(void **state)
{
    struct parser_options options = {.patterns = &patterns, .host = SV_EMPTY};
    struct parser *parser = parser_new(&options);
    struct records records = {0};
    struct arena arena = {0};
    struct buf text = {0};
    struct guarded guarded;
    uint32_t random = 4711;
    (void)state;
    guarded_init(&guarded, MUTANT_MAX + LINE_SLACK);
    for (int round = 0; round < ROUNDS; round++) {
        mutate(&text, &words, &random);
        sv raw = guarded_put(&guarded, buf_sv(&text), 0);
        for (int separator = REPLY_SPACED; separator <= REPLY_SINGLE; separator++) {
            struct reply reply = reply_parse(raw, (enum reply_separator)separator, &arena);
            expect_reply(&reply, raw);
            assert_true(reply.text.len <= raw.len);
            if (!reply_has_code(sv_trim(raw)) && separator != REPLY_ESCAPED)
                expect_int(reply.code, 0, raw);
        }
        (void)reply_undo_octal(raw, &arena);
        arena_clear(&arena);
        if (round % 10)
            continue;
        raw = guarded_put(&guarded, buf_sv(&text), LINE_SLACK);
        records_clear(&records);
        parser_reply(parser, (uint8_t)(round / 10 % (int)patterns.taxonomy.mta_count), raw,
                     &records);
        expect_int(records.count, 1, raw);
        expect_record(&records.list[0], records.list[0].line, raw);
    }
    guarded_release(&guarded);
    arena_release(&arena);
    records_release(&records);
    parser_free(parser);
    buf_release(&text);
}

/* The head of a source: many lines, the last one perhaps cut. */
static void test_heads(void **state)
{
    struct parser_options options = {.patterns = &patterns, .host = SV_EMPTY};
    struct parser *parser = parser_new(&options);
    struct buf head = {0}, line = {0};
    struct guarded guarded;
    uint32_t random = 815;
    (void)state;
    guarded_init(&guarded, 40 * (MUTANT_MAX + 1) + HEAD_SLACK);
    for (int round = 0; round < ROUNDS / 50; round++) {
        buf_clear(&head);
        for (uint32_t n = next_random(&random) % 12; n; n--) {
            mutate(&line, &lines, &random);
            buf_add(&head, buf_sv(&line));
            if (n > 1 || round % 2)
                buf_add_byte(&head, '\n');
        }
        sv text = guarded_put(&guarded, buf_sv(&head), HEAD_SLACK);
        struct clock_options how = {.source = (size_t)round,
                                    .zone_given = round % 3 == 0,
                                    .year = round % 5 ? 0 : 2026,
                                    .mtime = 1795478400};
        struct clock clock = parser_clock(parser, text, &how);
        assert_true(clock.offset_s >= -14 * 3600 && clock.offset_s <= 14 * 3600);
        struct clock again = parser_clock(parser, text, &how);
        assert_true(again.fixed == clock.fixed && again.not_before == clock.not_before);
    }
    guarded_release(&guarded);
    parser_free(parser);
    buf_release(&head);
    buf_release(&line);
}

static int set_up(void **state)
{
    int failed = load_patterns(state);
    if (!failed)
        gather();
    return failed;
}

static int tear_down(void **state)
{
    arena_release(&seed_arena);
    return release_patterns(state);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_heads),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
