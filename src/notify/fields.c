/* Reads header fields, and the fields of reports (RFC 5322, 2.2; RFC 3464, 2.1).
 *
 * Lines end with LF or CRLF. Nothing is refused: what is no field is passed over, since mailers
 * have put all kinds of lines between the fields of their reports. */
#include "fields.h"

#include "bouncelog/notify/notice.h"

enum { NAME_MAX_BYTES = 80 };

static sv next_line(sv *rest)
{
    sv line = sv_cut(*rest, '\n', rest);
    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    return line;
}

sv fields_head(sv mail, uint32_t *limits)
{
    sv rest = mail;
    size_t length = mail.len;
    while (rest.len) {
        size_t at = (size_t)(rest.ptr - mail.ptr);
        if (!next_line(&rest).len) {
            length = at;
            break;
        }
    }
    if (length > NOTICE_HEAD_MAX) {
        length = NOTICE_HEAD_MAX;
        *limits |= UINT32_C(1) << NOTICE_CUT_HEAD;
    }
    return sv_sub(mail, 0, length);
}

static bool goes_on(sv rest)
{
    return rest.len && (rest.ptr[0] == ' ' || rest.ptr[0] == '\t') &&
           sv_trim(sv_cut(rest, '\n', &rest)).len;
}

/* The name before a colon; empty: the line is no field. */
static sv name_of(sv line)
{
    size_t colon = sv_find_byte(sv_sub(line, 0, NAME_MAX_BYTES), ':');
    sv name = colon == SV_NPOS ? SV_EMPTY : sv_trim(sv_sub(line, 0, colon));
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] <= ' ' || (unsigned char)name.ptr[i] >= 127)
            return SV_EMPTY;
    return name;
}

/* The value and the lines that go on with it, joined by one blank. */
static sv unfold(struct field_reader *reader, sv first)
{
    sv value = sv_trim(first);
    size_t length = value.len;
    sv ahead = reader->rest;
    while (goes_on(ahead))
        length += sv_trim(next_line(&ahead)).len + 1;
    if (ahead.ptr == reader->rest.ptr)
        return sv_sub(value, 0, NOTICE_FIELD_MAX);
    char *text = arena_alloc(reader->arena, length < NOTICE_FIELD_MAX ? length : NOTICE_FIELD_MAX);
    size_t used = 0;
    for (sv piece = value;; piece = sv_trim(next_line(&reader->rest))) {
        if (used && piece.len && used < NOTICE_FIELD_MAX)
            text[used++] = ' ';
        piece = sv_sub(piece, 0, NOTICE_FIELD_MAX - used);
        sv_put(text + used, piece);
        used += piece.len;
        if (reader->rest.ptr == ahead.ptr || !goes_on(reader->rest))
            break;
    }
    if (length > NOTICE_FIELD_MAX)
        *reader->limits |= UINT32_C(1) << NOTICE_CUT_FIELD;
    return sv_make(text, used);
}

bool fields_next(struct field_reader *reader)
{
    while (reader->rest.len) {
        sv line = next_line(&reader->rest);
        if (!sv_trim(line).len)
            return false;
        reader->name = line.ptr[0] == ' ' || line.ptr[0] == '\t' ? SV_EMPTY : name_of(line);
        if (!reader->name.len)
            continue;
        sv value = sv_skip(line, sv_find_byte(line, ':') + 1);
        if (value.len > NOTICE_FIELD_MAX)
            *reader->limits |= UINT32_C(1) << NOTICE_CUT_FIELD;
        reader->value = unfold(reader, value);
        return true;
    }
    return false;
}

sv fields_first(sv block, sv name, struct arena *arena, uint32_t *limits)
{
    struct field_reader reader = {block, arena, limits, SV_EMPTY, SV_EMPTY};
    while (fields_next(&reader))
        if (sv_eq_nocase(reader.name, name))
            return reader.value;
    return SV_EMPTY;
}

sv fields_last(sv block, sv name, struct arena *arena, uint32_t *limits)
{
    struct field_reader reader = {block, arena, limits, SV_EMPTY, SV_EMPTY};
    sv last = SV_EMPTY;
    while (fields_next(&reader))
        if (sv_eq_nocase(reader.name, name))
            last = reader.value;
    return last;
}

bool fields_begin(sv text)
{
    sv line = next_line(&text);
    sv name = line.len && line.ptr[0] != ' ' && line.ptr[0] != '\t' ? name_of(line) : SV_EMPTY;
    return name.len > 0 && is_alpha(name.ptr[0]);
}
