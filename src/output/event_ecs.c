/* An attempt in the names of the Elastic Common Schema (ECS).
 *
 * ECS has no names for SMTP replies and delivery states, and asks for what it does not know to
 * stand under a name of one's own: bouncelog. Elasticsearch refuses a whole document for one value
 * of the wrong type, so an address that is none is never sent as one. */
#include <arpa/inet.h>

#include "bouncelog/base/date.h"
#include "bouncelog/output/output.h"
#include "event_id.h"
#include "json_line.h"

static void known(struct buf *line, const char *name, sv value)
{
    if (value.len)
        line_text(line, name, value);
}

static void list_of_one(struct buf *line, const char *name, sv value)
{
    line_key(line, name);
    buf_add_byte(line, '[');
    text_add_json(line, value);
    buf_add_byte(line, ']');
}

static bool is_failure(const struct record *attempt)
{
    return attempt->severity != SEVERITY_NONE;
}

static const char *outcome_of(enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_DELIVERED:
    case OUTCOME_HANDED_OVER:
        return "success";
    case OUTCOME_DISCARDED:
        return "unknown";
    default:
        return "failure";
    }
}

static void add_event(struct buf *line, const struct record *attempt,
                      const struct taxonomy *taxonomy, sv id)
{
    line_open(line, "event");
    line_text(line, "id", id);
    line_text(line, "kind", SV("event"));
    list_of_one(line, "category", SV("email"));
    list_of_one(line, "type", SV("info"));
    line_text(line, "module", SV("bouncelog"));
    line_text(line, "dataset", SV("bouncelog.events"));
    line_text(line, "action", outcome_name(attempt->outcome));
    line_text(line, "outcome", sv_from(outcome_of(attempt->outcome)));
    if (is_failure(attempt))
        known(line, "reason", taxonomy_category_name(taxonomy, attempt->verdict.category));
    if (attempt->reply.code) {
        line_key(line, "code");
        buf_printf(line, "\"%d\"", attempt->reply.code);
    }
    line_close(line);
}

static void add_email(struct buf *line, const struct event *event, const struct redactor *redactor,
                      struct arena *arena)
{
    const struct record *a = &event->attempt;
    line_open(line, "email");
    known(line, "local_id", a->queue_id);
    if (event->sender_known) {
        line_open(line, "sender");
        line_text(line, "address", redact_address(redactor, event->sender, arena));
        line_close(line);
    }
    line_open(line, "to");
    list_of_one(line, "address", redact_address(redactor, a->recipient, arena));
    line_close(line);
    line_close(line);
}

static bool is_ip(sv text)
{
    char copy[INET6_ADDRSTRLEN];
    struct in6_addr parsed;
    if (!text.len || text.len >= sizeof copy)
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = 0;
    return strlen(copy) == text.len &&
           (inet_pton(AF_INET, copy, &parsed) == 1 || inet_pton(AF_INET6, copy, &parsed) == 1);
}

/* sendmail has an address in place of a name that it could not find. */
static void add_destination(struct buf *line, const struct relay *relay)
{
    bool named = relay->host.len && !is_ip(relay->host);
    sv ip = is_ip(relay->ip) ? relay->ip : relay->host.len && !named ? relay->host : SV_EMPTY;
    if (!relay->host.len && !relay->ip.len)
        return;
    line_open(line, "destination");
    line_text(line, "address", relay->host.len ? relay->host : relay->ip);
    if (named)
        line_text(line, "domain", relay->host);
    known(line, "ip", ip);
    if (relay->port)
        line_number(line, "port", relay->port);
    line_close(line);
}

static void add_origin(struct buf *line, const struct event *event, const struct taxonomy *taxonomy)
{
    line_open(line, "observer");
    line_text(line, "product", taxonomy_mta_name(taxonomy, event->attempt.mta));
    known(line, "hostname", event->attempt.host);
    line_close(line);
    line_open(line, "log");
    line_open(line, "file");
    line_text(line, "path", event->file);
    line_close(line);
    line_close(line);
}

static void add_reply(struct buf *line, const struct reply *reply, sv words)
{
    if (!reply->code && !reply->enhanced.len && !words.len)
        return;
    line_open(line, "reply");
    if (reply->code)
        line_number(line, "code", reply->code);
    known(line, "enhanced", reply->enhanced);
    known(line, "text", words);
    line_close(line);
}

static void add_verdict(struct buf *line, const struct event *event,
                        const struct taxonomy *taxonomy)
{
    const struct record *a = &event->attempt;
    if (!is_failure(a))
        return;
    line_text(line, "severity", severity_name(a->severity));
    enum scope scope = a->verdict.category < taxonomy->category_count
                           ? taxonomy->categories[a->verdict.category].scope
                           : SCOPE_NONE;
    if (scope != SCOPE_NONE)
        line_text(line, "scope", scope_name(scope));
    line_text(line, "action", action_name(event->action));
    known(line, "rule", a->verdict.rule);
    line_text(line, "basis", basis_name(a->verdict.basis));
    known(line, "cause", taxonomy_category_name(taxonomy, event->cause));
}

static void add_own(struct buf *line, const struct event *event, const struct taxonomy *taxonomy,
                    const struct redactor *redactor, struct arena *arena)
{
    const struct record *a = &event->attempt;
    line_open(line, "bouncelog");
    add_reply(line, &a->reply, redact_text(redactor, a->reply.text, arena));
    known(line, "dsn", a->dsn);
    line_text(line, "stage", stage_name(a->said.stage));
    line_text(line, "origin", origin_name(a->said.origin));
    add_verdict(line, event, taxonomy);
    known(line, "original_recipient", redact_address(redactor, a->original, arena));
    known(line, "provider", a->provider);
    if (a->delay_s >= 0) {
        line_key(line, "delay_s");
        buf_printf(line, "%.6g", a->delay_s);
    }
    line_number(line, "line", a->line);
    line_close(line);
}

void output_event_ecs(struct buf *line, const struct event *event, const struct taxonomy *taxonomy,
                      const struct redactor *redactor, struct arena *arena)
{
    char time[DATE_TEXT];
    date_format(event->attempt.time, time);
    buf_add_byte(line, '{');
    line_text(line, "@timestamp", sv_from(time));
    line_open(line, "ecs");
    line_text(line, "version", SV("9.0.0"));
    line_close(line);
    add_event(line, &event->attempt, taxonomy,
              event_id(&event->attempt, taxonomy, redactor, arena));
    add_email(line, event, redactor, arena);
    add_destination(line, &event->attempt.relay);
    add_origin(line, event, taxonomy);
    add_own(line, event, taxonomy, redactor, arena);
    buf_add(line, SV("}\n"));
}
