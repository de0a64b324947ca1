/* bouncelog explain: what one reply, or one log line, means.
 *
 * A text with a header and the shape of a delivery is taken as a log line, anything else as the
 * reply of a server. It goes the way of a scan: parsed, classified, judged by the policy. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/base/text.h"
#include "bouncelog/classify/classify.h"
#include "bouncelog/output/output.h"
#include "bouncelog/parse/parse.h"
#include "bouncelog/pipeline/pipeline.h"
#include "cli.h"
#include "explain.h"
#include "options/types.h"
#include "zone.h"

static const struct record *first_attempt(const struct records *records)
{
    for (size_t i = 0; i < records->count; i++)
        if (records->list[i].kind == RECORD_ATTEMPT)
            return &records->list[i];
    return NULL;
}

struct event explain_judge(struct explain *explain, const struct record *attempt)
{
    struct event event = {.attempt = *attempt, .cause = CATEGORY_NONE, .suppressible = true};
    classify(explain->classifier, &event.attempt);
    if (!event.attempt.recipient.len) /* a reply stands for some recipient */
        event.attempt.recipient = SV("recipient@example.com");
    event.suppressible = !event.attempt.ambiguous;
    event.for_all = event_is_for_all(&event);
    pipeline_judge(&explain->patterns, &event);
    return event;
}

/* A line with a header and a delivery shape, else a reply. */
static struct event read_event(struct explain *explain, sv text)
{
    struct clock clock = {.not_after = now_seconds() + 86400};
    char padded[64 * 1024 + 64];
    sv line = sv_sub(text, 0, sizeof padded - 64);
    memcpy(padded, line.ptr, line.len);
    memset(padded + line.len, 0, 64);
    line = arena_copy(&explain->records.arena, sv_make(padded, line.len + 64));
    line = sv_sub(line, 0, line.len - 64);
    parser_line(explain->parser, &clock, line, 1, &explain->records);
    const struct record *attempt = first_attempt(&explain->records);
    if (!attempt) {
        explain->records.count = 0;
        parser_reply(explain->parser, explain->mta, line, &explain->records);
        attempt = first_attempt(&explain->records);
    }
    return explain_judge(explain, attempt);
}

void explain_field(struct buf *out, const char *name, sv value)
{
    buf_printf(out, "%-10s", name);
    text_add_visible(out, value.len ? value : SV("-"));
    buf_add_byte(out, '\n');
}

/* What the line says around the reply; a bare reply has none of it. */
static void add_line(struct explain *explain, const struct record *attempt)
{
    struct buf *out = &explain->out;
    if (attempt->mta == MTA_UNKNOWN || !attempt->queue_id.len)
        return;
    explain_field(out, "mta", taxonomy_mta_name(&explain->patterns.taxonomy, attempt->mta));
    explain_field(out, "queue id", attempt->queue_id);
    explain_field(out, "recipient", attempt->recipient);
    explain_field(out, "relay", attempt->relay.host);
    explain_field(out, "outcome", outcome_name(attempt->outcome));
    explain_field(out, "dsn", attempt->dsn);
}

/* Rules whose gates are closed or whose words are absent are counted, not shown. */
struct trace {
    struct buf *out;
    bool decided;
    size_t closed, absent;
};

static void add_fit(void *context, const struct rule *rule, enum rule_fit fit)
{
    struct trace *trace = context;
    if (fit == FIT_NO_LITERAL) {
        trace->absent++;
        return;
    }
    if (fit != FIT_YES && fit < FIT_NO_LITERAL) {
        trace->closed++;
        return;
    }
    sv why = fit != FIT_YES   ? rule_fit_text(fit)
             : trace->decided ? SV("would take it, but an earlier rule has")
                              : rule_fit_text(fit);
    trace->decided |= fit == FIT_YES;
    buf_printf(trace->out, "  %-10.*s%.*s: %.*s\n", SV_FMT(rule_layer_name(rule->layer)),
               SV_FMT(rule->name), SV_FMT(why));
}

/* Why this rule and no other. */
static void add_trace(struct explain *explain, const struct record *attempt)
{
    struct trace trace = {.out = &explain->out};
    buf_add(&explain->out, SV("rules\n"));
    classifier_trace(explain->classifier, attempt, add_fit, &trace);
    buf_printf(&explain->out,
               "  of the others, %zu name words that are not there, %zu ask for "
               "another origin, stage, provider or code\n",
               trace.absent, trace.closed);
}

/* What it means and what to do comes first: that is what was asked. */
static void add_verdict(struct explain *explain, const struct event *event)
{
    const struct record *a = &event->attempt;
    const struct category *category = &explain->patterns.taxonomy.categories[a->verdict.category];
    struct buf *out = &explain->out;
    explain_field(out, "category", category->name);
    explain_field(out, "meaning", category->meaning);
    explain_field(out, "remedy", a->verdict.remedy);
    explain_field(out, "action", action_name(event->action));
    explain_field(out, "severity", severity_name(a->severity));
    explain_field(out, "scope",
                  category->scope == SCOPE_NONE ? SV_EMPTY : scope_name(category->scope));
}

/* What was said, and by whom. */
static void add_reply(struct explain *explain, const struct record *attempt)
{
    struct buf *out = &explain->out;
    char code[16] = "";
    if (attempt->reply.code)
        snprintf(code, sizeof code, "%d", attempt->reply.code);
    add_line(explain, attempt);
    explain_field(out, "code", sv_from(code));
    explain_field(out, "enhanced", attempt->reply.enhanced);
    explain_field(out, "text", attempt->reply.text);
    explain_field(out, "stage", stage_name(attempt->said.stage));
    explain_field(out, "origin", origin_name(attempt->said.origin));
}

void explain_readable(struct explain *explain, const struct event *event, sv shape)
{
    const struct record *a = &event->attempt;
    struct buf *out = &explain->out;
    if (a->severity == SEVERITY_NONE) {
        explain_field(out, "meaning", SV("no failure"));
        add_reply(explain, a);
        return;
    }
    add_verdict(explain, event);
    add_reply(explain, a);
    explain_field(out, "provider", a->provider);
    explain_field(out, "rule", a->verdict.rule);
    explain_field(out, "basis", basis_name(a->verdict.basis));
    explain_field(out, "list", a->verdict.list);
    if (!explain->options->rules)
        return;
    explain_field(out, "shape", shape);
    add_trace(explain, a);
}

static void explain_one(struct explain *explain, sv text)
{
    records_clear(&explain->records);
    while (text.len && text.ptr[text.len - 1] == '\r')
        text.len--;
    if (!sv_trim(text).len) {
        if (explain->options->json)
            output_verdict(&explain->out, NULL, SV_EMPTY, &explain->patterns.taxonomy);
        return;
    }
    struct event event = read_event(explain, text);
    sv shape =
        event.attempt.severity == SEVERITY_NONE ? SV_EMPTY : classifier_shape(explain->classifier);
    if (explain->options->json)
        output_verdict(&explain->out, &event, shape, &explain->patterns.taxonomy);
    else
        explain_readable(explain, &event, shape);
}

/* One per line; verdicts leave at once, so that the command can serve in a pipe. */
static int explain_stdin(struct explain *explain)
{
    char *line = NULL;
    size_t size = 0;
    int code = EXIT_DONE;
    for (ssize_t got; code == EXIT_DONE && (got = getline(&line, &size, stdin)) >= 0;) {
        sv text = sv_make(line, (size_t)got);
        if (text.len && text.ptr[text.len - 1] == '\n')
            text.len--;
        explain_one(explain, text);
        if (!explain->options->json)
            buf_add_byte(&explain->out, '\n');
        code = print_result(buf_sv(&explain->out));
        buf_clear(&explain->out);
    }
    bool failed = ferror(stdin);
    if (code == EXIT_DONE && !feof(stdin))
        mem_check(errno);
    free(line);
    if (code == EXIT_DONE && failed) {
        say("standard input: cannot read");
        return EXIT_INCOMPLETE;
    }
    return code;
}

/* Words of one reply; line breaks inside are those of a multi-line reply. */
static sv join(struct arena *arena, const char *const *words, size_t count)
{
    struct buf text = {0};
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_byte(&text, ' ');
        for (const char *c = words[i]; *c; c++)
            if (*c == '\n' && c[1])
                buf_add(&text, SV("\\n"));
            else if (*c != '\r' && *c != '\n')
                buf_add_byte(&text, *c);
    }
    sv joined = arena_copy(arena, buf_sv(&text));
    buf_release(&text);
    return joined;
}

static int run(struct explain *explain)
{
    const char *const *words = explain->options->operands;
    size_t count = explain->options->operand_count;
    struct err err;
    bool mail = explain->options->mails.count > 0;
    bool from_stdin = count == 0 || (count == 1 && strcmp(words[0], "-") == 0);
    if (mail && count) {
        say("--mail reads mails, and no reply beside them");
        return EXIT_USAGE;
    }
    if (!mail && count == 0 && isatty(STDIN_FILENO)) {
        say("no reply (\"-\" reads them from standard input; see explain --help)");
        return EXIT_USAGE;
    }
    if (explain->options->rules && explain->options->json) {
        say("--rules is for people; --json has the shape and the rule");
        return EXIT_USAGE;
    }
    struct patterns_options files = explain->options->patterns;
    files.notices = mail;
    if (zone_set(NULL, &err) < 0 || patterns_load(&explain->patterns, &files, &err) < 0 ||
        read_mta(explain->options->mta, &explain->patterns.taxonomy, &explain->mta, &err) < 0)
        return fail(&err);
    struct parser_options options = {
        .patterns = &explain->patterns, .only = explain->mta, .host = SV_EMPTY, .inbound = true};
    explain->parser = parser_new(&options);
    explain->classifier = classifier_new(&explain->patterns);
    classifier_own_hops(explain->classifier, explain->options->relays.list,
                        explain->options->relays.count);
    if (mail)
        return explain_mail(explain);
    if (from_stdin)
        return explain_stdin(explain);
    struct arena arena = {0};
    explain_one(explain, join(&arena, words, count));
    arena_release(&arena);
    return print_result(buf_sv(&explain->out));
}

int explain_command(const struct options *options)
{
    struct explain explain = {.options = options};
    int code = run(&explain);
    parser_free(explain.parser);
    classifier_free(explain.classifier);
    records_release(&explain.records);
    buf_release(&explain.out);
    patterns_release(&explain.patterns);
    return code;
}
