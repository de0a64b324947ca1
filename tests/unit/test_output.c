/* output: what strangers wrote comes out as they wrote it, and can do no harm on the way. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#include "bouncelog/base/text.h"
#include "bouncelog/output/output.h"
#include "loaded.h"
#include "reading.h"
#include "ready_rows.h"

/* As they come, and as a reader of valid UTF-8 gets them. */
static const sv hostile[][2] = {
    {SV("plain"), SV("plain")},
    {SV("\"},{\"code\":250,\"x\":\""), SV("\"},{\"code\":250,\"x\":\"")},
    {SV("back\\slash\\u0041\\"), SV("back\\slash\\u0041\\")},
    {SV("\x01\x1B[31m\x7F\t\r\n"), SV("\x01\x1B[31m\x7F\t\r\n")},
    {SV("nel\xC2\x85ls\xE2\x80\xA8ps\xE2\x80\xA9"), SV("nel\xC2\x85ls\xE2\x80\xA8ps\xE2\x80\xA9")},
    {SV("csi\xC2\x9B[2J"), SV("csi\xC2\x9B[2J")},
    {SV("rlo\xE2\x80\xAE"), SV("rlo\xE2\x80\xAE")},
    {SV("\xFF\xFE\x80"), SV("\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD")},
    {SV("cut \xE2\x82"), SV("cut \xEF\xBF\xBD\xEF\xBF\xBD")},
    {SV("\xED\xA0\x80"), SV("\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD")},
    {SV("\xF0\x9F\x93\xAC </script>"), SV("\xF0\x9F\x93\xAC </script>")},
    {SV("%s%n%d"), SV("%s%n%d")},
    {SV("=1+1"), SV("=1+1")},
};

/* Valid UTF-8, and no control character but the newlines of the format. */
static void expect_harmless(sv out, const char *newlines)
{
    for (size_t at = 0; at < out.len;) {
        size_t n = utf8_sequence(sv_skip(out, at));
        const unsigned char *b = (const unsigned char *)out.ptr + at;
        bool control = b[0] < 0x20 || b[0] == 0x7F || (b[0] == 0xC2 && b[1] < 0xA0) ||
                       (b[0] == 0xE2 && b[1] == 0x80 && (b[2] == 0xA8 || b[2] == 0xA9));
        if (!n || (control && !strchr(newlines, (char)b[0])))
            expect_sv(sv_sub(out, at, at + 8), SV("something harmless"), SV_EMPTY);
        at += n;
    }
}

static cJSON *parse(sv text)
{
    const char *end = NULL;
    cJSON *object = cJSON_ParseWithLengthOpts(text.ptr, text.len, &end, 0);
    if (!object)
        expect_sv(text, SV("valid JSON"), SV_EMPTY);
    return object;
}

static void expect_text(const cJSON *object, const char *key, sv want)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    assert_non_null(item);
    if (cJSON_IsNull(item)) {
        expect_sv(SV_EMPTY, want, sv_from(key));
        return;
    }
    assert_true(cJSON_IsString(item));
    expect_sv(sv_from(item->valuestring), want, sv_from(key));
}

static struct event event_with(sv text)
{
    return (struct event){.attempt = {.kind = RECORD_ATTEMPT,
                                      .mta = mta_of("exim"),
                                      .outcome = OUTCOME_BOUNCED,
                                      .severity = SEVERITY_PERMANENT,
                                      .time = 1795317069,
                                      .line = 4711,
                                      .host = text,
                                      .queue_id = text,
                                      .recipient = text,
                                      .original = text,
                                      .relay = {text, text, 25},
                                      .dsn = text,
                                      .delay_s = 1.2,
                                      .said = {ORIGIN_REMOTE, STAGE_RCPT, text},
                                      .reply = {550, text, text},
                                      .verdict = {category_of("recipient_unknown"), BASIS_RULE,
                                                  text, text, text, false},
                                      .provider = text},
                          .file = text,
                          .sender = text,
                          .sender_known = true,
                          .cause = category_of("mailbox_full"),
                          .action = ACTION_SUPPRESS};
}

static void test_hostile_events(void **state)
{
    static const char *const keys[] = {
        "host",     "queue_id", "sender", "recipient", "original_recipient",
        "enhanced", "dsn",      "text",   "rule",      "provider"};
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(hostile); i++) {
        struct event event = event_with(hostile[i][0]);
        struct buf line = {0};
        output_event(&line, &event, &patterns.taxonomy, NULL, &arena);
        expect_harmless(buf_sv(&line), "\n");
        assert_int_equal(sv_find_byte(buf_sv(&line), '\n'), line.len - 1); /* one line */
        cJSON *object = parse(buf_sv(&line));
        for (size_t k = 0; k < COUNT_OF(keys); k++)
            expect_text(object, keys[k], hostile[i][1]);
        const cJSON *relay = cJSON_GetObjectItem(object, "relay");
        expect_text(relay, "host", hostile[i][1]);
        expect_text(relay, "ip", hostile[i][1]);
        expect_text(cJSON_GetObjectItem(object, "source"), "file", hostile[i][1]);
        expect_text(object, "time", SV("2026-11-22T03:11:09Z"));
        expect_text(object, "category", SV("recipient_unknown"));
        expect_text(object, "cause", SV("mailbox_full"));
        assert_int_equal(cJSON_GetArraySize(object), 27);
        cJSON_Delete(object);
        buf_release(&line);
    }
    arena_release(&arena);
}

static const cJSON *inside(const cJSON *object, const char *path)
{
    char name[32];
    for (sv rest = sv_from(path); rest.len && object;) {
        sv step = sv_cut(rest, '/', &rest);
        (void)snprintf(name, sizeof name, "%.*s", SV_FMT(step));
        object = cJSON_IsArray(object) ? cJSON_GetArrayItem(object, atoi(name))
                                       : cJSON_GetObjectItemCaseSensitive(object, name);
    }
    return object;
}

static void test_hostile_ecs_events(void **state)
{
    static const char *const paths[] = {"email/local_id",
                                        "email/sender/address",
                                        "email/to/address/0",
                                        "destination/address",
                                        "destination/domain",
                                        "observer/hostname",
                                        "log/file/path",
                                        "bouncelog/reply/text",
                                        "bouncelog/reply/enhanced",
                                        "bouncelog/dsn",
                                        "bouncelog/rule",
                                        "bouncelog/provider",
                                        "bouncelog/original_recipient"};
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(hostile); i++) {
        struct event event = event_with(hostile[i][0]);
        struct buf line = {0};
        output_event_ecs(&line, &event, &patterns.taxonomy, NULL, &arena);
        expect_harmless(buf_sv(&line), "\n");
        assert_int_equal(sv_find_byte(buf_sv(&line), '\n'), line.len - 1);
        cJSON *object = parse(buf_sv(&line));
        for (size_t k = 0; k < COUNT_OF(paths); k++) {
            assert_true(cJSON_IsString(inside(object, paths[k])));
            expect_sv(sv_from(inside(object, paths[k])->valuestring), hostile[i][1],
                      sv_from(paths[k]));
        }
        assert_null(inside(object, "destination/ip")); /* none of them is one */
        expect_text(inside(object, "event"), "reason", SV("recipient_unknown"));
        cJSON_Delete(object);
        buf_release(&line);
    }
    arena_release(&arena);
}

static sv id_of(const struct event *event, const struct redactor *redactor, struct arena *arena)
{
    struct buf line = {0};
    output_event_ecs(&line, event, &patterns.taxonomy, redactor, arena);
    size_t start = sv_find(buf_sv(&line), SV("\"id\":\"")) + 6;
    sv id = arena_copy(arena, sv_sub(buf_sv(&line), start, start + 32));
    buf_release(&line);
    return id;
}

/* What a line does not say itself, and the name of its file, may differ from run to run. */
static void test_ecs_ids(void **state)
{
    struct arena arena = {0};
    struct event event = event_with(SV("x@example.com"));
    struct redactor one = {.key = SV("a key of more than sixteen bytes")};
    struct redactor other = {.key = SV("another key of more than that")};
    (void)state;
    sv id = id_of(&event, NULL, &arena);
    struct event same = event;
    same.file = SV("mail.log.1");
    same.attempt.line = 1;
    same.sender = SV("else@example.com");
    same.sender_known = false;
    same.attempt.verdict.rule = SV("else");
    expect_sv(id_of(&same, NULL, &arena), id, SV("the same line"));
    /* under a key nobody can tell by the id whether a guess is right */
    assert_false(sv_eq(id_of(&event, &one, &arena), id));
    assert_false(sv_eq(id_of(&event, &one, &arena), id_of(&event, &other, &arena)));
    expect_sv(id_of(&event, &one, &arena), id_of(&same, &one, &arena), SV("the same key"));
    /* 250 is a delivery or not by what other lines say */
    same = event;
    same.attempt.severity = SEVERITY_NONE;
    same.attempt.outcome = OUTCOME_DELIVERED;
    id = id_of(&same, NULL, &arena);
    same.attempt.outcome = OUTCOME_HANDED_OVER;
    expect_sv(id_of(&same, NULL, &arena), id, SV("handed over"));
    sv *const parts[] = {&same.attempt.host, &same.attempt.queue_id, &same.attempt.recipient,
                         &same.attempt.original};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        sv before = *parts[i];
        *parts[i] = SV("else");
        assert_false(sv_eq(id_of(&same, NULL, &arena), id));
        *parts[i] = before;
    }
    same.attempt.time++;
    assert_false(sv_eq(id_of(&same, NULL, &arena), id));
    /* no part can pose as the end of another one */
    struct event left = event, right = event;
    left.attempt.host = SV("ab");
    left.attempt.queue_id = SV("c");
    right.attempt.host = SV("a");
    right.attempt.queue_id = SV("bc");
    assert_false(sv_eq(id_of(&left, NULL, &arena), id_of(&right, NULL, &arena)));
    arena_release(&arena);
}

static void test_ecs_addresses(void **state)
{
    static const struct {
        sv host, ip, domain, address;
    } cases[] = {
        {SV("mx.example.com"), SV("192.0.2.7"), SV("mx.example.com"), SV("192.0.2.7")},
        {SV("192.0.2.7"), SV("192.0.2.7"), SV_EMPTY, SV("192.0.2.7")},
        {SV("2001:db8::7"), SV_EMPTY, SV_EMPTY, SV("2001:db8::7")},
        {SV("mx.example.com"), SV("private/lmtp"), SV("mx.example.com"), SV_EMPTY},
        {SV("mx.example.com"), SV("192.0.2.7\0"), SV("mx.example.com"), SV_EMPTY},
        {SV("mx.example.com"), SV("fe80::1%eth0"), SV("mx.example.com"), SV_EMPTY},
        {SV("mx.example.com"), SV("192.0.2.777"), SV("mx.example.com"), SV_EMPTY},
    };
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct event event = event_with(SV("x"));
        struct buf line = {0};
        event.attempt.relay = (struct relay){cases[i].host, cases[i].ip, 0};
        output_event_ecs(&line, &event, &patterns.taxonomy, NULL, &arena);
        cJSON *object = parse(buf_sv(&line));
        const cJSON *domain = inside(object, "destination/domain"),
                    *ip = inside(object, "destination/ip");
        expect_sv(domain ? sv_from(domain->valuestring) : SV_EMPTY, cases[i].domain, cases[i].host);
        expect_sv(ip ? sv_from(ip->valuestring) : SV_EMPTY, cases[i].address, cases[i].ip);
        assert_null(inside(object, "destination/port"));
        cJSON_Delete(object);
        buf_release(&line);
    }
    arena_release(&arena);
}

/* Any bytes at all. cJSON ends strings at NUL, so that none is among them. */
static void test_random_events(void **state)
{
    struct arena arena = {0};
    uint32_t seed = 20261124;
    (void)state;
    for (int round = 0; round < 5000; round++) {
        char bytes[48];
        size_t len = next_random(&seed) % sizeof bytes + 1;
        for (size_t i = 0; i < len; i++)
            bytes[i] = (char)(next_random(&seed) % 255 + 1);
        struct event event = event_with(sv_make(bytes, len));
        struct buf line = {0}, want = {0};
        output_event(&line, &event, &patterns.taxonomy, NULL, &arena);
        text_add_utf8(&want, sv_make(bytes, len));
        expect_harmless(buf_sv(&line), "\n");
        cJSON *object = parse(buf_sv(&line));
        expect_text(object, "text", buf_sv(&want));
        cJSON_Delete(object);
        buf_release(&line);
        buf_release(&want);
    }
    arena_release(&arena);
}

static void test_absent_values(void **state)
{
    struct event event = {.attempt = {.outcome = OUTCOME_DELIVERED,
                                      .recipient = SV("a@x"),
                                      .delay_s = -1,
                                      .verdict = {.category = CATEGORY_NONE}},
                          .file = SV("-"),
                          .cause = CATEGORY_NONE};
    struct arena arena = {0};
    struct buf line = {0};
    (void)state;
    output_event(&line, &event, &patterns.taxonomy, NULL, &arena);
    expect_sv(buf_sv(&line),
              SV("{\"id\":\"f20a9e588d4e11881c7e3ab35c7038d2\",\"time\":\"1970-01-01T00:00:00Z\","
                 "\"host\":null,\"mta\":\"unknown\","
                 "\"queue_id\":null,\"sender\":null,\"recipient\":\"a@x\","
                 "\"original_recipient\":null,\"relay\":null,\"outcome\":\"delivered\","
                 "\"severity\":null,\"code\":null,\"enhanced\":null,\"dsn\":null,"
                 "\"stage\":\"unknown\",\"origin\":\"remote\",\"text\":null,\"category\":null,"
                 "\"scope\":null,\"action\":null,\"rule\":null,\"basis\":null,\"cause\":null,"
                 "\"provider\":null,\"proof\":null,\"delay_s\":null,\"source\":{\"file\":\"-\","
                 "\"line\":0}}\n"),
              SV_EMPTY);
    event.sender_known = true; /* the null sender is not an unknown one */
    buf_clear(&line);
    output_event(&line, &event, &patterns.taxonomy, NULL, &arena);
    assert_true(sv_find(buf_sv(&line), SV("\"sender\":\"\"")) != SV_NPOS);
    buf_clear(&line);
    output_event_ecs(&line, &event, &patterns.taxonomy, NULL, &arena);
    assert_true(sv_find(buf_sv(&line), SV("\"sender\":{\"address\":\"\"}")) != SV_NPOS);
    assert_true(sv_find(buf_sv(&line), SV("null")) == SV_NPOS);
    buf_clear(&line);
    output_verdict(&line, NULL, SV_EMPTY, &patterns.taxonomy);
    expect_sv(buf_sv(&line),
              SV("{\"code\":null,\"enhanced\":null,\"text\":null,\"stage\":null,\"origin\":null,"
                 "\"severity\":null,\"category\":null,\"scope\":null,\"action\":null,"
                 "\"rule\":null,\"basis\":null,\"remedy\":null,\"shape\":null}\n"),
              SV_EMPTY);
    buf_release(&line);
    arena_release(&arena);
}

static struct suppression row_of(const char *address, sv text, const char *skipped)
{
    return (struct suppression){.tier = TIER_DEAD,
                                .address = sv_from(address),
                                .category = SV("recipient_unknown"),
                                .reason = text,
                                .enhanced = SV("5.1.1"),
                                .reply = text,
                                .rule = text,
                                .host = text,
                                .queue_id = text,
                                .file = text,
                                .final = SV_EMPTY,
                                .skipped = sv_from(skipped),
                                .code = 550,
                                .count = 3,
                                .days = 2,
                                .first_seen = 0,
                                .last_seen = 1795317069,
                                .line = 4711};
}

static int64_t write_list(struct buf *got, const struct report *report, enum list_format format)
{
    struct err err;
    struct outparts *out = outparts_open(path_of("list"), list_format_splits(format), &err);
    assert_non_null(out);
    struct list_form form = {.format = format};
    struct list_result result = output_list(out, report, form, list_form_tiers(form), NULL);
    assert_int_equal(outparts_commit(out, &err), 0);
    buf_clear(got);
    add_file(got, path_of("list"));
    return result.skipped;
}

static void test_lists(void **state)
{
    struct suppression rows[] = {row_of("a@x.example", SV("say \"no\", please"), ""),
                                 row_of("\"b,c\"@x.example", SV("x"), "no plain dot-atom"),
                                 row_of("d@x.example", SV("=cmd|' /C calc'!A0"), ""),
                                 row_of("#e@x.example", SV("x"), "begins with a character")};
    struct report report = {0}, empty = {0};
    struct ready_rows ready;
    struct buf got = {0};
    (void)state;
    ready_rows_set(&ready, &report, rows, COUNT_OF(rows));
    assert_int_equal(write_list(&got, &report, LIST_PLAIN), 2);
    expect_sv(buf_sv(&got), SV("a@x.example\nd@x.example\n"), SV_EMPTY);
    assert_int_equal(write_list(&got, &report, LIST_CSV), 2);
#define HEAD "address,category,reason,code,enhanced,count,days,first_seen,last_seen,reply\r\n"
#define MIDDLE ",550,\"5.1.1\",3,2,\"1970-01-01T00:00:00Z\",\"2026-11-22T03:11:09Z\","
    expect_sv(buf_sv(&got),
              SV(HEAD "\"a@x.example\",\"recipient_unknown\",\"say \"\"no\"\", please\"" MIDDLE
                      "\"say \"\"no\"\", please\"\r\n"
                      "\"d@x.example\",\"recipient_unknown\",\"'=cmd|' /C calc'!A0\"" MIDDLE
                      "\"'=cmd|' /C calc'!A0\"\r\n"),
              SV_EMPTY);
    assert_int_equal(write_list(&got, &report, LIST_JSON), 2);
    cJSON *list = parse(buf_sv(&got));
    assert_int_equal(cJSON_GetArraySize(list), 2);
    expect_text(cJSON_GetArrayItem(list, 1), "address", SV("d@x.example"));
    expect_text(cJSON_GetArrayItem(list, 1), "reply", SV("=cmd|' /C calc'!A0"));
    cJSON_Delete(list);
    assert_int_equal(write_list(&got, &empty, LIST_PLAIN), 0);
    expect_sv(buf_sv(&got), SV_EMPTY, SV_EMPTY);
    assert_int_equal(write_list(&got, &empty, LIST_CSV), 0);
    expect_sv(buf_sv(&got), SV(HEAD), SV_EMPTY);
    assert_int_equal(write_list(&got, &empty, LIST_JSON), 0);
    cJSON_Delete(parse(buf_sv(&got)));
    ready_rows_release(&ready);
    buf_release(&got);
}

/* Every cell is one cell, every row one line, and none is a formula. */
static void test_hostile_lists(void **state)
{
    static const sv formulas[] = {SV("=x"), SV("+x"), SV("-x"), SV("@x"), SV("\tx"), SV("\rx")};
    struct buf got = {0};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(hostile) + COUNT_OF(formulas); i++) {
        sv text = i < COUNT_OF(hostile) ? hostile[i][0] : formulas[i - COUNT_OF(hostile)];
        struct suppression row = row_of("a@x.example", text, "");
        struct report report = {0};
        struct ready_rows ready;
        ready_rows_set(&ready, &report, &row, 1);
        assert_int_equal(write_list(&got, &report, LIST_CSV), 0);
        expect_harmless(buf_sv(&got), "\r\n");
        sv rest, reply;
        sv_cut(buf_sv(&got), '\n', &rest);
        assert_int_equal(sv_find_byte(rest, '\n'), rest.len - 1);
        reply = sv_skip(rest, sv_find(rest, SV("\"2026-11-22T03:11:09Z\",")) + 24);
        assert_true(reply.len > 3 && !strchr("=+-@\t\r", reply.ptr[0]));
        size_t quotes = 0;
        for (size_t at = 0; at < rest.len; at++)
            quotes += rest.ptr[at] == '"';
        assert_int_equal(quotes % 2, 0);
        assert_int_equal(write_list(&got, &report, LIST_JSON), 0);
        expect_harmless(buf_sv(&got), "\n");
        cJSON *list = parse(buf_sv(&got));
        if (i < COUNT_OF(hostile))
            expect_text(cJSON_GetArrayItem(list, 0), "reply", hostile[i][1]);
        cJSON_Delete(list);
        ready_rows_release(&ready);
    }
    buf_release(&got);
}

static void test_hostile_summary(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(hostile); i++) {
        sv text = hostile[i][0], want = hostile[i][1];
        struct suppression row = row_of("a@x.example", text, "why");
        struct sample_row sample = {text, text, 7};
        struct ranking_row ranked = {.name = text, .outcomes = {1, 0, 0, 1, 0}, .bounce_rate = 1};
        struct block_row block = {text, text, SV("policy"), text, text, text, 1, 0, 0, 0};
        struct input_status input = {.file = text, .format = text, .form = text, .error = text};
        struct message_row stream = {.name = text, .total = 1, .sent = 1};
        struct episode_row episode = {SV("policy"), text, text, text, 60,   60, 1,
                                      false,        0,    0,    0,    false};
        struct report report = {.inputs = &input,
                                .messages = {.streams = {{&stream, 1}}},
                                .episodes = &episode,
                                .episode_count = 1,
                                .input_count = 1,
                                .version = text,
                                .hosts = {&ranked, 1},
                                .blocks = &block,
                                .block_count = 1,
                                .unparsed = {1, &sample, 1}};
        struct ready_rows ready;
        ready_rows_set(&ready, &report, &row, 1);
        struct err err;
        struct buf got = {0};
        struct outfile *out = outfile_open(path_of("summary"), &err);
        assert_non_null(out);
        output_summary(out, &report);
        assert_int_equal(outfile_commit(out, &err), 0);
        add_file(&got, path_of("summary"));
        expect_harmless(buf_sv(&got), "\n");
        cJSON *summary = parse(buf_sv(&got));
        expect_text(cJSON_GetObjectItem(summary, "tool"), "version", want);
        static const char *const arrays[][2] = {{"inputs", "error"},  {"hosts", "name"},
                                                {"blocks", "sample"}, {"suppress", "reply"},
                                                {"streams", "name"},  {"episodes", "provider"}};
        for (size_t a = 0; a < COUNT_OF(arrays); a++) {
            const cJSON *array = cJSON_GetObjectItem(summary, arrays[a][0]);
            assert_int_equal(cJSON_GetArraySize(array), 1);
            expect_text(cJSON_GetArrayItem(array, 0), arrays[a][1], want);
        }
        const cJSON *unparsed = cJSON_GetObjectItem(summary, "unparsed");
        expect_text(cJSON_GetArrayItem(cJSON_GetObjectItem(unparsed, "samples"), 0), "text", want);
        cJSON_Delete(summary);
        buf_clear(&got);
        out = outfile_open(path_of("summary"), &err);
        assert_non_null(out);
        output_text(out, &report, false, 80);
        assert_int_equal(outfile_commit(out, &err), 0);
        add_file(&got, path_of("summary"));
        expect_harmless(buf_sv(&got), "\n");
        assert_true(sv_find(buf_sv(&got), SV("\xE2\x80\xAE")) == SV_NPOS);
        buf_release(&got);
        ready_rows_release(&ready);
    }
}

static int set_up(void **state)
{
    return load_patterns(state) || make_folder(state);
}

static int tear_down(void **state)
{
    return release_patterns(state) || remove_folder(state);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile_events),  cmocka_unit_test(test_hostile_ecs_events),
        cmocka_unit_test(test_ecs_ids),         cmocka_unit_test(test_ecs_addresses),
        cmocka_unit_test(test_random_events),   cmocka_unit_test(test_absent_values),
        cmocka_unit_test(test_lists),           cmocka_unit_test(test_hostile_lists),
        cmocka_unit_test(test_hostile_summary),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
