/* Exim: `MESSAGEID FLAG ...` of the main log (patterns/mta/exim.yaml). */
#include "address.h"
#include "exim_fields.h"
#include "parser.h"
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
    size_t close = sv_find_byte(sv_sub(v, 0, 10), ']'), slash = SV_NPOS;
    if (!v.len || v.ptr[0] != '[' || close == SV_NPOS)
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
        bool valid =
            stamp_from_fields(&own, sv_sub(v, 0, 4), sv_sub(v, 5, 7), sv_sub(v, 8, 10),
                              sv_sub(v, 11, 13), sv_sub(v, 14, 16), sv_sub(v, 17, 19), SV_EMPTY);
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

static bool is_local_word(const struct line *line, sv word)
{
    for (size_t i = 0; i < line->patterns->local_word_count; i++)
        if (sv_eq_nocase(line->patterns->local_words[i], word))
            return true;
    return false;
}

/* Which of the addresses that Exim shows is the recipient, which the one it was derived from. */
static void read_addresses(struct line *line, sv plain, sv quoted, sv original,
                           struct record *record)
{
    struct arena *arena = &line->records->arena;
    record->recipient = quoted.len ? quoted : plain;
    record->original = original;
    bool same = sv_eq_nocase(plain, original) || address_is_unquoted_form(plain, original) ||
                (sv_find_byte(plain, '@') == SV_NPOS && original.len > plain.len &&
                 original.ptr[plain.len] == '@' && sv_starts_nocase(original, plain));
    if (original.len && !quoted.len && same) {
        record->recipient = original;
        record->original = SV_EMPTY;
    }
    record->recipient = address_undo_syslog(record->recipient, arena);
    record->original = address_undo_syslog(record->original, arena);
    char first = plain.len ? plain.ptr[0] : '@';
    record->local =
        first == '|' || first == '/' || first == '>' || sv_find_byte(plain, '@') == SV_NPOS;
}

/* Who shows an address without quotes can be shown one that goes on like a line: with fields and
 * the words of a failure. Exim puts the quoted form behind it, where the line was not cut before
 * it, and where it does not put there the address that it was derived from. Where both readings are
 * possible nobody is accused, and the address is the longest that can be meant. */
static void read_doubt(struct line *line, sv quoted, bool cut, struct record *record)
{
    sv longest = SV_EMPTY;
    size_t forms = address_quoted_forms(sv_skip(line->rest, FLAG_LEN), &longest);
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
    record->local = record->local || is_local_word(line, fields->transport);
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
    record->forwarded_id = address_forwarded_id(MTA_EXIM, record->reply.text);
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

/* defer (ERRNO)[: strerror][ fields]: words. A positive number is the system's: what follows it is
 * strerror's text, then the fields (deliver.c, deferral_log). */
static bool read_deferred(struct line *line, sv text, struct record *record)
{
    sv words = SV_EMPTY, rest;
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
    exim_fields_words(behind.rest, &words);
    record->ambiguous = record->ambiguous || hold_address(words);
    frame_read(line, without_times(words), REPLY_ESCAPED, record);
    return true;
}

/* cut: syslog took the record in parts, and this is the first. */
static bool read_attempt(struct line *line, const struct shape *shape, bool cut)
{
    sv plain = line_field(line, shape, FIELD_RECIPIENT);
    sv quoted = line_field(line, shape, FIELD_QUOTED);
    sv original = line_field(line, shape, FIELD_ORIGINAL);
    sv text = line_field(line, shape, FIELD_TEXT);
    if (quoted.len && !address_is_unquoted_form(plain, quoted))
        return false;
    size_t before = line->records->count;
    struct record *record = line_record(line, RECORD_ATTEMPT);
    bool context, understood = true;
    line_outcome(shape, SV_EMPTY, &record->outcome, &context);
    read_addresses(line, plain, quoted, original, record);
    read_doubt(line, quoted, cut, record);
    if (record->outcome == OUTCOME_DELIVERED)
        read_accepted(line, text, record);
    else if (record->outcome == OUTCOME_DEFERRED)
        understood = read_deferred(line, text, record);
    else if (record->outcome == OUTCOME_BOUNCED)
        understood = read_failed(line, text, record);
    if (record->outcome == OUTCOME_DEFERRED || record->outcome == OUTCOME_BOUNCED ||
        record->outcome == OUTCOME_EXPIRED)
        record->severity = failure_severity(record);
    if (!understood)
        line->records->count = before;
    return understood;
}

static enum line_class read_refused(struct line *line, const struct shape *shape)
{
    if (!line->parser->options.inbound)
        return LINE_CONTEXT;
    struct record *record = line_record(line, RECORD_ATTEMPT);
    record->outcome = OUTCOME_REFUSED;
    record->recipient = line_field(line, shape, FIELD_RECIPIENT);
    record->sender = line_field(line, shape, FIELD_SENDER);
    record->has_sender = true;
    sv words = line_field(line, shape, FIELD_TEXT);
    record->said = (struct said){ORIGIN_LOCAL, STAGE_RCPT, words};
    record->reply = (struct reply){0, SV_EMPTY, reply_undo_octal(words, &line->records->arena)};
    record->severity = sv_find(sv_sub(line->rest, 0, (size_t)(words.ptr - line->rest.ptr)),
                               SV(" temporarily rejected ")) == SV_NPOS
                           ? SEVERITY_PERMANENT
                           : SEVERITY_TRANSIENT;
    return LINE_DELIVERY;
}

static void read_arrival(struct line *line, const struct shape *shape)
{
    struct record *record = line_record(line, RECORD_SENDER);
    record->sender = line_field(line, shape, FIELD_SENDER);
    record->null_sender = !record->sender.len;
    /* R= names the message that could not be delivered (receive.c, receive_msg). */
    record->notification = sv_starts(line->rest, SV("<= <> R="));
    record->arrival = !record->notification;
}

static bool looks_like_delivery(sv rest)
{
    static const char *const flags[] = {"=> ", "-> ", ">> ", "** ", "== "};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (sv_starts(rest, sv_from(flags[i])))
            return true;
    return false;
}

sv exim_message(struct header_reader *reader, struct header *header, int *part)
{
    sv message = header->message;
    *part = take_part(&message);
    take_own_stamp(reader, header, &message);
    return message;
}

enum line_class exim_line(struct line *line)
{
    int part;
    sv message = exim_message(&line->parser->headers, &line->header, &part);
    if (part > 1)
        return LINE_CONTEXT;
    line->queue_id = queue_id_take(MTA_EXIM, &message);
    line->rest = message;
    for (const struct shape *shape = line_shape(line); shape;
         shape = line_shape_after(line, shape)) {
        if (shape->meaning != MEANING_REFUSED && !line->queue_id.len)
            continue;
        switch (shape->meaning) {
        case MEANING_ATTEMPT:
            if (read_attempt(line, shape, part == 1))
                return LINE_DELIVERY;
            continue;
        case MEANING_SENDER:
            read_arrival(line, shape);
            return LINE_CONTEXT;
        case MEANING_REFUSED:
            return read_refused(line, shape);
        case MEANING_REMOVED:
            line_record(line, RECORD_REMOVED);
            return LINE_CONTEXT;
        case MEANING_EXPIRED:
            line_record(line, RECORD_EXPIRED);
            return LINE_CONTEXT;
        case MEANING_QUEUED:
            line_record(line, RECORD_QUEUED);
            return LINE_CONTEXT;
        case MEANING_CONTEXT:
            return LINE_CONTEXT;
        }
    }
    return line->queue_id.len && looks_like_delivery(message) ? LINE_UNPARSED : LINE_CONTEXT;
}
