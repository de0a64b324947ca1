/* Templates: the usual forms of a line, read without PCRE2.
 *
 *   template = { literal [ "{" [ field | "#" ] "}" ] } */
#include "bouncelog/pattern/template.h"

#include <string.h>

/* Takes `literal{field}` off the front of *text. */
static bool take_part(struct template_part *part, sv *text, const char **why)
{
    size_t open = sv_find_byte(*text, '{');
    sv literal = sv_sub(*text, 0, open), rest = sv_skip(*text, open == SV_NPOS ? open : open + 1);
    *part = (struct template_part){.literal_len = literal.len, .field = -1};
    if (literal.len > TEMPLATE_LITERAL) {
        *why = "a literal of the template is too long";
        return false;
    }
    sv_put(part->literal, literal);
    part->literal_mask = (1u << literal.len) - 1;
    if (open == SV_NPOS) {
        part->last = true;
        *text = SV_EMPTY;
        return true;
    }
    size_t close = sv_find_byte(rest, '}');
    sv name = sv_sub(rest, 0, close);
    *text = sv_skip(rest, close == SV_NPOS ? close : close + 1);
    part->stop = text->len ? text->ptr[0] : 0;
    enum field field;
    part->field = field_from_name(name, &field) ? (int)field : -1;
    part->number = sv_eq(name, SV("#"));
    if (close == SV_NPOS || (name.len && !part->number && part->field < 0)) {
        *why = "the template names an unknown field";
        return false;
    }
    if (part->stop == '{') {
        *why = "two fields of the template have no literal between them";
        return false;
    }
    return true;
}

bool template_other_field(sv text, uint64_t fields, sv *name)
{
    for (;;) {
        size_t open = sv_find_byte(text, '{');
        if (open == SV_NPOS)
            return false;
        *name = sv_cut(sv_skip(text, open + 1), '}', &text);
        enum field field;
        if (name->len && !sv_eq(*name, SV("#")) &&
            (!field_from_name(*name, &field) || !(fields >> field & 1)))
            return true;
    }
}

bool template_compile(struct line_template *compiled, sv text, const char **why)
{
    *compiled = (struct line_template){0};
    while (text.len) {
        if (compiled->count == TEMPLATE_PARTS) {
            *why = "the template has too many fields";
            return false;
        }
        struct template_part *part = &compiled->parts[compiled->count++];
        if (!take_part(part, &text, why))
            return false;
        if (part->field >= 0)
            compiled->fields |= UINT64_C(1) << part->field;
    }
    return true;
}

static bool is_number(sv v)
{
    for (size_t i = 0; i < v.len; i++)
        if (!is_digit(v.ptr[i]))
            return false;
    return v.len > 0;
}

static bool is_decimal(sv v)
{
    for (size_t i = 0; i < v.len; i++)
        if (!is_digit(v.ptr[i]) && v.ptr[i] != '.')
            return false;
    return v.len > 0;
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
    for (size_t i = 0; i < v.len; i++)
        if (!is_alpha(v.ptr[i]) && v.ptr[i] != '-')
            return false;
    return v.len > 0;
}

static bool is_what_it_says(int field, sv value)
{
    switch (field) {
    case FIELD_DELAY:
        return is_decimal(value);
    case FIELD_DSN:
        return is_enhanced(value);
    case FIELD_STATUS:
        return is_word(value);
    case FIELD_RECIPIENTS:
        return is_number(value);
    default:
        return true;
    }
}

static inline bool begins(const char *at, const struct template_part *part)
{
    return part->literal_len <= 16 ? bytes_equal16(at, part->literal, part->literal_mask)
                                   : bytes_equal32(at, part->literal, part->literal_mask);
}

bool template_match(const struct line_template *compiled, sv subject,
                    struct template_fields *fields)
{
    fields->set = compiled->fields;
    for (size_t i = 0; i < compiled->count; i++) {
        const struct template_part *part = &compiled->parts[i];
        if (subject.len < part->literal_len || !begins(subject.ptr, part))
            return false;
        subject = (sv){subject.ptr + part->literal_len, subject.len - part->literal_len};
        if (part->last)
            return subject.len == 0;
        size_t end = part->stop ? bytes_either(subject, part->stop, '"') : subject.len;
        if (part->stop && (end == subject.len || subject.ptr[end] != part->stop))
            return false;
        sv value = {subject.ptr, end};
        if (part->number && !is_number(value))
            return false;
        if (part->field >= 0) {
            if (!is_what_it_says(part->field, value))
                return false;
            fields->values[part->field] = value;
        }
        subject = (sv){subject.ptr + end, subject.len - end};
    }
    return subject.len == 0;
}
