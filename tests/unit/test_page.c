/* page and metrics: whatever strangers write in any place, the markup stays as it is. */
#include "bouncelog/base/text.h"
#include "bouncelog/output/output.h"
#include "output/html.h"
#include "reading.h"
#include "ready_rows.h"

enum { STRINGS_MIN = 50 };

/* One row of everything: `text` wherever a stranger may have a say, `ours` where the words come
 * from pattern files. Remedies alone may have links in them. */
static void write_with(sv text, sv ours, bool addresses, struct buf *page, struct buf *metrics)
{
    int64_t days[2] = {3, 1};
    struct trend trend = {3, days, days, COUNT_OF(days)};
    struct outcomes counts = {6, 1, 2, 2, 1};
    struct ranking_row ranked = {.name = text, .outcomes = counts, .trend = &trend};
    struct period_row periods[2] = {{.outcomes = counts, .failed = 3}, {.start = 86400}};
    struct category_row category = {ours, ours, SV("Do."), ours, text, 4, 1,
                                    3,    2,    550,       ours, 0,    0, 0};
    struct fix_remedy remedy = {.remedy = SV("See https://example.com/a."),
                                .places = {{text, text, {{text, SV_EMPTY, 2}}, 1, 3, 1}},
                                .place_count = 1,
                                .count = 4,
                                .more = 1};
    struct fix_row fix = {ours, ours, ours, text, &remedy, 1, 5, 1, 60, 120, true};
    struct message_row messages[2] = {
        {.name = text, .counts = {.bounced = 1}, .total = 1, .sent = 1, .bounce_rate = 1},
        {.name = text, .counts = {.delivered = 1}, .total = 1, .sent = 1, .delivery_rate = 1}};
    struct episode_row episode = {ours, text, text, text, 60, 120, 1, true, 180, 300, 1, false};
    struct suppression row = {.address = text, .category = ours, .reply = text, .skipped = ours};
    struct sample_row sample = {text, text, 7};
    struct input_status input = {.file = text, .format = text, .error = text};
    struct count_row count = {ours, ours, 1};
    struct rule_row shapes[2] = {{text, text, 2, true}, {text, text, 1, false}};
    struct retry_row waits = {.name = text, .retries = {2, {1, 1}, {1, 1}}, .half_s = 300};
    struct reply_row reply = {ours, ours, ours, 1};
    struct report report = {.version = ours,
                            .inputs = &input,
                            .input_count = 1,
                            .incomplete = true,
                            .unparsed_too_many = true,
                            .evicted = 1,
                            .has_window = true,
                            .lines = {.unparsed = 1},
                            .attempts_total = 6,
                            .categories = &category,
                            .category_count = 1,
                            .providers = {&ranked, 1},
                            .recipient_domains = {&ranked, 1},
                            .hosts = {&ranked, 1},
                            .shapes = shapes,
                            .shape_count = 2,
                            .knows_shapes = true,
                            .fresh_shape_count = 1,
                            .latest_day = {0, 86400, 1, counts, counts},
                            .retries = waits,
                            .retry_rows = &waits,
                            .retry_count = 1,
                            .has_totals = true,
                            .suppress_domain_count = 1,
                            .unclassified = {1, &sample, 1},
                            .unparsed = {1, &sample, 1},
                            .ambiguous = {1, &sample, 1},
                            .timeline = {periods, 2, .step = 86400, .scale = 10, .earlier = counts},
                            .week_hours = {.deferred = {{2}}, .most = 2},
                            .fixes = &fix,
                            .messages = {.messages = messages[0],
                                         .notifications = messages[0],
                                         .days = {messages, 2},
                                         .streams = {{messages, 2}, {messages, 1}, {messages, 1}}},
                            .episodes = &episode,
                            .episode_count = 1,
                            .fix_count = 1,
                            .suppress_categories = &count,
                            .suppress_category_count = 1,
                            .suppress_skipped = &count,
                            .suppress_skipped_count = 1,
                            .replies = &reply,
                            .reply_count = 1};
    struct ready_rows ready;
    ready_rows_set(&ready, &report, &row, 1);
    struct err err;
    struct outfile *out = outfile_open(path_of("page"), &err);
    assert_non_null(out);
    output_page(out, &report, addresses);
    assert_int_equal(outfile_commit(out, &err), 0);
    add_file(page, path_of("page"));
    out = outfile_open(path_of("metrics"), &err);
    assert_non_null(out);
    output_metrics(out, &report);
    assert_int_equal(outfile_commit(out, &err), 0);
    add_file(metrics, path_of("metrics"));
    ready_rows_release(&ready);
}

/* Tags and the names of their attributes: all but text and quoted values. */
static void add_skeleton(struct buf *skeleton, sv page)
{
    bool tag = false, quoted = false;
    for (size_t i = 0; i < page.len; i++) {
        char c = page.ptr[i];
        if (!tag && c == '<')
            tag = true;
        else if (tag && c == '"')
            quoted = !quoted;
        if (tag && !quoted)
            buf_add_byte(skeleton, c);
        if (tag && !quoted && c == '>')
            tag = false;
    }
}

static void expect_valid_text(sv text, sv what)
{
    for (size_t at = 0; at < text.len;) {
        sv rest = sv_skip(text, at);
        size_t n = utf8_sequence(rest);
        if (!n || (utf8_is_control(sv_sub(rest, 0, n)) && rest.ptr[0] != '\n'))
            expect_sv(rest, SV("valid UTF-8 without control characters"), what);
        at += n;
    }
}

/* As the collector reads it: name{label="value",...} number. */
static void expect_series(sv line)
{
    size_t at = 0;
    while (at < line.len && (is_alnum(line.ptr[at]) || line.ptr[at] == '_'))
        at++;
    for (char open = '{'; at < line.len && line.ptr[at] == open; open = ',') {
        for (at++; at < line.len && line.ptr[at] != '='; at++)
            assert_true(is_alpha(line.ptr[at]) || line.ptr[at] == '_');
        assert_true(sv_starts(sv_skip(line, at), SV("=\"")));
        for (at += 2; at < line.len && line.ptr[at] != '"'; at++)
            if (line.ptr[at] == '\\') {
                at++;
                assert_true(at < line.len && strchr("\\\"n", line.ptr[at]));
            }
        at++;
    }
    if (at < line.len && line.ptr[at] == '}')
        at++;
    sv number = sv_skip(line, at);
    if (number.len < 2 || number.ptr[0] != ' ' || sv_find_byte(sv_skip(number, 1), ' ') != SV_NPOS)
        expect_sv(line, SV("one series"), SV_EMPTY);
    for (size_t i = 1; i < number.len; i++)
        assert_true(is_digit(number.ptr[i]) || number.ptr[i] == '.');
}

static size_t expect_metrics(sv text)
{
    size_t lines = 0;
    while (text.len) {
        sv line = sv_cut(text, '\n', &text);
        lines++;
        if (!sv_starts(line, SV("# HELP bouncelog_")) && !sv_starts(line, SV("# TYPE bouncelog_")))
            expect_series(line);
    }
    return lines;
}

static void expect_same(sv text, bool addresses)
{
    struct buf page = {0}, metrics = {0}, want = {0}, got = {0};
    write_with(SV("harmless"), SV("harmless"), addresses, &page, &metrics);
    add_skeleton(&want, buf_sv(&page));
    size_t lines = expect_metrics(buf_sv(&metrics));
    buf_clear(&page);
    buf_clear(&metrics);
    write_with(text, text, addresses, &page, &metrics);
    add_skeleton(&got, buf_sv(&page));
    expect_sv(buf_sv(&got), buf_sv(&want), text);
    expect_valid_text(buf_sv(&page), text);
    expect_valid_text(buf_sv(&metrics), text);
    assert_int_equal(expect_metrics(buf_sv(&metrics)), lines);
    buf_release(&page);
    buf_release(&metrics);
    buf_release(&want);
    buf_release(&got);
}

static void test_hostile_strings(void **state)
{
    struct buf file = {0}, text = {0};
    size_t count = 0;
    (void)state;
    add_file(&file, "tests/outputs/page/hostile.txt");
    for (sv rest = buf_sv(&file); rest.len;) {
        sv line = sv_cut(rest, '\n', &rest);
        if (!line.len || line.ptr[0] == '#')
            continue;
        buf_clear(&text);
        add_unescaped(&text, line);
        expect_same(buf_sv(&text), count % 2 == 0);
        expect_same(buf_sv(&text), count % 2 == 1);
        count++;
    }
    assert_true(count >= STRINGS_MIN);
    buf_release(&file);
    buf_release(&text);
}

static void test_random_bytes(void **state)
{
    static const char some[] = "<>&\"'\\/=!-?[]%\n\t ";
    uint32_t seed = 7;
    char bytes[600];
    (void)state;
    for (int run = 0; run < 200; run++) {
        size_t len = next_random(&seed) % sizeof bytes;
        for (size_t i = 0; i < len; i++)
            bytes[i] = next_random(&seed) % 2 ? some[next_random(&seed) % (sizeof some - 1)]
                                              : (char)next_random(&seed);
        expect_same(sv_make(bytes, len), run % 2 == 0);
    }
}

static void test_masked(void **state)
{
    struct buf page = {0}, metrics = {0};
    (void)state;
    write_with(SV("<joe@example.com>: \"odd one\"@example.org"), SV_EMPTY, false, &page, &metrics);
    assert_true(sv_find(buf_sv(&page), SV("joe")) == SV_NPOS);
    assert_true(sv_find(buf_sv(&page), SV("odd")) == SV_NPOS);
    assert_true(sv_find(buf_sv(&page), SV("&lt;...@example.com&gt;")) != SV_NPOS);
    buf_clear(&page);
    write_with(SV("joe@example.com"), SV_EMPTY, true, &page, &metrics);
    assert_true(sv_find(buf_sv(&page), SV("joe@example.com")) != SV_NPOS);
    buf_release(&page);
    buf_release(&metrics);
}

static void test_html(void **state)
{
    struct buf got = {0};
    (void)state;
    html(&got, "%n|%n|%n|%i|%f|%f|%f|%p|%p|%p|%p|%t|%%", (int64_t)0, (int64_t)1234567,
         (int64_t)-999, (int64_t)1234, 1.25, 2.0, -0.04, 0.2875, 0.0001, 0.9999, 1.0,
         SV("<a&'\"\x01>"));
    expect_sv(buf_sv(&got),
              SV("0|1,234,567|-999|1234|1.3|2|0|28.8&nbsp;%|&lt;0.1&nbsp;%|&gt;99.9&nbsp;%|"
                 "100.0&nbsp;%|&lt;a&amp;&#39;&quot;\\x{1}&gt;|%"),
              SV_EMPTY);
    buf_clear(&got);
    html_linked(&got, SV("<i> (https://example.com/a?b=1), https://example.org. https://"));
    expect_sv(buf_sv(&got),
              SV("&lt;i&gt; (<a href=\"https://example.com/a?b=1\" rel=\"noopener "
                 "noreferrer\">example.com/a?b=1</a>), <a href=\"https://example.org\" "
                 "rel=\"noopener noreferrer\">example.org</a>. https://"),
              SV_EMPTY);
    buf_release(&got);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile_strings),
        cmocka_unit_test(test_random_bytes),
        cmocka_unit_test(test_masked),
        cmocka_unit_test(test_html),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
