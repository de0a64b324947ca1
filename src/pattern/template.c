/* Templates: the usual forms of a line, read without PCRE2.
 *
 *   template = { literal [ "{" [ "#" | "*" | [ "~" | "+" ] field | "<" field ">" ] "}" ] } */
#include "bouncelog/pattern/template.h"

#include <string.h>

/* What stands between braces: the field's name without its marks. */
static sv read_marks(struct template_part *part, sv name)
{
    if (sv_eq(name, SV("#")))
        part->check = CHECK_NUMBER;
    part->end = sv_eq(name, SV("*")) ? END_OF_WORDS : END_OF_LINE;
    part->unchecked = sv_starts(name, SV("~"));
    part->closed = sv_starts(name, SV("<")) && sv_ends(name, SV(">"));
    part->kept = part->closed ? 1 : sv_starts(name, SV("+")) ? part->literal_len : 0;
    if (part->closed)
        return sv_sub(name, 1, name.len - 1);
    return sv_skip(name, part->unchecked || part->kept);
}

/* What a field has to be, by its name and by what tells where it ends. */
static enum template_check check_of(const struct template_part *part)
{
    bool bare = part->closed || part->stop == ' '; /* no < and > around it tell */
    if (part->check || part->unchecked)
        return part->check;
    switch (part->field) {
    case FIELD_RECIPIENT:
        return bare ? CHECK_ADDRESS : CHECK_NOTHING;
    case FIELD_SENDER:
        return CHECK_SENDER;
    case FIELD_DELAY:
        return CHECK_DECIMAL;
    case FIELD_DSN:
        return CHECK_ENHANCED;
    case FIELD_STATUS:
        return CHECK_WORD;
    case FIELD_RECIPIENTS:
        return CHECK_NUMBER;
    case FIELD_MESSAGE_ID:
        return part->stop ? CHECK_ID : CHECK_ID_ALONE; /* no blank, and no >: it ends there */
    default:
        return CHECK_NOTHING;
    }
}

/* The literal in front of the next field, and the `<` of that field. */
static bool take_literal(struct template_part *part, sv text, char closing, bool opens)
{
    size_t len = text.len + (closing != 0) + opens;
    if (len > TEMPLATE_LITERAL)
        return false;
    char *end = part->literal;
    if (closing)
        *end++ = closing;
    end = sv_put(end, text);
    if (opens)
        *end++ = '<';
    part->literal_len = len;
    part->literal_mask = (1u << len) - 1;
    return true;
}

/* Takes `literal{field}` off the front of *text. closing: the `>` of the field before, or 0. */
static bool take_part(struct template_part *part, sv *text, char closing, const char **why)
{
    size_t open = sv_find_byte(*text, '{');
    sv literal = sv_sub(*text, 0, open), rest = sv_skip(*text, open == SV_NPOS ? open : open + 1);
    *part = (struct template_part){.field = -1};
    if (!take_literal(part, literal, closing, sv_starts(rest, SV("<")))) {
        *why = "a literal of the template is too long";
        return false;
    }
    if (open == SV_NPOS) {
        *text = SV_EMPTY;
        return true;
    }
    size_t close = sv_find_byte(rest, '}');
    sv name = read_marks(part, sv_sub(rest, 0, close));
    *text = sv_skip(rest, close == SV_NPOS ? close : close + 1);
    part->stop = part->closed ? '>' : text->len ? text->ptr[0] : 0;
    enum field field;
    part->field = field_from_name(name, &field) ? (int)field : -1;
    part->check = check_of(part);
    bool words = part->end == END_OF_WORDS;
    bool named = name.len && !sv_eq(name, SV("#")) && !words;
    if (close == SV_NPOS || (named && part->field < 0)) {
        *why = "the template names an unknown field";
        return false;
    }
    if (words && !part->stop) {
        *why = "{*} needs a literal behind it";
        return false;
    }
    if (part->stop == '{') {
        *why = "two fields of the template have no literal between them";
        return false;
    }
    if (part->stop && !words)
        part->end = part->stop == ' ' || part->check == CHECK_ID ? END_AT_BLANK : END_AT_STOP;
    part->ends = bytes_two_of(part->stop, '"');
    return true;
}

bool template_other_field(sv text, uint64_t fields, sv *name)
{
    for (;;) {
        size_t open = sv_find_byte(text, '{');
        if (open == SV_NPOS)
            return false;
        struct template_part part = {.literal_len = 1};
        *name = read_marks(&part, sv_cut(sv_skip(text, open + 1), '}', &text));
        enum field field;
        if (name->len && !sv_eq(*name, SV("#")) && part.end != END_OF_WORDS &&
            (!field_from_name(*name, &field) || !(fields >> field & 1)))
            return true;
    }
}

bool template_compile(struct line_template *compiled, sv text, const char **why)
{
    char closing = 0;
    *compiled = (struct line_template){0};
    while (text.len || closing) {
        if (compiled->count == TEMPLATE_PARTS) {
            *why = "the template has too many fields";
            return false;
        }
        struct template_part *part = &compiled->parts[compiled->count++];
        if (!take_part(part, &text, closing, why))
            return false;
        closing = part->closed ? '>' : 0;
        if (part->field >= 0)
            compiled->fields |= UINT64_C(1) << part->field;
    }
    return true;
}

/* Values are readable BYTES_SLACK bytes beyond their end, as lines are. */
static bool is_number(sv v)
{
    size_t n = bytes_digits16(v.ptr);
    if (v.len <= 16)
        return v.len && n >= v.len;
    for (; n < v.len; n++)
        if (!is_digit(v.ptr[n]))
            return false;
    return true;
}

static bool is_decimal(sv v)
{
    unsigned bits = bytes_digit_bits16(v.ptr) | bytes_bits16(v.ptr, '.');
    if (v.len <= 16)
        return v.len && (~bits & ((1u << v.len) - 1)) == 0;
    for (size_t i = 0; i < v.len; i++)
        if (!is_digit(v.ptr[i]) && v.ptr[i] != '.')
            return false;
    return true;
}

/* RFC 3463: class.subject.detail */
static bool is_enhanced(sv v)
{
    size_t dots = 0, digits = 0;
    if (v.len < 5 || (v.ptr[0] != '2' && v.ptr[0] != '4' && v.ptr[0] != '5') || v.ptr[1] != '.')
        return false;
    if (v.len == 5) /* 5.1.1, the usual length */
        return is_digit(v.ptr[2]) && v.ptr[3] == '.' && is_digit(v.ptr[4]);
    for (size_t i = 1; i < v.len; i++) {
        bool dot = v.ptr[i] == '.';
        if (dot ? i > 1 && !digits : !is_digit(v.ptr[i]) || digits == 3)
            return false;
        dots += dot;
        digits = dot ? 0 : digits + 1;
    }
    return dots == 2 && digits;
}

static bool is_word(sv v)
{
    unsigned bits = bytes_letter_bits16(v.ptr) | bytes_bits16(v.ptr, '-');
    if (v.len <= 16)
        return v.len && (~bits & ((1u << v.len) - 1)) == 0;
    for (size_t i = 0; i < v.len; i++)
        if (!is_alpha(v.ptr[i]) && v.ptr[i] != '-')
            return false;
    return true;
}

/* An address that everybody reads alike: no brackets in it, and at its start nothing by which a
 * program or a file is known. */
static bool is_address(sv v)
{
    return v.len && v.ptr[0] != '|' && v.ptr[0] != '/' && bytes_either(v, '<', '>') == v.len &&
           sv_find_byte(v, '@') != SV_NPOS;
}

static bool passes(enum template_check check, sv value)
{
    switch (check) {
    case CHECK_ADDRESS:
        return is_address(value);
    case CHECK_SENDER:
        return bytes_either(value, '<', '>') == value.len;
    case CHECK_DECIMAL:
        return is_decimal(value);
    case CHECK_ENHANCED:
        return is_enhanced(value);
    case CHECK_WORD:
        return is_word(value);
    case CHECK_NUMBER:
        return is_number(value);
    case CHECK_ID:
        return value.len && sv_find_byte(value, '<') == SV_NPOS;
    case CHECK_ID_ALONE:
        return value.len && bytes_blank_or(value, '<') == value.len;
    case CHECK_NOTHING:
        break;
    }
    return true;
}

static inline bool begins(const char *at, const struct template_part *part)
{
    return part->literal_len <= 16 ? bytes_equal16(at, part->literal, part->literal_mask)
                                   : bytes_equal32(at, part->literal, part->literal_mask);
}

/* Where words end in front of the literal: they are parted by single blanks, and hold no quotes.
 * What stands in () or [] is one piece, but in the first word, which is an address. SV_NPOS: these
 * are no such words. */
static size_t words_end(sv subject, const struct template_part *next)
{
    size_t end = sv_find(subject, sv_make(next->literal, next->literal_len));
    if (end == SV_NPOS || end == 0)
        return SV_NPOS;
    sv words = sv_sub(subject, 0, end), rest;
    size_t first = sv_find_byte(words, ' ');
    if (bytes_printable(words) < end || sv_find_byte(words, '"') != SV_NPOS ||
        bytes_pair(words, 0, ' ', ' ') < end || words.ptr[0] == ' ' || words.ptr[end - 1] == ' ')
        return SV_NPOS;
    for (size_t at = 0; (at += bytes_either(sv_skip(words, at), '(', '[')) < end; at++) {
        char opener = words.ptr[at];
        rest = sv_skip(words, at + 1);
        size_t close = sv_find_byte(rest, opener == '(' ? ')' : ']');
        bool nested = opener == '(' && close != SV_NPOS &&
                      sv_find_byte(sv_sub(rest, 0, close), '(') != SV_NPOS;
        if (first == SV_NPOS || at < first || close == SV_NPOS || nested)
            return SV_NPOS;
        at += close + 1;
    }
    return end;
}

/* Where the field ends; SV_NPOS: what should end it is not there. */
static inline size_t field_end(const struct template_part *part, sv subject)
{
    size_t end;
    switch (part->end) {
    case END_AT_STOP:
        end = bytes_either_of(subject, &part->ends);
        return end < subject.len && subject.ptr[end] == part->stop ? end : SV_NPOS;
    case END_AT_BLANK:
        end = bytes_blank_or(subject, part->stop == ' ' ? '"' : part->stop);
        if (end == subject.len || subject.ptr[end] != part->stop || (part->stop == ' ' && !end))
            return SV_NPOS;
        return end;
    case END_OF_WORDS:
        return words_end(subject, part + 1);
    case END_NO_FIELD:
    case END_OF_LINE:
        break;
    }
    return subject.len;
}

bool template_match(const struct line_template *compiled, sv subject,
                    struct template_fields *fields)
{
    const struct template_part *part = compiled->parts, *behind = part + compiled->count;
    fields->set = compiled->fields;
    for (; part < behind; part++) {
        if (subject.len < part->literal_len || !begins(subject.ptr, part))
            return false;
        subject = (sv){subject.ptr + part->literal_len, subject.len - part->literal_len};
        if (part->end == END_NO_FIELD)
            return subject.len == 0;
        size_t end = field_end(part, subject);
        if (end == SV_NPOS || (part->check && !passes(part->check, (sv){subject.ptr, end})))
            return false;
        if (part->field >= 0)
            fields->values[part->field] =
                (sv){subject.ptr - part->kept, end + part->kept + part->closed};
        subject = (sv){subject.ptr + end, subject.len - end};
    }
    return subject.len == 0;
}
