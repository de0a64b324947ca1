/* sendmail: `QUEUEID: to=...` and its relatives (patterns/mta/sendmail.yaml).
 *
 * What its file cannot say: lists of recipients, reply= and stat= of which neither is quoted, words
 * of its own that stand for a reply. Queue ids since 8.12: year modulo 60, month, day, hour, minute
 * and second as one character each, in UTC (sendmail/queue.c, assign_queueid); `[n]` behind one
 * numbers the parts of an over-long record. */
#include "../address.h"
#include "bouncelog/base/date.h"
#include "mta.h"
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
    record->forwarded_id = address_queued_as(text);
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

/* One record for each recipient of the list; the first is there. */
static bool read_attempt(struct line *line, const struct shape *shape, struct record *first)
{
    struct status status = split_status(line_field(line, shape, FIELD_TEXT));
    sv list = first->recipient;
    bool any = false;
    if (!status.stat.len)
        return false;
    struct record common = *first;
    line->records->count--;
    common.outcome = outcome_of(status.stat);
    common.local = mta_is_local(line, common.transport);
    read_relay(line_field(line, shape, FIELD_RELAY), &common);
    if (common.outcome == OUTCOME_DELIVERED) {
        read_accepted(line, &status, &common);
    } else {
        read_failure(line, &status, &common);
        common.severity = failure_severity(&common);
    }
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
        any = true;
    }
    return any;
}

/* The length of `[n]` at the start of v. */
static size_t part_number(sv v)
{
    size_t n = 1;
    if (!v.len || v.ptr[0] != '[')
        return 0;
    while (n < v.len && is_digit(v.ptr[n]))
        n++;
    return n > 1 && n < v.len && v.ptr[n] == ']' ? n + 1 : 0;
}

static sv take_id(sv *message)
{
    size_t n = queue_id_plain_length(*message);
    if (!n && sv_starts(*message, SV(": "))) /* seen: an empty id */
        *message = sv_skip(*message, 2);
    return queue_id_take_before_colon(message, n, part_number(sv_skip(*message, n)));
}

static bool id_time(sv id, int64_t *seconds)
{
    enum { DIGITS = 60 };
    if (id.len < 14 || id.len > 20)
        return false;
    int value[6];
    for (size_t i = 0; i < 6; i++) {
        value[i] = queue_id_digit(id.ptr[i]);
        if (value[i] < 0 || value[i] >= DIGITS)
            return false;
    }
    /* The year modulo 60 stays unambiguous from 2000 to 2059, like sendmail 8.12 itself. */
    struct civil civil = {.year = 1900 + value[0] + (value[0] < 40 ? 120 : 60),
                          .month = value[1] + 1,
                          .day = value[2],
                          .hour = value[3],
                          .minute = value[4],
                          .second = value[5]};
    if (!date_is_valid(civil))
        return false;
    *seconds = date_from_civil(civil);
    return true;
}

const struct mta mta_sendmail = {.name = "sendmail",
                                 .queue_id_take = take_id,
                                 .queue_id_length = queue_id_plain_length,
                                 .queue_id_time = id_time,
                                 .forwarded_id = address_queued_as,
                                 .separator = REPLY_SINGLE,
                                 .attempt = read_attempt};
