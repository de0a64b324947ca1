/* Reads JSON (RFC 8259) byte by byte: what is asked for is taken, all else is skipped.
 *
 * Skipping counts brackets and needs no stack, so no depth of a document is too much for it. */
#include "json_pull.h"

int pull_ahead(struct json_pull *json)
{
    while (json->next == ' ' || json->next == '\n' || json->next == '\r' || json->next == '\t')
        json->next = getc(json->file);
    return json->broken ? EOF : json->next;
}

static void step(struct json_pull *json)
{
    json->next = getc(json->file);
}

static bool take(struct json_pull *json, int byte)
{
    if (pull_ahead(json) != byte) {
        json->broken = true;
        return false;
    }
    step(json);
    return true;
}

void pull_begin(struct json_pull *json, FILE *file)
{
    *json = (struct json_pull){.file = file};
    step(json);
}

void pull_release(struct json_pull *json)
{
    buf_release(&json->text);
}

static void add_utf8(struct buf *out, uint32_t point)
{
    if (point < 0x80) {
        buf_add_byte(out, (char)point);
        return;
    }
    int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    static const unsigned lead[] = {0, 0xC0, 0xE0, 0xF0};
    buf_add_byte(out, (char)(lead[more] | point >> 6 * more));
    while (more-- > 0)
        buf_add_byte(out, (char)(0x80 | (point >> 6 * more & 0x3F)));
}

/* The four digits behind \u. */
static uint32_t hex(struct json_pull *json)
{
    uint32_t number = 0;
    for (int i = 0; i < 4; i++, step(json)) {
        int c = json->next | 0x20;
        bool letter = c >= 'a' && c <= 'f';
        if (json->next == EOF || (!letter && !is_digit((char)json->next))) {
            json->broken = true;
            return 0;
        }
        number = number << 4 | (uint32_t)(letter ? c - 'a' + 10 : json->next - '0');
    }
    return number;
}

/* Half of a pair that lacks the other half becomes U+FFFD; before an escape of another kind it is
 * refused, for no summary has that. */
static void add_escaped_point(struct json_pull *json)
{
    uint32_t point = hex(json);
    while (point >= 0xD800 && point <= 0xDBFF && json->next == '\\') {
        step(json);
        if (json->next != 'u') { /* some other escape follows the half */
            add_utf8(&json->text, 0xFFFD);
            json->broken = true;
            return;
        }
        step(json);
        uint32_t low = hex(json);
        if (low >= 0xDC00 && low <= 0xDFFF) {
            add_utf8(&json->text, 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00));
            return;
        }
        add_utf8(&json->text, 0xFFFD);
        point = low;
    }
    add_utf8(&json->text, point >= 0xD800 && point <= 0xDFFF ? 0xFFFD : point);
}

static void add_escape(struct json_pull *json)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char *at = json->next > 0 ? strchr(letters, json->next) : NULL;
    int letter = json->next;
    step(json);
    if (letter == 'u')
        add_escaped_point(json);
    else if (at)
        buf_add_byte(&json->text, meanings[at - letters]);
    else
        json->broken = true;
}

static void read_string(struct json_pull *json)
{
    buf_clear(&json->text);
    if (!take(json, '"'))
        return;
    while (!json->broken && json->next != '"') {
        int byte = json->next;
        if (byte == EOF || byte < ' ') {
            json->broken = true;
            return;
        }
        step(json);
        if (byte == '\\')
            add_escape(json);
        else
            buf_add_byte(&json->text, (char)byte);
    }
    if (!json->broken)
        step(json);
}

/* A number, true, false or null. */
static void read_word(struct json_pull *json)
{
    buf_clear(&json->text);
    (void)pull_ahead(json);
    while (json->next != EOF && (is_alnum((char)json->next) || json->next == '-' ||
                                 json->next == '+' || json->next == '.')) {
        buf_add_byte(&json->text, (char)json->next);
        step(json);
    }
    if (!json->text.len)
        json->broken = true;
}

static bool next_item(struct json_pull *json, char open, char close, bool *inside)
{
    bool first = !*inside;
    if (first && !take(json, open))
        return false;
    *inside = true;
    if (pull_ahead(json) == close) {
        step(json);
        return false;
    }
    return first ? !json->broken : take(json, ',');
}

bool pull_item(struct json_pull *json, bool *inside)
{
    if (!*inside && pull_ahead(json) != '[') {
        pull_skip(json);
        return false;
    }
    return next_item(json, '[', ']', inside);
}

bool pull_member(struct json_pull *json, bool *inside, sv *name)
{
    if (!*inside && pull_ahead(json) != '{') {
        pull_skip(json);
        return false;
    }
    if (!next_item(json, '{', '}', inside))
        return false;
    read_string(json);
    *name = buf_sv(&json->text);
    return take(json, ':');
}

sv pull_text(struct json_pull *json)
{
    if (pull_ahead(json) != '"') {
        pull_skip(json);
        return SV_EMPTY;
    }
    read_string(json);
    return buf_sv(&json->text);
}

int64_t pull_number(struct json_pull *json)
{
    uint64_t number;
    int c = pull_ahead(json);
    if (c != '-' && !is_digit((char)c)) {
        pull_skip(json);
        return 0;
    }
    read_word(json);
    sv text = buf_sv(&json->text);
    bool minus = sv_starts(text, SV("-"));
    if (!sv_to_u64(sv_skip(text, minus), &number) || number > INT64_MAX)
        return 0;
    return minus ? -(int64_t)number : (int64_t)number;
}

void pull_skip(struct json_pull *json)
{
    size_t depth = 0;
    do {
        int c = pull_ahead(json);
        if (c == '"') {
            read_string(json);
        } else if (c == '[' || c == '{') {
            depth++;
            step(json);
        } else if (depth && (c == ']' || c == '}')) {
            depth--;
            step(json);
        } else if (depth && (c == ',' || c == ':')) {
            step(json);
        } else {
            read_word(json);
        }
    } while (depth && !json->broken);
}

bool pull_at_end(struct json_pull *json)
{
    return pull_ahead(json) == EOF && !json->broken;
}
