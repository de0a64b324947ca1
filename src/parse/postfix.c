/* Postfix: `QUEUEID: REST` of its daemons (patterns/mta/postfix.yaml). */
#include "address.h"
#include "parser.h"
#include "queue_id.h"

enum { RECORD_MAX = 2000 };

/* host[ip]:port, host[/unix/path], or the name of a transport (global/log_adhoc.c) */
static void read_relay(sv text, bool brief, struct record *record)
{
    size_t open = sv_find_byte(text, '['), close = sv_rfind_byte(text, ']');
    if (open == SV_NPOS || close == SV_NPOS || close < open) {
        record->transport = text;
        return;
    }
    uint64_t port;
    sv bracketed = sv_sub(text, open + 1, close), behind = sv_skip(text, close + 1);
    record->relay.host = sv_sub(text, 0, open);
    if (brief) /* the provider follows from the host */
        return;
    if (bracketed.len && sv_find_byte(bracketed, '/') == SV_NPOS)
        record->relay.ip = bracketed;
    if (behind.len > 1 && behind.ptr[0] == ':' && sv_to_u64(sv_skip(behind, 1), &port) &&
        port < 65536)
        record->relay.port = (int)port;
}

/* What stands in front of the last `)`; a record cut at 2 000 bytes has lost it. */
static sv without_parenthesis(sv text)
{
    return text.len && text.ptr[text.len - 1] == ')' ? sv_sub(text, 0, text.len - 1) : text;
}

/* A record cut at 2 000 bytes (util/msg_syslog.c) may have lost the true end of an address that is
 * not quoted, and what looks like the rest may be a part of it. */
static bool is_cut(const struct line *line, sv text, sv recipient)
{
    if (recipient.len && recipient.ptr[0] == '"')
        return false;
    return line->header.message.len >= RECORD_MAX || !sv_ends(text, SV(")"));
}

static void read_accepted(struct line *line, sv text, struct record *record)
{
    record->said.raw = text;
    record->reply.text = text;
    if (sv_starts(text, SV("forwarded as "))) {
        record->outcome = OUTCOME_HANDED_OVER;
        record->forwarded_id = sv_skip(text, 13);
        return;
    }
    if (!reply_has_code(text))
        return;
    record->said.origin = ORIGIN_REMOTE;
    record->said.stage = STAGE_END_OF_DATA;
    record->reply = reply_parse(text, REPLY_SPACED, &line->records->arena);
    record->forwarded_id = address_forwarded_id(MTA_POSTFIX, record->reply.text);
}

static bool is_local_agent(const struct line *line, const struct record *record)
{
    return (line->header.program.daemon & line->patterns->local_daemons) ||
           sv_eq(record->transport, SV("local")) || sv_eq(record->transport, SV("virtual"));
}

static enum line_class read_attempt(struct line *line, const struct shape *shape)
{
    bool context = false;
    enum outcome outcome;
    if (!line_outcome(shape, line_field(line, shape, FIELD_STATUS), &outcome, &context))
        return context ? LINE_CONTEXT : LINE_UNPARSED;
    struct record *record = line_record(line, RECORD_ATTEMPT);
    record->outcome = outcome;
    record->recipient = line_field(line, shape, FIELD_RECIPIENT);
    record->original = line_field(line, shape, FIELD_ORIGINAL);
    record->dsn = line_field(line, shape, FIELD_DSN);
    bool brief = line->parser->options.brief && outcome == OUTCOME_DELIVERED;
    if (!brief)
        record->delay_s = address_seconds(line_field(line, shape, FIELD_DELAY));
    sv whole = line_field(line, shape, FIELD_TEXT), text = without_parenthesis(whole);
    read_relay(line_field(line, shape, FIELD_RELAY), brief, record);
    record->local = is_local_agent(line, record);
    record->ambiguous = address_is_ambiguous(line->rest, record->recipient, record->original) ||
                        is_cut(line, whole, record->recipient);
    if (outcome == OUTCOME_DELIVERED &&
        (line->header.program.daemon & line->patterns->discard_daemons))
        record->outcome = OUTCOME_DISCARDED;
    else if (outcome == OUTCOME_DELIVERED)
        read_accepted(line, text, record);
    else
        frame_read(line, text, REPLY_SPACED, record);
    if (record->outcome != OUTCOME_DELIVERED && record->outcome != OUTCOME_HANDED_OVER &&
        record->outcome != OUTCOME_DISCARDED)
        record->severity = failure_severity(record);
    if (record->outcome == OUTCOME_DISCARDED)
        record->reply.text = text;
    return LINE_DELIVERY;
}

static enum line_class read_sender(struct line *line, const struct shape *shape)
{
    bool expired = line_field(line, shape, FIELD_STATUS).len > 0;
    struct record *record = line_record(line, expired ? RECORD_EXPIRED : RECORD_SENDER);
    uint64_t recipients;
    record->sender = line_field(line, shape, FIELD_SENDER);
    record->null_sender = !record->sender.len;
    if (sv_to_u64(line_field(line, shape, FIELD_RECIPIENTS), &recipients) && recipients < 100000)
        record->recipients_expected = (int)recipients;
    return LINE_CONTEXT;
}

/* `sender non-delivery notification: NEWID`: the notification is a message of its own. */
static enum line_class read_notification(struct line *line, sv new_id)
{
    struct record *record = line_record(line, RECORD_SENDER);
    record->queue_id = new_id;
    record->null_sender = true;
    record->notification = true;
    return LINE_CONTEXT;
}

static enum line_class read_refused(struct line *line, const struct shape *shape)
{
    if (!line->parser->options.inbound)
        return LINE_CONTEXT;
    struct record *record = line_record(line, RECORD_ATTEMPT);
    sv reply = line_field(line, shape, FIELD_REPLY);
    if (sv_eq(record->queue_id, SV("NOQUEUE")))
        record->queue_id = SV_EMPTY; /* no message came into being */
    record->outcome = OUTCOME_REFUSED;
    record->recipient = line_field(line, shape, FIELD_RECIPIENT);
    record->sender = line_field(line, shape, FIELD_SENDER);
    record->has_sender = true;
    record->said = (struct said){ORIGIN_LOCAL, STAGE_RCPT, reply};
    record->reply = reply_parse(reply, REPLY_SINGLE, &line->records->arena);
    record->severity = failure_severity(record);
    return LINE_DELIVERY;
}

enum line_class postfix_line(struct line *line)
{
    sv message = line->header.message;
    if (line->queue_id.len)
        message = sv_skip(message, line->queue_id.len + 2); /* seen at first glance */
    else
        line->queue_id = queue_id_take(MTA_POSTFIX, &message);
    if (!line->queue_id.len)
        return LINE_CONTEXT;
    line->rest = message;
    const struct shape *shape = line_shape(line);
    if (!shape)
        return (line->header.program.daemon & line->patterns->delivery_daemons) &&
                       sv_starts(message, SV("to=<"))
                   ? LINE_UNPARSED
                   : LINE_CONTEXT;
    switch (shape->meaning) {
    case MEANING_ATTEMPT:
        return read_attempt(line, shape);
    case MEANING_SENDER:
        return read_sender(line, shape);
    case MEANING_QUEUED:
        if (line_field(line, shape, FIELD_NEW_ID).len)
            return read_notification(line, line_field(line, shape, FIELD_NEW_ID));
        line_record(line, RECORD_QUEUED);
        return LINE_CONTEXT;
    case MEANING_REMOVED:
        line_record(line, RECORD_REMOVED);
        return LINE_CONTEXT;
    case MEANING_EXPIRED:
        line_record(line, RECORD_EXPIRED);
        return LINE_CONTEXT;
    case MEANING_REFUSED:
        return read_refused(line, shape);
    case MEANING_CONTEXT:
        break;
    }
    return LINE_CONTEXT;
}
