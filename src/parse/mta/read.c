/* A message of an MTA, read as its shapes say: which record each meaning makes.
 *
 *   attempt   one recipient of one delivery             sender    the envelope sender of a queue id
 *   queued    somebody handed a message in              begun     a queue id came into being
 *   expired   its message gave up                       removed   the id is free again
 *   refused   our own server said no
 *
 * A shape whose hook does not take the line after all gives way to the next one. A message that no
 * shape takes and that looks like a delivery (`unparsed` in the file) was not understood. */
#include <string.h>

#include "bouncelog/base/mailbox.h"
#include "mta.h"

static bool understands(struct line *line, const struct shape *shape, enum outcome outcome)
{
    size_t before = line->records->count;
    struct record *record = line_record(line, RECORD_ATTEMPT);
    record->outcome = outcome;
    record->local = shape->local;
    fields_set(line, shape, record);
    record->has_sender = shape_has_field(shape, FIELD_SENDER);
    if (line->mta->attempt) {
        if (!line->mta->attempt(line, shape, record)) {
            line->records->count = before;
            return false;
        }
        return line->records->count > before;
    }
    words_read(line, shape, record);
    if (outcome_is_failure(record->outcome))
        record->severity = failure_severity(record);
    return true;
}

static sv message_id_of(const struct line *line, const struct shape *shape)
{
    struct matcher *matcher = line->parser->matcher;
    struct template_fields fields;
    for (size_t i = 0; i < shape->identity_template_count; i++)
        if (template_match(&shape->identity_templates[i], line->rest, &fields))
            return fields.values[FIELD_MESSAGE_ID];
    return regex_match(shape->identity, matcher, line->rest) == REGEX_YES
               ? matcher_field(matcher, shape->identity, FIELD_MESSAGE_ID)
               : SV_EMPTY;
}

/* Of a record that was just made of the line, if somebody asks for it. */
static void read_message_id(struct line *line, const struct shape *shape, struct record *record)
{
    if (line->parser->options.message_ids && shape->identity)
        record->message_id = message_id_key(message_id_of(line, shape));
}

static void read_notification(struct line *line, sv new_id)
{
    struct record *record = line_record(line, RECORD_SENDER);
    record->queue_id = new_id;
    record->null_sender = true;
    record->notification = true;
    record->frees_itself = !line->patterns->says_removed;
}

static void read_sender(struct line *line, const struct shape *shape)
{
    bool expired = line_field(line, shape, FIELD_STATUS).len > 0;
    struct record *record = line_record(line, expired ? RECORD_EXPIRED : RECORD_SENDER);
    fields_set(line, shape, record);
    record->null_sender = !record->sender.len;
    record->notification = line_field(line, shape, FIELD_NOTIFICATION).len > 0;
    record->arrival = shape->arrival && !record->notification;
    record->frees_itself = !line->patterns->says_removed;
    read_message_id(line, shape, record);
}

/* Of a message that gave up, or of one that began: a notification is a message of its own. */
static void read_turn(struct line *line, const struct shape *shape)
{
    sv new_id = line_field(line, shape, FIELD_NEW_ID);
    if (shape->meaning == MEANING_EXPIRED)
        line_record(line, RECORD_EXPIRED);
    else if (!new_id.len) {
        struct record *record = line_record(line, RECORD_QUEUED);
        record->arrival = shape->meaning == MEANING_QUEUED;
        read_message_id(line, shape, record);
    }
    if (new_id.len)
        read_notification(line, new_id);
}

static enum line_class read_refused(struct line *line, const struct shape *shape)
{
    if (!line->parser->options.inbound)
        return LINE_CONTEXT;
    struct record *record = line_record(line, RECORD_ATTEMPT);
    struct arena *arena = &line->records->arena;
    sv reply = line_field(line, shape, FIELD_REPLY), words = line_field(line, shape, FIELD_TEXT);
    uint64_t code;
    record->outcome = OUTCOME_REFUSED;
    fields_set(line, shape, record);
    record->has_sender = shape_has_field(shape, FIELD_SENDER);
    if (line->patterns->no_queue_id.len && sv_eq(record->queue_id, line->patterns->no_queue_id))
        record->queue_id = SV_EMPTY; /* no message came into being */
    record->said = (struct said){ORIGIN_LOCAL, STAGE_RCPT, reply.len ? reply : words};
    if (reply.len)
        record->reply = reply_parse(reply, REPLY_SINGLE, arena);
    else
        record->reply = (struct reply){0, SV_EMPTY, reply_undo_octal(words, arena)};
    if (sv_to_u64(line_field(line, shape, FIELD_CODE), &code) && code < 1000)
        record->reply.code = (int)code;
    record->severity = line_field(line, shape, FIELD_TRANSIENT).len ? SEVERITY_TRANSIENT
                                                                    : failure_severity(record);
    return LINE_DELIVERY;
}

static enum line_class class_of(const struct records *records, size_t from)
{
    for (size_t i = from; i < records->count; i++)
        if (!records->list[i].skipped)
            return LINE_DELIVERY;
    return LINE_SKIPPED;
}

static enum line_class read_attempt(struct line *line, const struct shape *shape)
{
    bool context = false;
    enum outcome outcome = OUTCOME_BOUNCED;
    bool known = line_outcome(shape, line_field(line, shape, FIELD_STATUS), &outcome, &context);
    if (context)
        return LINE_CONTEXT;
    size_t before = line->records->count;
    return (known || !shape->status_count) && understands(line, shape, outcome)
               ? class_of(line->records, before)
               : LINE_UNPARSED;
}

static inline enum line_class read_shape(struct line *line, const struct shape *shape)
{
    if (!line->mta->queue_id_take)
        line->queue_id = line_field(line, shape, FIELD_QUEUE_ID);
    switch (shape->meaning) {
    case MEANING_ATTEMPT:
        return read_attempt(line, shape);
    case MEANING_SENDER:
        read_sender(line, shape);
        return LINE_CONTEXT;
    case MEANING_QUEUED:
    case MEANING_BEGUN:
    case MEANING_EXPIRED:
        read_turn(line, shape);
        return LINE_CONTEXT;
    case MEANING_REMOVED:
        line_record(line, RECORD_REMOVED);
        return LINE_CONTEXT;
    case MEANING_REFUSED:
        return read_refused(line, shape);
    case MEANING_CONTEXT:
        break;
    }
    return LINE_CONTEXT;
}

enum line_class mta_read_shape(struct line *line, const struct shape *shape)
{
    return read_shape(line, shape);
}

/* Would a delivery that no shape takes begin like this? */
static bool looks_like_delivery(const struct line *line)
{
    for (size_t i = 0; i < line->patterns->sign_count; i++) {
        const struct sign *sign = &line->patterns->signs[i];
        if ((sign->daemons == UINT64_MAX || (sign->daemons & line->header.program.daemon)) &&
            sv_starts(line->rest, sign->gate) &&
            (!sign->needs.len || sv_find(line->rest, sign->needs) != SV_NPOS) &&
            (!sign->regex ||
             regex_match(sign->regex, line->parser->matcher, line->rest) == REGEX_YES))
            return true;
    }
    return false;
}

/* True: the message has no id and could not mean anything without one. */
static bool take_id(struct line *line)
{
    const struct mta *mta = line->mta;
    sv message = line->header.message;
    if (mta->unwrap) {
        message = mta->unwrap(&line->parser->headers, &line->header, &line->part);
        if (line->part > 1)
            return true;
    }
    if (line->queue_id.len) /* seen by the quick header */
        message = sv_skip(message, line->queue_id.len + 2);
    else if (mta->queue_id_take)
        line->queue_id = mta->queue_id_take(&message);
    line->rest = message;
    return false;
}

enum line_class mta_read(struct line *line)
{
    line->part = 0;
    if (take_id(line))
        return LINE_CONTEXT;
    bool has_id = !line->mta->needs_id || line->queue_id.len, failed = false;
    for (const struct shape *shape = line_shape(line); shape;
         shape = line_shape_after(line, shape)) {
        if (!has_id && shape->meaning != MEANING_REFUSED)
            continue;
        enum line_class class = read_shape(line, shape);
        if (class != LINE_UNPARSED)
            return class;
        failed = true;
    }
    return failed || (has_id && looks_like_delivery(line)) ? LINE_UNPARSED : LINE_CONTEXT;
}
