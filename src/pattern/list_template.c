/* Templates of lists: the text of a row is taken apart once, and bodies are put together from its
 * parts. Whatever a stranger wrote ends where the template says that it does, since it is escaped,
 * and stands between double quotes of the row. */
#include "bouncelog/pattern/list_template.h"

#include <string.h>

#include "bouncelog/base/text.h"

static const char *const field_names[] = {
#define FIELD_NAME(constant, name) [constant] = (name),
    LIST_FIELDS(FIELD_NAME)
#undef FIELD_NAME
};

/* Whose bytes are letters, digits, signs of addresses and times: ours, wherever they stand. */
static bool is_strangers(enum list_field field)
{
    return field == LIST_FIELD_REPLY || field == LIST_FIELD_ENHANCED;
}

static bool is_number(enum list_field field)
{
    return field == LIST_FIELD_CODE || field == LIST_FIELD_MESSAGES || field == LIST_FIELD_DAYS;
}

static int field_named(sv name)
{
    for (int i = 0; i < LIST_FIELD_COUNT; i++)
        if (sv_eq(name, sv_from(field_names[i])))
            return i;
    return -1;
}

/* The name between < and > at the start of the text; empty: none stands there. */
static sv name_at(sv text)
{
    size_t n = 1;
    while (n < text.len && (is_alpha(text.ptr[n]) || text.ptr[n] == '_'))
        n++;
    return n > 1 && n < text.len && text.ptr[n] == '>' ? sv_sub(text, 1, n) : SV_EMPTY;
}

/* Does the text end inside of double quotes, if it begins so? */
static bool quoted_behind(sv text, bool quoted, enum list_escape escape)
{
    for (size_t i = 0; i < text.len; i++) {
        if (escape == LIST_ESCAPE_JSON && quoted && text.ptr[i] == '\\')
            i++;
        else if (text.ptr[i] == '"')
            quoted = !quoted;
    }
    return quoted;
}

static const char *wrong_field(enum list_field field, bool quoted, enum list_escape escape)
{
    bool bare = escape == LIST_ESCAPE_JSON && !is_number(field) && !quoted;
    if (is_strangers(field) && escape == LIST_ESCAPE_NONE)
        return "<reply> and <enhanced> are a stranger's words; they need 'escape: json' or "
               "'escape: csv'";
    if (bare || (is_strangers(field) && !quoted))
        return "a text stands between double quotes; write \"<reply>\", not <reply>";
    return NULL;
}

bool list_row_compile(struct list_row_text *row, sv text, enum list_escape escape, const char **why)
{
    bool quoted = false, addressed = false;
    *row = (struct list_row_text){.count = 0};
    while (text.len) {
        size_t open = 0;
        while (open < text.len && (text.ptr[open] != '<' || !name_at(sv_skip(text, open)).len))
            open++;
        if (row->count == LIST_PARTS) {
            *why = "the row has too many fields";
            return false;
        }
        struct list_part *part = &row->parts[row->count++];
        *part = (struct list_part){.literal = sv_sub(text, 0, open), .field = -1};
        quoted = quoted_behind(part->literal, quoted, escape);
        sv name = open < text.len ? name_at(sv_skip(text, open)) : SV_EMPTY;
        text = sv_skip(text, name.len ? open + name.len + 2 : open);
        if (!name.len)
            continue;
        part->field = field_named(name);
        *why = part->field < 0 ? "the row names an unknown field"
                               : wrong_field((enum list_field)part->field, quoted, escape);
        if (*why)
            return false;
        addressed |= part->field == LIST_FIELD_ADDRESS || part->field == LIST_FIELD_LOCAL;
    }
    *why = addressed ? NULL : "the row has no <address>";
    return addressed;
}

/* A cell that a spreadsheet would take for a formula gets an apostrophe in front. */
static void add_cell_text(struct buf *out, sv before, sv value)
{
    if (value.len && sv_ends(before, SV("\"")) && strchr("=+-@\t", value.ptr[0]))
        buf_add_byte(out, '\'');
    text_add_csv(out, value);
}

static void add_value(struct buf *out, enum list_escape escape, sv before, sv value)
{
    if (escape == LIST_ESCAPE_JSON)
        text_add_json_inside(out, value);
    else if (escape == LIST_ESCAPE_CSV)
        add_cell_text(out, before, value);
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
            add_value(out, template->escape, part->literal,
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
