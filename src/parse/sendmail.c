/* sendmail: `QUEUEID: to=...` and its relatives (patterns/mta/sendmail.yaml). */
#include "address.h"
#include "parser.h"
#include "queue_id.h"

/* An escaped character at the start of v: str2prt (sendmail/util.c) doubles the backslash, and
 * writes \t or \ooo for what does not print. */
static size_t escape_length(sv v)
{
    if (!sv_starts(v, SV("\\\\")))
        return 2;
    return sv_starts(v, SV("\\\\\\\\")) ? 4 : 3;
}

/* The length of the first address of a list; quotes and <> may hold commas. */
static size_t item_length(sv list)
{
    bool quoted = false, angle = false;
    for (size_t at = 0; at < list.len; at++) {
        char c = list.ptr[at];
        if (quoted && c == '\\')
            at += escape_length(sv_skip(list, at)) - 1;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == '<')
            angle = true;
        else if (!quoted && c == '>')
            angle = false;
        else if (!quoted && !angle && c == ',')
            return at;
    }
    return list.len;
}

/* Backslashes as the address, or the reply, had them. */
static sv undouble(sv address, struct arena *arena)
{
    if (sv_find(address, SV("\\\\")) == SV_NPOS)
        return address;
    char *out = arena_alloc(arena, address.len);
    size_t len = 0;
    for (size_t at = 0; at < address.len; at++) {
        out[len++] = address.ptr[at];
        /* Before digits it stays: it would look like the escape of a byte. */
        at += address.ptr[at] == '\\' && at + 1 < address.len && address.ptr[at + 1] == '\\' &&
              !(at + 2 < address.len && is_digit(address.ptr[at + 2]));
    }
    return sv_make(out, len);
}

static sv next_recipient(sv *list)
{
    size_t n = item_length(*list);
    sv item = sv_trim(sv_sub(*list, 0, n));
    *list = sv_skip(*list, n + 1);
    size_t open = sv_find_byte(item, '<');
    if (open != SV_NPOS && item.ptr[0] != '"' && item.ptr[item.len - 1] == '>')
        item = sv_sub(item, open + 1, item.len - 1); /* a comment of the mailer may precede */
    return item;
}

/* reply= and stat= as sendmail meant them. Neither is quoted and both hold the remote's words. */
struct status {
    sv reply, stat;
};

/* Whether `said` is the reply once more. sendmail leaves out the middle of what is longer than 203
 * bytes (shortenstring, sendmail/util.c): 100 stay at each end, 10 of them `Deferred: `, and then
 * each byte may become four. */
static bool repeats(sv said, sv reply)
{
    enum { LONGEST = 4 * 203, HEAD = 90, TAIL = 100 };
    sv gap = SV("...");
    if (sv_eq(said, reply))
        return true;
    if (said.len > LONGEST)
        return false;
    for (size_t at = HEAD; at + gap.len + TAIL <= said.len; at++)
        if (sv_starts(sv_skip(said, at), gap) && sv_starts(reply, sv_sub(said, 0, at)) &&
            sv_ends(reply, sv_skip(said, at + gap.len)))
            return true;
    return false;
}

/* `text` begins with `, reply=` or `, stat=`. Without reply= everything behind the first `, stat=`
 * is stat. With it, stat begins at the last `, stat=`, unless what follows an earlier one is
 * `Deferred: ` and the reply once more (deliver.c, giveresponse and logdelivery). */
static struct status split_status(sv text)
{
    struct status status = {SV_EMPTY, SV_EMPTY};
    sv marker = SV(", stat=");
    if (!sv_starts(text, SV(", reply="))) {
        size_t at = sv_find(text, marker);
        status.stat = at == SV_NPOS ? SV_EMPTY : sv_skip(text, at + marker.len);
        return status;
    }
    sv body = sv_skip(text, 8);
    size_t chosen = sv_rfind(body, marker);
    for (size_t at = 0;;) {
        size_t found = sv_find(sv_skip(body, at), marker);
        if (found == SV_NPOS)
            break;
        at += found;
        sv stat = sv_skip(body, at + marker.len);
        if (sv_starts(stat, SV("Deferred: ")) && repeats(sv_skip(stat, 10), sv_sub(body, 0, at))) {
            chosen = at;
            break;
        }
        at += marker.len;
    }
    status.reply = sv_sub(body, 0, chosen);
    if (chosen != SV_NPOS)
        status.stat = sv_skip(body, chosen + marker.len);
    return status;
}

static enum outcome outcome_of(sv stat)
{
    if (sv_starts(stat, SV("Sent")))
        return OUTCOME_DELIVERED;
    if (sv_starts(stat, SV("Deferred")) || sv_starts(stat, SV("queued")) ||
        sv_starts(stat, SV("quarantined")))
        return OUTCOME_DEFERRED;
    return OUTCOME_BOUNCED;
}

/* mx.example.com. [192.0.2.7]; [192.0.2.7] [192.0.2.7]; a name alone when nobody was reached */
static void read_relay(sv text, struct record *record)
{
    sv ip, name = sv_cut(text, ' ', &ip);
    if (name.len > 1 && name.ptr[0] == '[' && name.ptr[name.len - 1] == ']')
        name = sv_sub(name, 1, name.len - 1);
    if (name.len && name.ptr[name.len - 1] == '.')
        name.len--;
    record->relay.host = name;
    if (ip.len > 2 && ip.ptr[0] == '[' && ip.ptr[ip.len - 1] == ']') {
        ip = sv_sub(ip, 1, ip.len - 1);
        record->relay.ip = sv_starts(ip, SV("IPv6:")) ? sv_skip(ip, 5) : ip;
    }
}

static void read_accepted(struct line *line, const struct status *status, struct record *record)
{
    sv text = status->stat;
    if (sv_starts(text, SV("Sent (")) && sv_ends(text, SV(")")))
        text = sv_sub(text, 6, text.len - 1);
    record->said.raw = text;
    record->reply.text = undouble(text, &line->records->arena);
    if (!record->local && record->relay.ip.len) /* a server answered */
        record->said = (struct said){ORIGIN_REMOTE, STAGE_END_OF_DATA, text};
    if (reply_has_code(status->reply))
        record->reply = reply_parse(status->reply, REPLY_SINGLE, &line->records->arena);
    record->forwarded_id = address_forwarded_id(MTA_SENDMAIL, text);
}

/* The words in which sendmail passes off its own finding as a reply (reply= of a lost
 * connection). */
static bool is_own_reply(sv reply)
{
    return sv_starts(reply, SV("421 4.4.1 Connection")) ||
           sv_starts(reply, SV("421 4.4.2 Connection")) ||
           sv_starts(reply, SV("403 4.7.0 TLS handshake")) ||
           sv_starts(reply, SV("403 4.7.0 server"));
}

/* The stage is not logged, but 550, 551 and 553 have words of their own at RCPT (deliver.c,
 * smtprcptstat). */
static void guess_stage(sv stat, struct record *record)
{
    int code = record->reply.code;
    if (code != 550 && code != 551 && code != 553)
        return;
    if (sv_eq(stat, SV("User unknown")))
        record->said.stage = STAGE_RCPT;
    else if (sv_starts(stat, SV("Service unavailable")) || sv_starts(stat, SV("Data format error")))
        record->never_rcpt = true;
}

static void read_failure(struct line *line, const struct status *status, struct record *record)
{
    struct arena *arena = &line->records->arena;
    sv deferral = sv_starts(status->stat, SV("Deferred: ")) ? sv_skip(status->stat, 10) : SV_EMPTY;
    sv reply = status->reply;
    if (reply_has_code(deferral)) /* a pipelined command may have overwritten reply= */
        reply = deferral;
    if (!reply_has_code(reply) || is_own_reply(reply) || reply.ptr[0] == '2') {
        frame_read(line, is_own_reply(reply) ? sv_skip(reply, 10) : status->stat, REPLY_SINGLE,
                   record);
        return;
    }
    record->said = (struct said){ORIGIN_REMOTE, STAGE_UNKNOWN, reply};
    record->reply = reply_parse(undouble(reply, arena), REPLY_SINGLE, arena);
    record->reply.text = reply_undo_octal(record->reply.text, arena);
    guess_stage(status->stat, record);
}

static bool is_local_mailer(const struct line *line, sv mailer)
{
    for (size_t i = 0; i < line->patterns->local_word_count; i++)
        if (sv_eq(line->patterns->local_words[i], mailer))
            return true;
    return false;
}

static enum line_class read_attempts(struct line *line, const struct shape *shape)
{
    struct status status = split_status(line_field(line, shape, FIELD_TEXT));
    sv list = line_field(line, shape, FIELD_RECIPIENT);
    sv mailer = line_field(line, shape, FIELD_MAILER);
    if (!status.stat.len)
        return LINE_UNPARSED;
    struct record common = *line_record(line, RECORD_ATTEMPT);
    line->records->count--;
    common.outcome = outcome_of(status.stat);
    common.dsn = line_field(line, shape, FIELD_DSN);
    common.transport = mailer;
    common.delay_s = address_seconds(line_field(line, shape, FIELD_DELAY));
    common.local = is_local_mailer(line, mailer);
    read_relay(line_field(line, shape, FIELD_RELAY), &common);
    if (common.outcome == OUTCOME_DELIVERED) {
        read_accepted(line, &status, &common);
    } else {
        read_failure(line, &status, &common);
        common.severity = failure_severity(&common);
    }
    enum line_class class = LINE_UNPARSED;
    while (list.len) {
        sv recipient = next_recipient(&list);
        if (!recipient.len || sv_eq(recipient, SV("[more]")))
            continue;
        struct record *record = line_record(line, RECORD_ATTEMPT);
        *record = common;
        record->ambiguous = recipient.ptr[0] == '<'; /* the list was cut within this address */
        recipient = sv_skip(recipient, record->ambiguous);
        record->recipient =
            address_undo_syslog(undouble(recipient, &line->records->arena), &line->records->arena);
        record->local = common.local || recipient.ptr[0] == '|' || recipient.ptr[0] == '/' ||
                        sv_starts(recipient, SV("\"|"));
        class = LINE_DELIVERY;
    }
    return class;
}

static void read_sender(struct line *line, const struct shape *shape)
{
    struct record *record = line_record(line, RECORD_SENDER);
    uint64_t recipients;
    record->sender = line_field(line, shape, FIELD_SENDER);
    record->null_sender = sv_starts(line->rest, SV("from=<>"));
    record->frees_itself = true;
    record->arrival = true;
    if (sv_to_u64(line_field(line, shape, FIELD_RECIPIENTS), &recipients) && recipients < 100000)
        record->recipients_expected = (int)recipients;
}

/* `NEWID: DSN: ...`: the notification is a message of its own, with the null sender. */
static void read_notification(struct line *line, const struct shape *shape)
{
    sv new_id = line_field(line, shape, FIELD_NEW_ID);
    if (shape->meaning == MEANING_EXPIRED)
        line_record(line, RECORD_EXPIRED);
    struct record *record = line_record(line, RECORD_SENDER);
    record->queue_id = new_id;
    record->null_sender = true;
    record->notification = true;
    record->frees_itself = true;
}

static enum line_class read_refused(struct line *line, const struct shape *shape)
{
    if (!line->parser->options.inbound)
        return LINE_CONTEXT;
    struct record *record = line_record(line, RECORD_ATTEMPT);
    sv reply = line_field(line, shape, FIELD_REPLY);
    record->outcome = OUTCOME_REFUSED;
    record->recipient = line_field(line, shape, FIELD_RECIPIENT);
    record->said = (struct said){ORIGIN_LOCAL, STAGE_RCPT, reply};
    record->reply = reply_parse(reply, REPLY_SINGLE, &line->records->arena);
    record->severity = failure_severity(record);
    return LINE_DELIVERY;
}

enum line_class sendmail_line(struct line *line)
{
    sv message = line->header.message;
    line->queue_id = queue_id_take(MTA_SENDMAIL, &message);
    if (!line->queue_id.len && sv_starts(message, SV(": "))) /* seen: an empty id */
        message = sv_skip(message, 2);
    line->rest = message;
    const struct shape *shape = line_shape(line);
    if (!shape)
        return sv_starts(message, SV("to=")) && sv_find(message, SV("stat=")) != SV_NPOS
                   ? LINE_UNPARSED
                   : LINE_CONTEXT;
    switch (shape->meaning) {
    case MEANING_ATTEMPT:
        return read_attempts(line, shape);
    case MEANING_SENDER:
        read_sender(line, shape);
        return LINE_CONTEXT;
    case MEANING_EXPIRED:
    case MEANING_QUEUED:
        read_notification(line, shape);
        return LINE_CONTEXT;
    case MEANING_REFUSED:
        return read_refused(line, shape);
    case MEANING_REMOVED:
    case MEANING_CONTEXT:
        break;
    }
    return LINE_CONTEXT;
}
