/* Exim: `MESSAGEID FLAG ...` of the main log (patterns/mta/exim.yaml).
 *
 * What its file cannot say: the K=V fields behind the address (exim_fields.c), which of the
 * addresses that a line shows is the recipient, the numbers behind `defer`, records that syslog
 * split. Message ids are 6-6-2 (to 4.96) or 6-11-4 characters; the first six are seconds since 1970
 * in base 62 (exim/src/src/string.c, string_base62). */
#include "../address.h"
#include "../header/header.h"
#include "bouncelog/base/bytes.h"
#include "bouncelog/base/mailbox.h"
#include "exim_fields.h"
#include "mta.h"
#include "queue_id.h"

enum {
    FLAG_LEN = 3,     /* `** ` and its like */
    RECORD_MAX = 8000 /* log.c cuts at LOG_BUFFER_SIZE, 8192, the stamp included */
};

/* [1/3] or [1\3]: parts of a record that syslog could not take whole (log.c, write_syslog). */
static int take_part(sv *message)
{
    sv v = *message;
    uint64_t part, parts;
    if (!v.len || v.ptr[0] != '[')
        return 0;
    size_t close = sv_find_byte(sv_sub(v, 0, 10), ']'), slash = SV_NPOS;
    if (close == SV_NPOS)
        return 0;
    for (size_t at = 1; at < close; at++)
        if (v.ptr[at] == '/' || v.ptr[at] == '\\')
            slash = at;
    if (slash == SV_NPOS || !sv_to_u64(sv_sub(v, 1, slash), &part) ||
        !sv_to_u64(sv_sub(v, slash + 1, close), &parts) || part > 99)
        return 0;
    *message = sv_trim(sv_skip(v, close + 1));
    return (int)part;
}

/* Through syslog, Exim's own stamp stands in the message, and its process id behind it. */
static void take_own_stamp(struct header_reader *reader, struct header *header, sv *message)
{
    sv v = *message;
    if (v.len > 20 && is_digit(v.ptr[0]) && v.ptr[4] == '-' && v.ptr[7] == '-' &&
        v.ptr[10] == ' ' && v.ptr[13] == ':' && v.ptr[16] == ':') {
        struct stamp own;
        bool valid = stamp_from_fields(&own, &reader->patterns->months, sv_sub(v, 0, 4),
                                       sv_sub(v, 5, 7), sv_sub(v, 8, 10), sv_sub(v, 11, 13),
                                       sv_sub(v, 14, 16), sv_sub(v, 17, 19), SV_EMPTY);
        size_t at = 19;
        while (at < v.len && v.ptr[at] != ' ')
            at++;
        if (at + 6 < v.len && (v.ptr[at + 1] == '+' || v.ptr[at + 1] == '-') &&
            v.ptr[at + 6] == ' ')
            at += 6;
        if (valid && !header->stamp->absolute && !header->stamp->civil.year) {
            reader->own = *header->stamp;
            reader->own.civil.year = own.civil.year;
            header->stamp = &reader->own;
            header->stamp_serial = 0;
        }
        v = sv_skip(v, at + 1);
    }
    if (v.len && v.ptr[0] == '[') {
        size_t close = sv_find(v, SV("] "));
        if (close != SV_NPOS && close < 12)
            v = sv_skip(v, close + 2);
    }
    *message = v;
}

/* To a server without SMTPUTF8 Exim sends a local part in other letters as `xn--`, its ASCII
 * letters,
 * `-` and the others in Punycode (string_localpart_utf8_to_alabel), and logs it so. */
static bool is_downconverted(sv plain, sv original)
{
    size_t end = sv_rfind_byte(plain, '-'), at = 4;
    if (!sv_starts_nocase(plain, SV("xn--")) || end + 1 >= plain.len ||
        bytes_are_ascii(original.ptr, original.len))
        return false;
    for (size_t i = 0; i < original.len; i++) {
        if ((unsigned char)original.ptr[i] >= 0x80)
            continue;
        if (at >= end || to_lower(plain.ptr[at]) != to_lower(original.ptr[i]))
            return false;
        at++;
    }
    return at >= end;
}

/* Are both the same mailbox, in the letters that were mailed and in those that were sent? */
static bool is_translation(sv plain, sv original)
{
    size_t at = sv_rfind_byte(plain, '@'), original_at = sv_rfind_byte(original, '@');
    if (at == SV_NPOS || original_at == SV_NPOS || bytes_are_ascii(original.ptr, original.len))
        return false;
    sv local = sv_sub(plain, 0, at), original_local = sv_sub(original, 0, original_at);
    return mailbox_same(sv_skip(plain, at), sv_skip(original, original_at)) &&
           (sv_eq_nocase(local, original_local) || is_downconverted(local, original_local));
}

/* Is the address behind the one that Exim shows first the same, as it was mailed? */
static bool names_recipient(sv plain, sv original)
{
    return sv_eq_nocase(plain, original) || address_is_unquoted_form(plain, original) ||
           is_translation(plain, original) ||
           (sv_find_byte(plain, '@') == SV_NPOS && original.len > plain.len &&
            original.ptr[plain.len] == '@' && sv_starts_nocase(original, plain));
}

/* Which of the addresses that Exim shows is the recipient, which the one it was derived from. */
static void read_addresses(struct line *line, sv plain, sv quoted, sv original,
                           struct record *record)
{
    struct arena *arena = &line->records->arena;
    record->recipient = quoted.len ? quoted : plain;
    record->original = original;
    if (original.len && !quoted.len && names_recipient(plain, original)) {
        record->recipient = original;
        record->original = SV_EMPTY;
    }
    record->recipient = address_undo_syslog(record->recipient, arena);
    record->original = address_undo_syslog(record->original, arena);
    char first = plain.len ? plain.ptr[0] : '@';
    record->local =
        first == '|' || first == '/' || first == '>' || sv_find_byte(plain, '@') == SV_NPOS;
}

static sv without_blanks(sv v)
{
    while (v.len && v.ptr[0] == ' ')
        v = sv_skip(v, 1);
    return v;
}

/* Who shows an address without quotes can be shown one that goes on like a line: with fields and
 * the words of a failure. Exim puts the quoted form behind it, where the line was not cut before
 * it, and where it does not put there the address that it was derived from. Where both readings are
 * possible nobody is accused, and the address is the longest that can be meant. */
static void read_doubt(struct line *line, sv quoted, bool cut, struct record *record)
{
    sv longest = SV_EMPTY;
    sv shown = sv_skip(line->rest, FLAG_LEN);
    size_t forms = address_quoted_forms(shown, &longest);
    if (!forms && shown.len && shown.ptr[0] == ' ')
        forms = address_quoted_forms(without_blanks(shown), &longest);
    record->ambiguous =
        cut || line->rest.len >= RECORD_MAX || forms > 1 || (forms == 1 && !sv_eq(longest, quoted));
    if (!forms || sv_eq(longest, quoted))
        return;
    record->recipient = address_undo_syslog(longest, &line->records->arena);
    record->original = SV_EMPTY;
    record->local = false;
}

/* Fields that stand behind a second address. */
static bool hold_address(sv words)
{
    return sv_find(words, SV("> R=")) != SV_NPOS || sv_find(words, SV("> F=<")) != SV_NPOS ||
           sv_find(words, SV("> P=<")) != SV_NPOS;
}

static void keep_fields(struct line *line, const struct exim_fields *fields, struct record *record)
{
    record->relay = fields->relay;
    record->transport = fields->transport;
    record->delay_s = address_seconds(fields->time);
    record->sender = fields->sender;
    record->has_sender = fields->has_sender;
    record->local = record->local || mta_is_local(line, fields->transport);
}

/* C="..." has its quotes and backslashes escaped once more. */
static sv unescape(sv text, struct arena *arena)
{
    if (sv_find_byte(text, '\\') == SV_NPOS)
        return text;
    char *out = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t at = 0; at < text.len; at++) {
        if (text.ptr[at] == '\\' && at + 1 < text.len)
            at++;
        out[len++] = text.ptr[at];
    }
    return sv_make(out, len);
}

static size_t id_length(sv v);

/* "OK id=1xVbZa-00002s-0P" */
static sv named_id(sv text)
{
    size_t at = sv_find(text, SV("id="));
    sv behind = at == SV_NPOS ? SV_EMPTY : sv_skip(text, at + 3);
    return sv_sub(behind, 0, id_length(behind));
}

static void read_accepted(struct line *line, sv text, struct record *record)
{
    struct arena *arena = &line->records->arena;
    struct exim_fields fields = exim_fields_read(text);
    keep_fields(line, &fields, record);
    if (!fields.confirmation.len)
        return;
    record->said = (struct said){ORIGIN_REMOTE, STAGE_END_OF_DATA, fields.confirmation};
    record->reply = reply_parse(unescape(fields.confirmation, arena), REPLY_ESCAPED, arena);
    record->reply.text = reply_undo_octal(record->reply.text, arena);
    record->forwarded_id = named_id(record->reply.text);
}

/* ` DT=0.1s` and ` QT=2s` stand behind the words of a failure. */
static sv without_times(sv words)
{
    for (;;) {
        size_t blank = sv_rfind_byte(words, ' ');
        sv last = blank == SV_NPOS ? SV_EMPTY : sv_skip(words, blank + 1);
        if ((!sv_starts(last, SV("DT=")) && !sv_starts(last, SV("QT="))) ||
            address_seconds(sv_skip(last, 3)) < 0)
            return words;
        words = sv_sub(words, 0, blank);
    }
}

static bool read_failed(struct line *line, sv text, struct record *record)
{
    sv words;
    struct exim_fields fields = exim_fields_read(text);
    keep_fields(line, &fields, record);
    if (!exim_fields_words(fields.rest, &words))
        words = sv_trim(fields.rest); /* mua_wrapper's own words follow without a colon */
    if (!words.len)
        return false;
    record->ambiguous = record->ambiguous || hold_address(words);
    if (frame_read(line, without_times(words), REPLY_ESCAPED, record))
        record->outcome = OUTCOME_EXPIRED;
    return true;
}

/* "mx.example.com [192.0.2.7]", and no more: who it was, not what happened. */
static bool is_host(sv words)
{
    size_t blank = sv_find_byte(words, ' ');
    sv behind = blank == SV_NPOS ? SV_EMPTY : sv_skip(words, blank + 1);
    return behind.len > 2 && behind.ptr[0] == '[' && sv_find_byte(behind, ' ') == SV_NPOS &&
           behind.ptr[behind.len - 1] != ':';
}

/* The system's words for what happened and Exim's own behind them: "Permission denied: failed to
 * chdir to /home/joe". Exim's stand alone where they say enough, and where the system's would speak
 * of the network although no host was spoken to: of a socket, "Connection refused" is our own. */
static sv both_words(struct line *line, const struct record *record, sv system, sv own)
{
    bool peer = record->relay.host.len || record->relay.ip.len;
    if (!system.len || frame_knows(line, own) || (!peer && frame_knows(line, system)))
        return own;
    char *both = arena_alloc(&line->records->arena, system.len + own.len + 2 + PARSE_SLACK);
    char *end = sv_put(sv_put(sv_put(both, system), SV(": ")), own);
    memset(end, 0, PARSE_SLACK);
    return sv_make(both, system.len + 2 + own.len);
}

/* defer (ERRNO)[: strerror][ fields]: words. A positive number is the system's: what follows it is
 * strerror's text, then the fields (deliver.c, deferral_log). */
static bool read_deferred(struct line *line, sv text, struct record *record)
{
    sv words = SV_EMPTY, last, rest;
    struct exim_fields fields = exim_fields_read(text);
    keep_fields(line, &fields, record);
    size_t open = sv_find_byte(fields.rest, '(');
    size_t close = sv_find_byte(fields.rest, ')');
    if (!sv_starts(fields.rest, SV(" defer (")) || close == SV_NPOS || close < open)
        return false;
    bool system = fields.rest.ptr[open + 1] != '-' && fields.rest.ptr[open + 1] != '0';
    rest = sv_skip(fields.rest, close + 1);
    if (system && exim_fields_words(rest, &words)) {
        size_t end = sv_find(words, SV(" H="));
        if (end == SV_NPOS)
            end = sv_find(words, SV(": "));
        rest = end == SV_NPOS ? SV_EMPTY : sv_skip(words, end);
        words = sv_sub(words, 0, end);
    }
    struct exim_fields behind = exim_fields_read(rest);
    if (behind.relay.host.len || behind.relay.ip.len)
        record->relay = behind.relay;
    if (behind.time.len)
        record->delay_s = address_seconds(behind.time);
    if (exim_fields_words(behind.rest, &last) && !(words.len && is_host(last)))
        words = both_words(line, record, words, last);
    record->ambiguous = record->ambiguous || hold_address(words);
    frame_read(line, without_times(words), REPLY_ESCAPED, record);
    return true;
}

static bool read_attempt(struct line *line, const struct shape *shape, struct record *record)
{
    sv plain = record->recipient, original = record->original;
    sv quoted = line_field(line, shape, FIELD_QUOTED);
    sv text = line_field(line, shape, FIELD_TEXT);
    bool understood = true;
    if (quoted.len && !address_is_unquoted_form(plain, quoted)) {
        plain = without_blanks(plain); /* more than one may stand behind the flag */
        if (!address_is_unquoted_form(plain, quoted))
            return false;
    }
    read_addresses(line, plain, quoted, original, record);
    read_doubt(line, quoted, line->part == 1, record);
    if (record->outcome == OUTCOME_DELIVERED)
        read_accepted(line, text, record);
    else if (record->outcome == OUTCOME_DEFERRED)
        understood = read_deferred(line, text, record);
    else if (record->outcome == OUTCOME_BOUNCED)
        understood = read_failed(line, text, record);
    if (outcome_is_failure(record->outcome))
        record->severity = failure_severity(record);
    return understood;
}

static sv unwrap(struct header_reader *reader, struct header *header, int *part)
{
    sv message = header->message;
    *part = take_part(&message);
    take_own_stamp(reader, header, &message);
    return message;
}

/* 6-6-2 or 6-11-4 */
static size_t id_length(sv v)
{
    if (v.len < 16 || v.ptr[6] != '-' || queue_id_run(v) != 6)
        return 0;
    size_t second = queue_id_run(sv_skip(v, 7));
    if ((second != 6 && second != 11) || v.len <= 7 + second || v.ptr[7 + second] != '-')
        return 0;
    size_t third = queue_id_run(sv_skip(v, 8 + second));
    return third == (second == 6 ? 2 : 4) ? 8 + second + third : 0;
}

static sv take_id(sv *message)
{
    sv v = *message;
    size_t n = id_length(v);
    if (!n || n >= v.len || v.ptr[n] != ' ')
        return SV_EMPTY;
    *message = sv_skip(v, n + 1);
    return sv_sub(v, 0, n);
}

static bool id_time(sv id, int64_t *seconds)
{
    enum { DIGITS = 62, TIME_DIGITS = 6 };
    if (!id_length(id))
        return false;
    *seconds = 0;
    for (size_t i = 0; i < TIME_DIGITS; i++)
        *seconds = *seconds * DIGITS + queue_id_digit(id.ptr[i]);
    return true;
}

const struct mta mta_exim = {.name = "exim",
                             .queue_id_take = take_id,
                             .queue_id_length = id_length,
                             .queue_id_time = id_time,
                             .needs_id = true,
                             .unwrap = unwrap,
                             .forwarded_id = named_id,
                             .separator = REPLY_ESCAPED,
                             .attempt = read_attempt};
