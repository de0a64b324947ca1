/* Finds the members of a JSON object (RFC 8259) in a line, where a whole parser would copy all of
 * them: a journal's object has thirty, of which four are read. Values that nobody asks for are only
 * skipped: strings by their quotes, objects and arrays by their brackets. */
#include "object.h"

#include <string.h>

#include "bouncelog/base/bytes.h"

enum { LEVELS = 4 };

struct reading {
    const char *at, *end;
    struct object *object;
};

static inline void skip_blanks(struct reading *reading)
{
    while (reading->at < reading->end && (*reading->at == ' ' || *reading->at == '\t'))
        reading->at++;
}

static inline bool take(struct reading *reading, char c)
{
    if (reading->at < reading->end && *reading->at == c) {
        reading->at++;
        return true;
    }
    skip_blanks(reading);
    if (reading->at == reading->end || *reading->at != c)
        return false;
    reading->at++;
    return true;
}

/* A string, without its quotes; the first one is taken already. */
static inline bool take_string(struct reading *reading, sv *text)
{
    const char *start = reading->at;
    for (;;) {
        size_t left = (size_t)(reading->end - reading->at);
        const char *at = reading->at + bytes_either(sv_make(reading->at, left), '"', '\\');
        if (at == reading->end)
            return false;
        if (*at == '"') {
            *text = sv_make(start, (size_t)(at - start));
            reading->at = at + 1;
            return true;
        }
        if (reading->end - at < 2)
            return false;
        reading->at = at + 2; /* whatever is escaped */
    }
}

/* An array, or an object below the levels that anybody asks for. */
static bool skip_nested(struct reading *reading)
{
    int depth = 0;
    sv text;
    while (reading->at < reading->end) {
        char c = *reading->at++;
        if (c == '"' && !take_string(reading, &text))
            return false;
        depth += (c == '[' || c == '{') - (c == ']' || c == '}');
        if (depth == 0)
            return true;
    }
    return false;
}

static bool skip_word(struct reading *reading)
{
    const char *start = reading->at;
    while (reading->at < reading->end && (is_alnum(*reading->at) || *reading->at == '+' ||
                                          *reading->at == '-' || *reading->at == '.'))
        reading->at++;
    return reading->at > start;
}

static bool take_members(struct reading *reading, int parent, int level);

static bool take_value(struct reading *reading, int parent, int level, struct member *member)
{
    skip_blanks(reading);
    const char *start = reading->at;
    sv text;
    bool taken;
    if (start == reading->end)
        return false;
    if (*start == '"') {
        reading->at++;
        taken = take_string(reading, &text);
    } else if (*start == '{' && level < LEVELS) {
        reading->at++;
        taken = take_members(reading, parent, level + 1);
    } else if (*start == '{' || *start == '[') {
        taken = skip_nested(reading);
    } else {
        taken = skip_word(reading);
    }
    member->value = sv_make(start, (size_t)(reading->at - start));
    return taken;
}

/* Up to the closing brace; the opening one is taken already. */
static bool take_members(struct reading *reading, int parent, int level)
{
    struct object *object = reading->object;
    if (take(reading, '}'))
        return true;
    do {
        sv key;
        if (!take(reading, '"') || !take_string(reading, &key) || !take(reading, ':') ||
            object->count == MEMBERS_MAX)
            return false;
        int at = object->count++;
        object->members[at] = (struct member){.key = key, .value = SV_EMPTY, .parent = parent};
        if (!take_value(reading, at, level, &object->members[at]))
            return false;
    } while (take(reading, ','));
    return take(reading, '}');
}

bool object_read(struct object *object, sv line)
{
    struct reading reading = {line.ptr, line.ptr + line.len, object};
    object->count = 0;
    if (!take(&reading, '{') || !take_members(&reading, -1, 0))
        return false;
    while (reading.at < reading.end && strchr(" \t\r,]", *reading.at))
        reading.at++;
    return reading.at == reading.end;
}

static const struct member *find(const struct object *object, int parent, sv key)
{
    for (int i = 0; i < object->count; i++)
        if (object->members[i].parent == parent && sv_eq(object->members[i].key, key))
            return &object->members[i];
    return NULL;
}

const struct member *object_find(const struct object *object, sv path)
{
    const struct member *member = find(object, -1, path);
    int parent = -1;
    while (!member && path.len) {
        size_t dot = sv_find_byte(path, '.');
        if (dot == SV_NPOS || !(member = find(object, parent, sv_sub(path, 0, dot))))
            return NULL;
        parent = (int)(member - object->members);
        path = sv_skip(path, dot + 1);
        member = find(object, parent, path);
    }
    return member;
}

static bool hex4(sv text, size_t at, unsigned *value)
{
    *value = 0;
    for (size_t i = at; i < at + 4; i++) {
        if (i >= text.len)
            return false;
        char c = text.ptr[i];
        unsigned digit = is_digit(c)            ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                                : 16;
        if (digit > 15)
            return false;
        *value = *value << 4 | digit;
    }
    return true;
}

static void add_utf8(struct buf *text, unsigned code)
{
    if (code < 0x80) {
        buf_add_byte(text, code ? (char)code : '?'); /* a NUL would end the line */
        return;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
    buf_add_byte(text, (char)(lead[more] | code >> (6 * more)));
    while (more-- > 0)
        buf_add_byte(text, (char)(0x80 | (code >> (6 * more) & 0x3f)));
}

/* \uXXXX, or two of them: a code point beyond the first plane. */
static bool undo_unicode(sv raw, size_t *at, struct buf *text)
{
    unsigned code, low;
    if (!hex4(raw, *at, &code))
        return false;
    *at += 4;
    if (code >= 0xd800 && code < 0xdc00 && sv_starts(sv_skip(raw, *at), SV("\\u")) &&
        hex4(raw, *at + 2, &low) && low >= 0xdc00 && low < 0xe000) {
        *at += 6;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xd800 && code < 0xe000) {
        code = 0xfffd;
    }
    add_utf8(text, code);
    return true;
}

static bool undo_escapes(sv raw, struct buf *text)
{
    while (raw.len) {
        size_t plain = sv_find_byte(raw, '\\');
        buf_add(text, sv_sub(raw, 0, plain));
        if (plain == SV_NPOS)
            return true;
        if (plain + 1 == raw.len)
            return false;
        static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
        char c = raw.ptr[plain + 1];
        const char *known = memchr(from, c, sizeof from - 1);
        size_t at = plain + 2;
        if (known)
            buf_add_byte(text, to[known - from]);
        else if (c != 'u' || !undo_unicode(raw, &at, text))
            return false;
        raw = sv_skip(raw, at);
    }
    return true;
}

/* [195,188]: journald writes a text that is not UTF-8 so. */
static bool add_bytes(sv list, struct buf *text)
{
    list = sv_sub(list, 1, list.len - 1);
    while (list.len) {
        uint64_t byte;
        if (!sv_to_u64(sv_trim(sv_cut(list, ',', &list)), &byte) || byte > 255)
            return false;
        buf_add_byte(text, byte ? (char)byte : '?');
    }
    return true;
}

bool object_text(const struct member *member, struct buf *text)
{
    sv value = member->value;
    if (!value.len)
        return false;
    if (value.ptr[0] == '"')
        return undo_escapes(sv_sub(value, 1, value.len - 1), text);
    if (value.ptr[0] == '[')
        return add_bytes(value, text);
    if (!is_digit(value.ptr[0]) && value.ptr[0] != '-')
        return false;
    buf_add(text, value);
    return true;
}
