/* One attempt as one line of NDJSON: the keys of docs/schemas/event.schema.json in their order,
 * all of them each time. What is not known is null; code, port and delay are numbers, all other
 * values are texts. Written key by key (json_line.h), since there is a line for each of millions
 * of attempts. */
#include "bouncelog/base/date.h"
#include "bouncelog/output/output.h"
#include "event_id.h"
#include "json_line.h"

static void number(struct buf *line, const char *name, int value)
{
    line_key(line, name);
    if (value)
        buf_printf(line, "%d", value);
    else
        buf_add(line, SV("null"));
}

static void relay(struct buf *line, const struct relay *relay)
{
    line_key(line, "relay");
    if (!relay->host.len && !relay->ip.len) {
        buf_add(line, SV("null"));
        return;
    }
    buf_add_byte(line, '{');
    line_known(line, "host", relay->host);
    line_known(line, "ip", relay->ip);
    number(line, "port", relay->port);
    buf_add_byte(line, '}');
}

static void delay(struct buf *line, double seconds)
{
    line_key(line, "delay_s");
    if (seconds < 0)
        buf_add(line, SV("null"));
    else
        buf_printf(line, "%.6g", seconds);
}

static bool is_failure(const struct record *attempt)
{
    return attempt->severity != SEVERITY_NONE;
}

static sv scope_of(const struct taxonomy *taxonomy, uint8_t category)
{
    if (category >= taxonomy->category_count || taxonomy->categories[category].scope == SCOPE_NONE)
        return SV_EMPTY;
    return scope_name(taxonomy->categories[category].scope);
}

static void identity(struct buf *line, const struct event *event, const struct taxonomy *taxonomy,
                     const struct redactor *redactor, struct arena *arena)
{
    const struct record *a = &event->attempt;
    char time[DATE_TEXT];
    date_format(a->time, time);
    line_text(line, "time", sv_from(time));
    line_known(line, "host", a->host);
    line_text(line, "mta", taxonomy_mta_name(taxonomy, a->mta));
    line_known(line, "queue_id", a->queue_id);
    if (event->sender_known)
        line_text(line, "sender", redact_address(redactor, event->sender, arena));
    else
        line_known(line, "sender", SV_EMPTY);
    line_text(line, "recipient", redact_address(redactor, a->recipient, arena));
    line_known(line, "original_recipient", redact_address(redactor, a->original, arena));
    relay(line, &a->relay);
}

static void verdict(struct buf *line, const struct event *event, const struct taxonomy *taxonomy)
{
    const struct record *a = &event->attempt;
    bool failure = is_failure(a);
    line_known(line, "category",
               failure ? taxonomy_category_name(taxonomy, a->verdict.category) : SV_EMPTY);
    line_known(line, "scope", failure ? scope_of(taxonomy, a->verdict.category) : SV_EMPTY);
    line_known(line, "action", failure ? action_name(event->action) : SV_EMPTY);
    line_known(line, "rule", failure ? a->verdict.rule : SV_EMPTY);
    line_known(line, "basis",
               failure && a->verdict.basis != BASIS_COUNT ? basis_name(a->verdict.basis)
                                                          : SV_EMPTY);
}

/* Else it is of a history, which did not keep it. */
static bool is_of_line(const struct event *event)
{
    return event->attempt.line || event->file.len;
}

static void source(struct buf *line, const struct event *event)
{
    if (!is_of_line(event)) {
        line_known(line, "source", SV_EMPTY);
        return;
    }
    line_open(line, "source");
    line_text(line, "file", event->file);
    line_key(line, "line");
    buf_add_u64(line, (uint64_t)event->attempt.line);
    buf_add_byte(line, '}');
}

void output_event(struct buf *line, const struct event *event, const struct taxonomy *taxonomy,
                  const struct redactor *redactor, struct arena *arena)
{
    const struct record *a = &event->attempt;
    buf_add_byte(line, '{');
    line_known(line, "id", is_of_line(event) ? event_id(a, taxonomy, redactor, arena) : SV_EMPTY);
    identity(line, event, taxonomy, redactor, arena);
    bool kept = a->outcome != OUTCOME_COUNT; /* else its time and category are all that is */
    line_known(line, "outcome", kept ? outcome_name(a->outcome) : SV_EMPTY);
    line_known(line, "severity", kept && is_failure(a) ? severity_name(a->severity) : SV_EMPTY);
    number(line, "code", a->reply.code);
    line_known(line, "enhanced", a->reply.enhanced);
    line_known(line, "dsn", a->dsn);
    line_text(line, "stage", stage_name(a->said.stage));
    line_known(line, "origin",
               a->said.origin != ORIGIN_COUNT ? origin_name(a->said.origin) : SV_EMPTY);
    line_known(line, "text", redact_text(redactor, a->reply.text, arena));
    verdict(line, event, taxonomy);
    line_known(line, "cause", taxonomy_category_name(taxonomy, event->cause));
    line_known(line, "provider", a->provider);
    line_known(line, "proof", event->proof ? proof_name(event->proof) : SV_EMPTY);
    delay(line, a->delay_s);
    source(line, event);
    buf_add(line, SV("}\n"));
}

static void no_verdict(struct buf *line)
{
    static const char *const keys[] = {"code",     "enhanced", "text",  "stage",  "origin",
                                       "severity", "category", "scope", "action", "rule",
                                       "basis",    "remedy",   "shape"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        line_known(line, keys[i], SV_EMPTY);
}

static void verdict_keys(struct buf *line, const struct event *event, sv shape,
                         const struct taxonomy *taxonomy)
{
    if (!event) {
        no_verdict(line);
    } else {
        const struct record *a = &event->attempt;
        number(line, "code", a->reply.code);
        line_known(line, "enhanced", a->reply.enhanced);
        line_known(line, "text", a->reply.text);
        line_text(line, "stage", stage_name(a->said.stage));
        line_text(line, "origin", origin_name(a->said.origin));
        line_known(line, "severity", is_failure(a) ? severity_name(a->severity) : SV_EMPTY);
        verdict(line, event, taxonomy);
        line_known(line, "remedy", is_failure(a) ? a->verdict.remedy : SV_EMPTY);
        line_known(line, "shape", shape);
    }
    buf_add(line, SV("}\n"));
}

void output_verdict(struct buf *line, const struct event *event, sv shape,
                    const struct taxonomy *taxonomy)
{
    buf_add_byte(line, '{');
    verdict_keys(line, event, shape, taxonomy);
}

static void add_list(struct buf *line, const char *name, sv words)
{
    line_key(line, name);
    buf_add_byte(line, '[');
    for (bool first = true; words.len; first = false) {
        if (!first)
            buf_add_byte(line, ',');
        text_add_json(line, sv_cut(words, ' ', &words));
    }
    buf_add_byte(line, ']');
}

void output_bounce(struct buf *line, const struct bounce_keys *keys, const struct event *event,
                   sv shape, const struct taxonomy *taxonomy)
{
    buf_add_byte(line, '{');
    line_text(line, "mail", keys->mail);
    line_text(line, "kind", keys->kind);
    line_known(line, "final_recipient", keys->final_recipient);
    line_known(line, "original_recipient", keys->original_recipient);
    line_known(line, "status", keys->status);
    line_known(line, "message_id", keys->message_id);
    line_known(line, "reporting_mta", keys->reporting_mta);
    line_known(line, "remote_mta", keys->remote_mta);
    line_known(line, "envelope_id", keys->envelope_id);
    line_known(line, "feedback", keys->feedback);
    line_known(line, "form", keys->form);
    line_known(line, "signed_for", keys->signed_for);
    add_list(line, "limits", keys->limits);
    verdict_keys(line, event, shape, taxonomy);
}
