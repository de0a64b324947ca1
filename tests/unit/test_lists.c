/* Suppression lists: limits at which they are split, and texts of strangers in every format. */
#include <unistd.h>

#include <cjson/cJSON.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/base/text.h"
#include "bouncelog/output/output.h"
#include "reading.h"
#include "ready_rows.h"

static struct suppression row_of(sv address, sv text)
{
    return (struct suppression){.tier = TIER_DEAD,
                                .address = address,
                                .category = text,
                                .reason = text,
                                .enhanced = text,
                                .reply = text,
                                .rule = text,
                                .host = text,
                                .queue_id = text,
                                .file = text,
                                .code = 550,
                                .count = 3,
                                .days = 2,
                                .last_seen = 1795317069,
                                .line = 4711};
}

static struct list_result write_list(const char *path, const struct report *report,
                                     enum list_format format)
{
    struct err err;
    struct outparts *out = outparts_open(path, list_format_splits(format), &err);
    assert_non_null(out);
    struct list_form form = {.format = format};
    struct list_result result = output_list(out, report, form, list_form_tiers(form), NULL);
    assert_int_equal(outparts_commit(out, &err), 0);
    return result;
}

/* So many rows, each of which is about `bytes` long. */
struct rows {
    struct report report;
    struct suppression *list;
    struct ready_rows ready;
    struct arena arena;
};

static void make_rows(struct rows *rows, size_t count, size_t bytes)
{
    char text[512];
    assert_true(bytes < sizeof text);
    memset(text, 'x', bytes);
    *rows = (struct rows){.list = mem_zero(count + 1, sizeof *rows->list)};
    sv reply = arena_copy(&rows->arena, sv_make(text, bytes));
    for (size_t i = 0; i < count; i++) {
        char address[64];
        int len = snprintf(address, sizeof address, "user%07zu@example.com", i);
        rows->list[i] = row_of(arena_copy(&rows->arena, sv_make(address, (size_t)len)), reply);
        rows->list[i].enhanced = SV("5.1.1");
    }
    ready_rows_set(&rows->ready, &rows->report, rows->list, count);
}

static void free_rows(struct rows *rows)
{
    mem_free(rows->list);
    ready_rows_release(&rows->ready);
    arena_release(&rows->arena);
}

/* The parts together have every address once and in order; returns how many parts there are. */
static size_t expect_parts(const char *name, const struct report *report, size_t rows_max,
                           size_t bytes_max, bool json)
{
    size_t parts = 0, next = 0;
    for (;; parts++) {
        char file[64];
        struct buf got = {0};
        (void)snprintf(file, sizeof file, "%s.%04zu", name, parts + 1);
        if (access(path_of(file), F_OK) != 0)
            break;
        add_file(&got, path_of(file));
        if (bytes_max)
            assert_true(got.len <= bytes_max);
        cJSON *array = json ? cJSON_ParseWithLength(got.ptr, got.len) : NULL;
        assert_true(!json || cJSON_IsArray(array));
        cJSON_Delete(array);
        size_t before = next;
        for (sv rest = buf_sv(&got), line; rest.len;) {
            line = sv_cut(rest, '\n', &rest);
            if (next < report->suppress_count &&
                sv_find(line, report->suppress[next].address) != SV_NPOS)
                next++;
        }
        assert_true(next > before);
        if (rows_max)
            assert_true(next - before <= rows_max);
        buf_release(&got);
    }
    assert_int_equal(next, report->suppress_count);
    return parts;
}

static void test_limits(void **state)
{
    static const struct {
        enum list_format format;
        size_t rows, parts; /* parts 1: one file without a number */
    } cases[] = {{LIST_MAILGUN_JSON, 0, 1},    {LIST_MAILGUN_JSON, 1000, 1},
                 {LIST_MAILGUN_JSON, 1001, 2}, {LIST_MAILGUN_JSON, 2000, 2},
                 {LIST_MAILGUN_JSON, 2001, 3}, {LIST_SES_CSV, 100000, 1},
                 {LIST_SES_CSV, 100001, 2},    {LIST_SES_JSON, 100001, 2},
                 {LIST_PLAIN, 100001, 1},      {LIST_SENDGRID, 100001, 1}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct rows rows;
        size_t rows_max = cases[i].format == LIST_MAILGUN_JSON ? 1000 : 100000;
        make_rows(&rows, cases[i].rows, 20);
        assert_false(write_list(path_of("limit"), &rows.report, cases[i].format).over_limit);
        assert_int_equal(access(path_of("limit"), F_OK), cases[i].parts == 1 ? 0 : -1);
        if (cases[i].parts == 1 && list_format_splits(cases[i].format))
            assert_int_equal(access(path_of("limit.0001"), F_OK), -1);
        if (cases[i].parts > 1)
            assert_int_equal(expect_parts("limit", &rows.report, rows_max, 0,
                                          cases[i].format == LIST_MAILGUN_JSON),
                             cases[i].parts);
        free_rows(&rows);
        unlink(path_of("limit"));
    }
}

static void test_bytes(void **state)
{
    struct rows rows;
    (void)state;
    make_rows(&rows, 120000, 400);
    assert_false(write_list(path_of("bytes"), &rows.report, LIST_MAILGUN_CSV).over_limit);
    assert_int_equal(expect_parts("bytes", &rows.report, 0, 25000000, false), 3);
    struct buf got = {0};
    add_file(&got, path_of("bytes.0003"));
    assert_true(sv_starts(buf_sv(&got), SV("address,code,error,created_at\n")));
    buf_release(&got);
    assert_true(write_list("/dev/null", &rows.report, LIST_MAILGUN_CSV).over_limit);
    free_rows(&rows);
}

static const sv hostile[] = {
    SV("$(id) ${run{/bin/id}} $&{x} %0 %1"),
    SV("550 4.0.0 FILTER smtp:evil.example"),
    SV("x\nvictim@example.com\tOK"),
    SV("x\r\nvictim@example.com,BOUNCE"),
    SV("\"victim@example.com\": x"),
    SV("\",\"victim@example.com"),
    SV("\"},{\"email\":\"victim@example.com"),
    SV("=cmd|' /C calc'!A0"),
    SV("@SUM(1)"),
    SV("a\tb\vc\x1B[2J\x7F"),
    SV("nel\xC2\x85ls\xE2\x80\xA8ps\xE2\x80\xA9"),
    SV("\xFF\xFE"),
    SV("nul\0nul"),
    SV("\0=1+1"),
    SV("back\\slash\\"),
    SV("OK"),
    SV("REJECT (comment) <b>"),
};

/* Rows are as many, and lines as many, as with a harmless text; a map has no byte of the text but
 * letters and digits. */
static void test_hostile(void **state)
{
    (void)state;
    for (int f = 0; f < LIST_FORMAT_COUNT; f++) {
        enum list_format format = (enum list_format)f;
        bool map = format == LIST_POSTFIX || format == LIST_POSTFIX_TRANSPORT ||
                   format == LIST_EXIM || format == LIST_SENDMAIL || format == LIST_SPARKPOST;
        for (size_t i = 0; i < COUNT_OF(hostile); i++) {
            struct suppression rows[] = {row_of(SV("joe@example.com"), hostile[i]),
                                         row_of(SV("safe@example.com"), SV("harmless"))};
            struct suppression tame[] = {row_of(SV("joe@example.com"), SV("harmless")), rows[1]};
            struct report report = {0}, reference = {0};
            struct ready_rows ready, harmless;
            ready_rows_set(&ready, &report, rows, COUNT_OF(rows));
            ready_rows_set(&harmless, &reference, tame, COUNT_OF(tame));
            struct buf got = {0}, want = {0};
            write_list(path_of("hostile"), &report, format);
            add_file(&got, path_of("hostile"));
            write_list(path_of("tame"), &reference, format);
            add_file(&want, path_of("tame"));
            size_t lines[2] = {0};
            for (size_t at = 0; at < want.len; at++)
                lines[0] += want.ptr[at] == '\n';
            for (size_t at = 0; at < got.len;) {
                sv rest = sv_skip(buf_sv(&got), at);
                size_t n = utf8_sequence(rest);
                lines[1] += rest.ptr[0] == '\n';
                assert_true(n);
                if (utf8_is_control(sv_sub(rest, 0, n)) && !strchr("\t\r\n", rest.ptr[0]))
                    expect_sv(rest, SV("no control characters"), hostile[i]);
                if (map && !is_alnum(rest.ptr[0]) && !strchr(" \t\n@.:\"-,_", rest.ptr[0]))
                    expect_sv(rest, SV("words of our own"), hostile[i]);
                at += n;
            }
            expect_int(lines[1], lines[0], hostile[i]);
            ready_rows_release(&ready);
            ready_rows_release(&harmless);
            buf_release(&got);
            buf_release(&want);
        }
    }
}

/* python3: sorted(hashlib.sha256(a).hexdigest() for a in ...) */
static void test_fingerprints(void **state)
{
    struct suppression rows[] = {row_of(SV("Joe@example.com"), SV("x")),
                                 row_of(SV("\"a b\"@example.com"), SV("x"))};
    struct report report = {0};
    struct ready_rows ready;
    struct buf got = {0};
    (void)state;
    ready_rows_set(&ready, &report, rows, COUNT_OF(rows));
    rows[1].skipped = SV("the local part is no plain dot-atom");
    struct list_result result = write_list(path_of("hash"), &report, LIST_HASH);
    assert_int_equal(result.skipped, 0);
    add_file(&got, path_of("hash"));
    expect_sv(buf_sv(&got),
              SV("2481f36dfc515ca76451aaadf1399026942a01ee50c6d0a61988b43cef039bc2\n"
                 "6e9b125a35d5cc328dea2f9a8d488e092df7386f914cf2692c6d1d0bf70870bf\n"),
              SV_EMPTY);
    /* In a report of fingerprints they stand as they are. */
    ready.entries[0].address = rows[0].address = SV("fingerprint");
    ready.entries[1].address = rows[1].address = SV("other");
    rows[1].skipped = SV_EMPTY;
    report.redacted = true;
    write_list(path_of("hash"), &report, LIST_HASH);
    buf_clear(&got);
    add_file(&got, path_of("hash"));
    expect_sv(buf_sv(&got), SV("fingerprint\nother\n"), SV_EMPTY);
    ready_rows_release(&ready);
    buf_release(&got);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_fingerprints),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
