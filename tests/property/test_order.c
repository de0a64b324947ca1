/* Messages that have nothing to do with each other may be logged in any order: the summary is the
 * same, but for what quotes a line. And the events add up to the summary. */
#include <cjson/cJSON.h>

#include "bouncelog/output/output.h"
#include "bouncelog/pipeline/pipeline.h"
#include "loaded.h"
#include "reading.h"

enum { MESSAGES = 420, LINES_MAX = 5 };

/* Kinds of messages; %d is the message's own number. Times go up with it, so that no two lines
 * share one. Recipients are the message's own, and kinds do not share domains: what is delivered
 * would clear what failed. */
#define PF(daemon) "mx%2$d postfix/" daemon "[1]: 4F%1$07dA: "
#define OUT "relay=mx.%3$s[192.0.2.7]:25, delay=1, delays=0/0/0/1, "
#define SM "mx%2$d sm-mta[1]: SM%1$06d: "
#define EX "mx%2$d exim[1]: 1xVbZa-%1$06d-0P "
static const char *const kinds[][LINES_MAX] = {
    {PF("smtpd") "client=app[192.0.2.1]",
     PF("qmgr") "from=<news@shop.example>, size=1, nrcpt=1 (queue active)",
     PF("smtp") "to=<u%1$d@ok.example>, " OUT "dsn=2.0.0, status=sent (250 2.0.0 Ok)",
     PF("qmgr") "removed"},
    {PF("qmgr") "from=<news@shop.example>, size=1, nrcpt=1 (queue active)",
     PF("smtp") "to=<u%1$d@gone.example>, " OUT
                "dsn=5.1.1, status=bounced (host mx.gone.example[192.0.2.7] said: 550 5.1.1 "
                "<u%1$d@gone.example>: User unknown (in reply to RCPT TO command))",
     PF("qmgr") "removed"},
    {PF("qmgr") "from=<other@shop.example>, size=1, nrcpt=1 (queue active)",
     PF("smtp") "to=<u%1$d@full.example>, " OUT
                "dsn=4.2.2, status=deferred (host mx.full.example[192.0.2.7] said: 452 4.2.2 "
                "Mailbox full (in reply to RCPT TO command))",
     PF("smtp") "to=<u%1$d@full.example>, " OUT
                "dsn=4.2.2, status=deferred (host mx.full.example[192.0.2.7] said: 452 4.2.2 "
                "Mailbox full (in reply to RCPT TO command))",
     PF("qmgr") "from=<other@shop.example>, status=expired, returned to sender",
     PF("qmgr") "removed"},
    {PF("smtp") "to=<u%1$d@no.example>, relay=none, delay=3, delays=0/0/3/0, dsn=5.4.4, "
                "status=bounced (Host or domain name not found. Name service error for "
                "name=no.example type=AAAA: Host not found)"},
    {SM "from=<news@shop.example>, size=1, class=0, nrcpts=2, proto=ESMTP, daemon=MTA, relay=app "
        "[192.0.2.1]",
     SM "to=<u%1$d@sm.example>,<v%1$d@sm.example>, delay=00:00:01, mailer=esmtp, pri=1, "
        "relay=mx.sm.example. [192.0.2.7], dsn=5.7.1, reply=550 5.7.1 rejected by policy, "
        "stat=Service unavailable"},
    {EX "<= news@shop.example H=app [192.0.2.1] P=esmtp S=1",
     EX "== u%1$d@ex.example R=r T=t defer (-44) H=mx.ex.example [192.0.2.7]: SMTP error from "
        "remote mail server after RCPT TO:<u%1$d@ex.example>: 451 4.7.1 Greylisted",
     EX "=> u%1$d@ex.example R=r T=t H=mx.ex.example [192.0.2.7] C=\"250 2.0.0 OK\"",
     EX "Completed"},
    {PF("smtp") "to=<u%1$d@odd.example>, nothing that anybody understands",
     PF("smtp") "to=<u%1$d@odd.example>, " OUT
                "dsn=5.0.0, status=bounced (host mx.odd.example[192.0.2.7] said: 599 xyzzy (in "
                "reply to RCPT TO command))",
     "mx%2$d cron[1]: not ours %1$d"},
};

struct entry {
    size_t message, line;
};

static void add_line(struct buf *log, const struct entry *entry)
{
    size_t number = entry->message;
    /* 2026-01-01 and every 2 hours on; within the message by the minute. */
    buf_printf(log, "2026-%02zu-%02zuT%02zu:%02zu:%02zuZ ", number / 28 / 12 + 1,
               number / 12 % 28 + 1, number % 12 * 2, entry->line, number % 60);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    char text[800];
    (void)snprintf(text, sizeof text, kinds[number % COUNT_OF(kinds)][entry->line], (int)number,
                   (int)(number % 3), "example");
#pragma GCC diagnostic pop
    buf_add(log, sv_from(text));
    buf_add_byte(log, '\n');
}

/* Lines of a message keep their order; everything else is drawn. */
static void draw_log(struct buf *log, uint32_t seed)
{
    static struct entry next[MESSAGES];
    size_t open = MESSAGES;
    for (size_t i = 0; i < MESSAGES; i++)
        next[i] = (struct entry){i, 0};
    buf_clear(log);
    while (open) {
        size_t pick = seed ? next_random(&seed) % open : 0;
        add_line(log, &next[pick]);
        size_t kind = next[pick].message % COUNT_OF(kinds);
        if (++next[pick].line < LINES_MAX && kinds[kind][next[pick].line])
            continue;
        open--;
        if (seed)
            next[pick] = next[open];
        else
            memmove(next, next + 1, open * sizeof *next);
    }
}

/* What the events say, counted by hand. */
struct counts {
    int64_t outcomes[OUTCOME_COUNT], transient, permanent, codes[1000], categories[CATEGORY_MAX];
    int64_t hosts[3];
};

static void count_event(void *context, const struct event *event)
{
    struct counts *counts = context;
    const struct record *a = &event->attempt;
    counts->outcomes[a->outcome]++;
    counts->transient += a->severity == SEVERITY_TRANSIENT;
    counts->permanent += a->severity == SEVERITY_PERMANENT;
    if (a->reply.code)
        counts->codes[a->reply.code]++;
    if (a->verdict.category != CATEGORY_NONE)
        counts->categories[a->verdict.category]++;
    counts->hosts[a->host.ptr[2] - '0']++;
}

static cJSON *summary_of(sv log, struct counts *counts)
{
    const char *path = save("order.log", log);
    struct pipeline_options options = {.patterns = &patterns,
                                       .host = SV_EMPTY,
                                       .now = 1795478400,
                                       .since = INT64_MIN,
                                       .until = INT64_MAX,
                                       .sink = count_event,
                                       .sink_context = counts};
    struct input *input = input_plan(&path, 1, (struct input_options){0});
    struct scan_result scan;
    struct report report;
    struct err err;
    struct buf text = {0};
    *counts = (struct counts){0};
    pipeline_run(&scan, input, &options);
    struct input_status row = {.file = SV("order.log"),
                               .format = SV("plain"),
                               .error = SV_EMPTY,
                               .bytes = (int64_t)log.len,
                               .lines = scan.source_lines[0],
                               .complete = true};
    struct decisions decisions;
    suppress_decide(
        &decisions,
        &(struct suppress_source){
            .evidence = &scan.evidence, .ledger = scan.ledger, .latest = scan.tally.last},
        &(struct suppress_options){.taxonomy = &patterns.taxonomy, .policy = &patterns.policy});
    struct report_source from = {.lines = &scan.lines,
                                 .tally = &scan.tally,
                                 .decisions = &decisions,
                                 .inputs = &row,
                                 .input_count = 1};
    struct report_options how = {.taxonomy = &patterns.taxonomy, .top = 5, .version = SV("0")};
    report_make(&report, &from, &how);
    struct outfile *out = outfile_open(path_of("summary"), &err);
    assert_non_null(out);
    output_summary(out, &report);
    assert_int_equal(outfile_commit(out, &err), 0);
    add_file(&text, path_of("summary"));
    cJSON *summary = cJSON_ParseWithLength(text.ptr, text.len);
    assert_non_null(summary);
    buf_release(&text);
    report_release(&report);
    decisions_release(&decisions);
    scan_result_release(&scan);
    input_free(input);
    return summary;
}

/* What quotes a line, or says where it stood. */
static void forget_quotes(cJSON *object)
{
    static const char *const quotes[] = {"sample", "samples", "line", "file"};
    for (size_t i = 0; i < COUNT_OF(quotes); i++)
        cJSON_DeleteItemFromObjectCaseSensitive(object, quotes[i]);
    for (cJSON *child = object->child; child; child = child->next)
        forget_quotes(child);
}

static int64_t number(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    assert_true(cJSON_IsNumber(item));
    return (int64_t)item->valuedouble;
}

static void test_any_order(void **state)
{
    struct buf log = {0};
    struct counts counts;
    (void)state;
    draw_log(&log, 0);
    cJSON *first = summary_of(buf_sv(&log), &counts);
    /* It is not for want of content that they are equal. */
    assert_int_equal(number(cJSON_GetObjectItem(first, "attempts"), "total"), 660);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(first, "suppress")), 120);
    assert_int_equal(number(cJSON_GetObjectItem(first, "lines"), "unparsed"), 60);
    assert_int_equal(number(cJSON_GetObjectItem(first, "lines"), "other"), 60);
    forget_quotes(first);
    char *want = cJSON_PrintUnformatted(first);
    for (uint32_t seed = 1; seed <= 10; seed++) {
        draw_log(&log, seed);
        cJSON *other = summary_of(buf_sv(&log), &counts);
        forget_quotes(other);
        char *got = cJSON_PrintUnformatted(other);
        assert_string_equal(got, want);
        cJSON_free(got);
        cJSON_Delete(other);
    }
    cJSON_free(want);
    cJSON_Delete(first);
    buf_release(&log);
}

static void test_events_add_up(void **state)
{
    struct buf log = {0};
    struct counts counts;
    int64_t total = 0, sum;
    const cJSON *row;
    (void)state;
    draw_log(&log, 99);
    cJSON *summary = summary_of(buf_sv(&log), &counts);
    const cJSON *attempts = cJSON_GetObjectItem(summary, "attempts");
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        total += counts.outcomes[i];
        assert_int_equal(number(attempts, outcome_name((enum outcome)i).ptr), counts.outcomes[i]);
    }
    assert_int_equal(number(attempts, "total"), total);
    const cJSON *failures = cJSON_GetObjectItem(summary, "failures");
    assert_int_equal(number(failures, "transient"), counts.transient);
    assert_int_equal(number(failures, "permanent"), counts.permanent);
    assert_int_equal(counts.transient + counts.permanent, counts.outcomes[OUTCOME_DEFERRED] +
                                                              counts.outcomes[OUTCOME_BOUNCED] +
                                                              counts.outcomes[OUTCOME_EXPIRED]);
    const cJSON *lines = cJSON_GetObjectItem(summary, "lines");
    assert_int_equal(number(lines, "total"), number(lines, "delivery") + number(lines, "context") +
                                                 number(lines, "other") +
                                                 number(lines, "unparsed"));
    sum = 0;
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(summary, "reply_codes"))
    {
        assert_int_equal(number(row, "count"), counts.codes[number(row, "code")]);
        sum += number(row, "count");
    }
    for (int code = 0; code < 1000; code++)
        sum -= counts.codes[code];
    assert_int_equal(sum, 0);
    sum = 0;
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(summary, "categories"))
    {
        uint8_t category = category_of(cJSON_GetObjectItem(row, "category")->valuestring);
        assert_int_equal(number(row, "count"), counts.categories[category]);
        assert_int_equal(number(row, "count"), number(row, "transient") + number(row, "permanent"));
        sum += number(row, "count");
    }
    for (int category = 0; category < CATEGORY_MAX; category++)
        sum -= counts.categories[category];
    assert_int_equal(sum, 0);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(summary, "hosts")), 3);
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(summary, "hosts")) assert_int_equal(
        number(row, "count"), counts.hosts[cJSON_GetObjectItem(row, "name")->valuestring[2] - '0']);
    /* Rankings are cut, and still add up. */
    sum = 0;
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(summary, "hours")) sum += number(row, "count");
    assert_int_equal(sum, total);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(summary, "hours")), 6);
    cJSON_Delete(summary);
    buf_release(&log);
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
        cmocka_unit_test(test_any_order),
        cmocka_unit_test(test_events_add_up),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
