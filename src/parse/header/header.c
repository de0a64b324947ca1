/* Reads what stands before the message of a line: a container, then one of the forms of
 * patterns/headers.yaml. The bytes of the last header are remembered, since most lines differ from
 * the one before in the time at most. */
#include "header.h"

#include "../mta/mta.h"
#include "bouncelog/base/bytes.h"
#include "bouncelog/base/hash.h"

enum { TAG_REACH = 160 };

/* Runs of characters, as positions from `at`. */
static size_t skip_digits(sv v, size_t at)
{
    while (at < v.len && is_digit(v.ptr[at]))
        at++;
    return at;
}

static size_t skip_blanks(sv v, size_t at)
{
    while (at < v.len && v.ptr[at] == ' ')
        at++;
    return at;
}

/* Busybox's syslogd writes `mail.info` before the tag. */
static bool is_priority(sv word)
{
    if (!word.len || (!is_alpha(word.ptr[0]) && !is_digit(word.ptr[0])))
        return false;
    sv level, facility = sv_cut(word, '.', &level);
    if (!facility.len || !level.len || word.len > 16)
        return false;
    for (size_t i = 0; i < word.len; i++)
        if (!((word.ptr[i] >= 'a' && word.ptr[i] <= 'z') || is_digit(word.ptr[i]) ||
              word.ptr[i] == '.'))
            return false;
    return true;
}

/* The length of the word at the start of v, which ends in front of a blank, `[` or `:`. Lines are
 * readable beyond their end, where a newline or a NUL stands: the scan needs no other bound. */
static size_t tag_word(sv v)
{
    size_t n =
        v.len ? bytes_tag(v.ptr) : 0; /* an empty view may be a literal with nothing behind */
    return n < v.len ? n : v.len;
}

/* Solaris' syslogd writes `[ID n facility.level] ` behind the tag. */
static sv without_message_id(sv message)
{
    if (!sv_starts(message, SV("[ID ")))
        return message;
    size_t close = sv_find_byte(message, ']');
    return close == SV_NPOS ? message : sv_skip(message, skip_blanks(message, close + 1));
}

/* macOS' syslog(1) writes ` <Notice>` behind the process. */
static size_t skip_level(sv v, size_t at)
{
    size_t n = at + 2;
    if (!sv_starts(sv_skip(v, at), SV(" <")))
        return at;
    while (n < v.len && is_alpha(v.ptr[n]))
        n++;
    return n < v.len && v.ptr[n] == '>' ? n + 1 : at;
}

/* `program[pid]: ` or `program: `, RFC 3164 section 4.1.3. */
static bool take_tag(sv v, sv *name, sv *message)
{
    size_t n = tag_word(v);
    if (n < v.len && v.ptr[n] == ' ' && is_priority(sv_sub(v, 0, n))) {
        v = sv_skip(v, skip_blanks(v, n));
        n = tag_word(v);
    }
    *name = sv_make(v.ptr, n);
    if (!n || n >= v.len)
        return false;
    if (v.ptr[n] == '[') {
        size_t close = n + 1 + bytes_digits16(v.ptr + n + 1);
        if (close >= v.len || v.ptr[close] != ']')
            return false;
        n = close + 1;
        n = skip_level(v, n);
    }
    if (n >= v.len || v.ptr[n] != ':' || (n + 1 < v.len && is_alnum(v.ptr[n + 1])))
        return false; /* AIX: mail:info */
    *message = sv_skip(v, skip_blanks(v, n + 1));
    if (message->len && message->ptr[0] == '[')
        *message = without_message_id(*message);
    return true;
}

bool header_finish_tag(struct header_reader *reader, sv rest, struct header *header)
{
    if (!take_tag(rest, &header->name, &header->message))
        return false;
    header->program = program_find(&reader->programs, header->name);
    header->own = false;
    return true;
}

/* What can stand for a host in front of a tag: no field of an MTA's own words (Exim's `H=name` has
 * a HELO name behind it), and no queue id. */
static bool is_host(const struct mta *mta, sv word)
{
    for (size_t i = 0; i < word.len; i++)
        if (!is_alnum(word.ptr[i]) && !strchr("-._/%", word.ptr[i]))
            return false;
    return word.len && mta->queue_id_length(word) != word.len;
}

/* Behind the stamp of a log that an MTA writes itself stands `[pid] message`; a site's template may
 * put host and tag there. */
static bool finish_own_log(struct header_reader *reader, uint8_t mta, sv rest,
                           struct header *header)
{
    size_t word = tag_word(rest);
    sv name, message;
    if (word < rest.len && rest.ptr[word] == ' ' &&
        take_tag(sv_skip(rest, word + 1), &name, &message)) {
        struct program program = program_find(&reader->programs, name);
        if (program.mta != MTA_UNKNOWN && is_host(reader->mtas[mta], sv_sub(rest, 0, word))) {
            header->host = sv_sub(rest, 0, word);
            header->host_key = hash_bytes(header->host);
            header->program = program;
            header->name = name;
            header->own = false;
            header->message = message;
            return true;
        }
    }
    if (rest.len && rest.ptr[0] == '[') {
        size_t close = skip_digits(rest, 1);
        if (close > 1 && close + 1 < rest.len && rest.ptr[close] == ']')
            rest = sv_skip(rest, skip_blanks(rest, close + 1));
    }
    header->program = program_of_mta(&reader->programs, mta);
    header->name = SV_EMPTY;
    header->own = true;
    header->message = rest;
    return true;
}

/* A minute and a second that differ from the remembered ones change the stamp, nothing else. */
static bool take_time(struct header_memo *memo, const char *line, size_t at, int *value)
{
    const char *digits = line + at;
    if (digits[0] == memo->bytes[at] && digits[1] == memo->bytes[at + 1])
        return true;
    if (digits[0] < '0' || digits[0] > '5' || !is_digit(digits[1]))
        return false;
    memo->stamp_serial++;
    memo->bytes[at] = digits[0];
    memo->bytes[at + 1] = digits[1];
    *value = (digits[0] - '0') * 10 + (digits[1] - '0');
    return true;
}

/* Does `program[9]: ` stand near the start, where no message of an MTA's own log has it? */
static bool has_tag(sv rest)
{
    size_t reach = rest.len < TAG_REACH ? rest.len : TAG_REACH;
    while (reach < rest.len && rest.ptr[reach] != ' ') /* a program of any length */
        reach++;
    rest = sv_sub(rest, 0, reach + 1);
    for (size_t at; (at = sv_find(rest, SV("]: "))) != SV_NPOS; rest = sv_skip(rest, at + 3)) {
        size_t digits = at;
        while (digits && is_digit(rest.ptr[digits - 1]))
            digits--;
        if (digits > 1 && digits < at && rest.ptr[digits - 1] == '[' && rest.ptr[digits - 2] != ' ')
            return true;
    }
    return false;
}

/* May another form than that of an MTA's own log take a line with this behind the stamp? Here a
 * zone, a second stamp, a program in brackets or a tag can stand: then the forms are asked. */
static bool may_be_another_form(sv rest)
{
    if (rest.len < 5 || strchr("+-Z <", rest.ptr[0]) ||
        (is_digit(rest.ptr[0]) && strchr("- ", rest.ptr[4])) ||
        (rest.ptr[0] == '[' && !is_digit(rest.ptr[1])))
        return true;
    size_t word = tag_word(rest);
    if (word < rest.len && rest.ptr[word] != '[' && rest.ptr[word] != ':') {
        size_t next = skip_blanks(rest, word);
        if (next == word || (next < rest.len && is_digit(rest.ptr[next])))
            return true;
    }
    return has_tag(rest);
}

/* Where the tag begins when the remembered header stands here too; 0: it does not. */
static size_t recall(struct header_memo *memo, sv line, struct header *header)
{
    if (!memo->end || line.len < memo->end)
        return 0;
    size_t end = memo->end, host = memo->host_start;
    struct civil *civil = &memo->stamp.civil;
    if (memo->minute_start && !(take_time(memo, line.ptr, memo->minute_start, &civil->minute) &&
                                take_time(memo, line.ptr, memo->second_start, &civil->second)))
        return 0;
    if (memo->fraction_start == memo->fraction_end) {
        if (!bytes_equal(line.ptr, memo->bytes, end))
            return 0;
    } else {
        size_t tail = memo->end - memo->fraction_end;
        if (!bytes_equal(line.ptr, memo->bytes, memo->fraction_start))
            return 0;
        size_t at = skip_digits(line, memo->fraction_start);
        if (at == memo->fraction_start || line.len < at + tail ||
            !bytes_equal(line.ptr + at, memo->bytes + memo->fraction_end, tail))
            return 0;
        end = at + tail;
        host = at + (memo->host_start - memo->fraction_end);
    }
    if (memo->then == HEADER_THEN_MTA && may_be_another_form(sv_skip(line, end)))
        return 0;
    header->stamp = &memo->stamp;
    header->stamp_serial = memo->stamp_serial;
    header->host_key = memo->host_key;
    header->host = memo->host_len ? sv_make(line.ptr + host, memo->host_len) : SV_EMPTY;
    return end;
}

static size_t start_of(sv line, sv part)
{
    return part.len ? (size_t)(part.ptr - line.ptr) : 0;
}

static void remember(struct header_memo *memo, const struct header *header, sv line, size_t end,
                     sv fraction, const struct header_form *form)
{
    memo->end = 0;
    memo->quick = false;
    size_t start = start_of(line, fraction);
    size_t host = header->host.len ? (size_t)(header->host.ptr - line.ptr) : start + fraction.len;
    if (end > MEMO_MAX || host < start + fraction.len)
        return;
    memo->then = form->then;
    memo->mta = form->mta;
    memo->quick = form->then == HEADER_THEN_TAG && !fraction.len && end < 32;
    memo->quick_mask = (1u << end % 32) - 1;
    memo->minute_start = memo->second_start = 0;
    memcpy(memo->bytes, line.ptr, end);
    memo->fraction_start = start;
    memo->fraction_end = fraction.len ? start + fraction.len : start;
    memo->host_start = host;
    memo->host_len = header->host.len;
    memo->stamp = *header->stamp;
    memo->stamp_serial++;
    memo->host_key = header->host_key;
    memo->end = end;
}

bool header_take_stamp(const struct header_reader *reader, const struct regex *regex,
                       struct stamp *stamp)
{
    const struct matcher *m = reader->matcher;
    sv seconds = matcher_field(m, regex, FIELD_TIME);
    if (seconds.len) {
        *stamp = (struct stamp){.absolute = true};
        return stamp_seconds(seconds, &stamp->seconds);
    }
    return stamp_from_fields(
        stamp, &reader->patterns->months, matcher_field(m, regex, FIELD_YEAR),
        matcher_field(m, regex, FIELD_MONTH), matcher_field(m, regex, FIELD_DAY),
        matcher_field(m, regex, FIELD_HOUR), matcher_field(m, regex, FIELD_MINUTE),
        matcher_field(m, regex, FIELD_SECOND), matcher_field(m, regex, FIELD_ZONE));
}

static bool try_form(struct header_reader *reader, size_t index, sv line, struct header *header)
{
    const struct header_form *form = &reader->patterns->headers[index];
    const struct matcher *m = reader->matcher;
    if (regex_match(form->regex, reader->matcher, line) != REGEX_YES)
        return false;
    header->stamp = &reader->own;
    header->stamp_serial = 0;
    if (!header_take_stamp(reader, form->regex, header->stamp))
        return false;
    header->host = matcher_field(m, form->regex, FIELD_HOST);
    header->host_key = hash_bytes(header->host);
    size_t end = matcher_length(m);
    sv rest = sv_skip(line, end);
    /* Only the first form may be recalled: for any other one, an earlier form has to be asked
     * first, or the reading would depend on the lines before. */
    bool first = index == 0 || !reader->patterns->site_header_count;
    if (form->repeats && first) {
        remember(&reader->memo, header, line, end, matcher_field(m, form->regex, FIELD_FRACTION),
                 form);
        if (form->any_time) {
            reader->memo.minute_start = start_of(line, matcher_field(m, form->regex, FIELD_MINUTE));
            reader->memo.second_start = start_of(line, matcher_field(m, form->regex, FIELD_SECOND));
        }
    }
    if (form->then == HEADER_THEN_MTA)
        return finish_own_log(reader, form->mta, rest, header);
    if (form->then == HEADER_THEN_TAG)
        return header_finish_tag(reader, rest, header);
    header->name = matcher_field(m, form->regex, FIELD_PROGRAM);
    header->program = program_find(&reader->programs, header->name);
    header->own = false;
    header->message = rest;
    return true;
}

bool header_read_plain(struct header_reader *reader, sv line, struct header *header)
{
    size_t end = recall(&reader->memo, line, header);
    sv rest = sv_skip(line, end);
    if (end && (reader->memo.then == HEADER_THEN_MTA
                    ? finish_own_log(reader, reader->memo.mta, rest, header)
                    : header_finish_tag(reader, rest, header)))
        return true;
    for (size_t i = 0; i < reader->patterns->header_count; i++)
        if (try_form(reader, i, line, header))
            return true;
    return false;
}

size_t header_form_of(struct header_reader *reader, sv line)
{
    struct header header;
    for (size_t i = 0; i < reader->patterns->header_count; i++)
        if (try_form(reader, i, line, &header))
            return i;
    return SIZE_MAX;
}

void header_recall(struct header_reader *reader, sv line, const struct quick_header *quick,
                   struct header *header)
{
    struct header_memo *memo = &reader->memo;
    header->stamp = &memo->stamp;
    header->stamp_serial = memo->stamp_serial;
    header->host_key = memo->host_key;
    header->host = memo->host_len ? sv_make(line.ptr + memo->host_start, memo->host_len) : SV_EMPTY;
    header->program = quick->program;
    header->name = SV_EMPTY;
    header->own = false;
    header->message = quick->message;
}
