/* Templates of lists: bodies are put together from the parts of a row, and a file that was written
 * so is read again for whom it has. Whatever a stranger wrote ends where the template says that it
 * does, since it is escaped, and stands between double quotes of the row (list_row.c). */
#include "bouncelog/pattern/list_template.h"

#include "bouncelog/base/text.h"

static void add_value(struct buf *out, enum list_escape escape, bool guarded, sv value)
{
    if (escape == LIST_ESCAPE_JSON)
        text_add_json_inside(out, value);
    else if (escape == LIST_ESCAPE_CSV)
        (guarded ? text_add_csv_first : text_add_csv)(out, value);
    else
        buf_add(out, value);
}

static sv value_of(const struct list_template *template, const struct list_values *values,
                   enum list_field field, bool complaint)
{
    sv address = values->fields[LIST_FIELD_ADDRESS];
    size_t at = sv_rfind_byte(address, '@');
    switch (field) {
    case LIST_FIELD_LOCAL:
        return sv_sub(address, 0, at);
    case LIST_FIELD_DOMAIN:
        return at == SV_NPOS ? SV_EMPTY : sv_skip(address, at + 1);
    case LIST_FIELD_KIND:
        return complaint ? template->complaint : template->bounce;
    default:
        return values->fields[field];
    }
}

void list_bodies_add(struct list_bodies *bodies, struct buf *out, const struct list_values *values,
                     bool complaint)
{
    const struct list_template *template = bodies->template;
    const struct list_body *body = bodies->body;
    if (template->rows && bodies->rows == template->rows)
        list_bodies_end(bodies, out);
    buf_add(out, bodies->rows ? body->between : body->head);
    for (size_t i = 0; i < body->row.count; i++) {
        const struct list_part *part = &body->row.parts[i];
        buf_add(out, part->literal);
        if (part->field >= 0)
            add_value(out, template->escape, part->guarded,
                      value_of(template, values, (enum list_field)part->field, complaint));
    }
    bodies->rows++;
    bodies->begun = true;
}

void list_bodies_end(struct list_bodies *bodies, struct buf *out)
{
    if (bodies->rows || !bodies->begun)
        buf_add(out, bodies->rows ? bodies->body->tail : bodies->body->empty);
    bodies->rows = 0;
}

/* --- reading */

static bool skip_text(sv *text, sv literal)
{
    if (!sv_starts(*text, literal))
        return false;
    *text = sv_skip(*text, literal.len);
    return true;
}

/* How many bytes one character takes that is a part of a value, whatever comes behind it. */
static size_t escaped_at(sv text, enum list_escape escape)
{
    bool pair = escape == LIST_ESCAPE_JSON  ? text.ptr[0] == '\\'
                : escape == LIST_ESCAPE_CSV ? sv_starts(text, SV("\"\""))
                                            : false;
    return pair && text.len > 1 ? 2 : 0;
}

/* A value goes on to the literal behind it; behind the last one to what parts rows or bodies. */
static sv take_value(sv *text, const struct list_body *body, sv literal, enum list_escape escape)
{
    size_t n = 0;
    while (n < text->len) {
        sv rest = sv_skip(*text, n);
        size_t pair = escaped_at(rest, escape);
        bool ends = literal.len ? sv_starts(rest, literal)
                                : (body->between.len && sv_starts(rest, body->between)) ||
                                      (body->tail.len && sv_starts(rest, body->tail));
        if (!pair && ends)
            break;
        n += pair ? pair : 1;
    }
    sv value = sv_sub(*text, 0, n);
    *text = sv_skip(*text, n);
    return value;
}

static bool take_row(const struct list_template *template, sv *text, struct list_values *values)
{
    const struct list_body *body = &template->list;
    *values = (struct list_values){0};
    for (size_t i = 0; i < body->row.count; i++) {
        const struct list_part *part = &body->row.parts[i];
        sv behind = i + 1 < body->row.count ? body->row.parts[i + 1].literal : SV_EMPTY;
        if (!skip_text(text, part->literal))
            return false;
        if (part->field >= 0)
            values->fields[part->field] = take_value(text, body, behind, template->escape);
    }
    return true;
}

bool list_template_read(const struct list_template *template, sv text,
                        void (*visit)(void *context, sv address), void *context)
{
    const struct list_body *body = &template->list;
    struct buf whole = {0};
    bool understood = true, open = false;
    if (sv_eq(text, body->empty))
        return true;
    while (text.len && understood) {
        struct list_values values;
        size_t left = text.len;
        bool between = open && body->between.len && skip_text(&text, body->between);
        if (open && !between && body->tail.len && skip_text(&text, body->tail)) {
            open = false;
            continue;
        }
        understood = (open || skip_text(&text, body->head)) && take_row(template, &text, &values) &&
                     text.len < left;
        open = true;
        if (!understood)
            break;
        sv address = values.fields[LIST_FIELD_ADDRESS];
        if (!address.len) {
            buf_clear(&whole);
            buf_printf(&whole, "%.*s@%.*s", SV_FMT(values.fields[LIST_FIELD_LOCAL]),
                       SV_FMT(values.fields[LIST_FIELD_DOMAIN]));
            address = buf_sv(&whole);
        }
        visit(context, address);
    }
    buf_release(&whole);
    return understood;
}
