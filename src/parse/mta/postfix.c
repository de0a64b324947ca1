/* Postfix: `QUEUEID: REST` of its daemons (patterns/mta/postfix.yaml).
 *
 * What its file cannot say: the relay in one group, addresses that can be read in two ways, records
 * that were cut. Queue ids are short (microseconds and inode in hex) or long: the first six
 * characters are seconds since 1970 in base 52, then microseconds, `z` and the inode
 * (postfix/src/global/mail_queue.h, safe_ultostr.c). */
#include "../address.h"
#include "bouncelog/base/bytes.h"
#include "mta.h"
#include "queue_id.h"

enum { RECORD_MAX = 2000 };

/* host[ip]:port, host[/unix/path], or the name of a transport (global/log_adhoc.c); a view of the
 * line. */
static void read_relay(sv text, struct record *record)
{
    size_t open = bytes_first_padded(text, '['), close = sv_rfind_byte(text, ']');
    if (open == text.len || close == SV_NPOS || close < open) {
        record->transport = text;
        return;
    }
    uint64_t port;
    sv bracketed = sv_sub(text, open + 1, close), behind = sv_skip(text, close + 1);
    record->relay.host = sv_sub(text, 0, open);
    if (bytes_first_padded(bracketed, '/') < bracketed.len)
        record->own_hop = true;
    else
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
    record->forwarded_id = address_queued_as(record->reply.text);
}

static bool read_attempt(struct line *line, const struct shape *shape, struct record *record)
{
    sv whole = line_field(line, shape, FIELD_TEXT), text = without_parenthesis(whole);
    read_relay(line_field(line, shape, FIELD_RELAY), record);
    record->local = mta_is_local(line, record->transport);
    record->piped = (line->header.program.daemon & line->patterns->pipe_daemons) != 0;
    record->ambiguous = address_is_ambiguous(line->rest, record->recipient, record->original) ||
                        is_cut(line, whole, record->recipient);
    if (record->outcome == OUTCOME_DELIVERED &&
        (line->header.program.daemon & line->patterns->discard_daemons)) {
        record->outcome = OUTCOME_DISCARDED;
        record->reply.text = text;
    } else if (record->outcome == OUTCOME_DELIVERED) {
        read_accepted(line, text, record);
    } else {
        record->each = (line->header.program.daemon & line->patterns->each_daemons) != 0;
        frame_read(line, text, REPLY_SPACED, record);
        record->severity = failure_severity(record);
    }
    return true;
}

static sv take_id(sv *message)
{
    return queue_id_take_before_colon(message, queue_id_plain_length(*message), 0);
}

/* 10 characters of time, then `z` and the inode */
static bool id_time(sv id, int64_t *seconds)
{
    return id.len >= QUEUE_ID_TIMED && id.ptr[10] == 'z' &&
           queue_id_number(sv_sub(id, 0, 6),
                           SV("0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"), seconds);
}

const struct mta mta_postfix = {.name = "postfix",
                                .queue_id_take = take_id,
                                .queue_id_length = queue_id_plain_length,
                                .queue_id_time = id_time,
                                .needs_id = true,
                                .quick_id = true,
                                .forwarded_id = address_queued_as,
                                .separator = REPLY_SPACED,
                                .attempt = read_attempt};
