/* Opens lines inside JSON objects: journal exports, Docker's json-file, what collectors write. A
 * line break inside such a text would be a line that no MTA wrote, so only what stands before it
 * counts. Views are readable beyond their ends, as lines are. */
#include "container.h"

#include <string.h>

#include "bouncelog/base/bytes.h"
#include "bouncelog/base/text.h"
#include "bouncelog/parse/parse.h"
#include "stamp.h"

enum { SLACK = PARSE_SLACK };

void container_reader_release(struct container_reader *reader)
{
    buf_release(&reader->text);
}

void container_forget(struct container_reader *reader)
{
    reader->peeked = NULL;
}

static const struct member *member_of(const struct container_reader *reader, enum layout_role role)
{
    const struct object *object = &reader->object;
    if (!reader->fits)
        return layout_find(object, layout_keys(reader->form, role));
    int at = reader->layout.at[role];
    return at < 0 ? NULL : &object->members[at];
}

static bool is_text(const struct member *member)
{
    return member && member->value.len && strchr("\"[", member->value.ptr[0]);
}

/* A list of bytes is a text, any other list is none. */
static bool carries_text(const struct member *member)
{
    sv value = is_text(member) ? member->value : SV_EMPTY;
    return value.len && (value.ptr[0] == '"' || (value.len > 2 && is_digit(value.ptr[1])));
}

static bool has_all(const struct object *object, const struct object_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++)
        if (!object_find(object, keys->names[i]))
            return false;
    return true;
}

/* Which of two forms it is may depend on values; then no layout tells. */
static const struct object_form *find_form(struct container_reader *reader)
{
    const struct patterns *patterns = reader->patterns;
    bool by_keys = true;
    for (size_t i = 0; i < patterns->object_count; i++) {
        const struct object_form *form = &patterns->objects[i];
        if (!has_all(&reader->object, &form->when))
            continue;
        if (carries_text(layout_find(&reader->object, &form->text))) {
            if (by_keys)
                layout_learn(&reader->layout, &reader->object, form);
            return form;
        }
        by_keys = false;
    }
    return NULL;
}

const struct object_form *container_form(struct container_reader *reader, sv line)
{
    if (reader->peeked && reader->peeked == line.ptr)
        return reader->form;
    reader->fits = false;
    reader->form = NULL;
    reader->peeked = NULL;
    if (!object_read(&reader->object, line))
        return NULL;
    reader->fits = layout_fits(&reader->layout, &reader->object);
    if (reader->fits && carries_text(member_of(reader, LAYOUT_TEXT))) {
        reader->form = reader->layout.form;
    } else {
        reader->fits = false;
        reader->form = find_form(reader);
    }
    return reader->form;
}

/* In the scratch, with its line breaks. */
static bool read_text(struct container_reader *reader, const struct member *member, sv *text)
{
    buf_clear(&reader->text);
    buf_reserve(&reader->text, SLACK);
    if (!member || !object_text(member, &reader->text))
        return false;
    buf_reserve(&reader->text, SLACK);
    memset(reader->text.ptr + reader->text.len, 0, SLACK);
    *text = buf_sv(&reader->text);
    return true;
}

static sv keep(sv text, struct arena *arena)
{
    char *copy = arena_alloc(arena, text.len + SLACK);
    memset(sv_put(copy, text), 0, SLACK);
    return sv_make(copy, text.len);
}

static sv keep_text(struct container_reader *reader, const struct member *member,
                    struct arena *arena)
{
    sv text;
    return member && read_text(reader, member, &text) ? keep(text, arena) : SV_EMPTY;
}

/* The first line, without the blank that a syslog daemon leaves in front of a message. */
static sv first_line(sv text, bool is_message)
{
    text = sv_cut(text, '\n', &(sv){0});
    while (text.len && text.ptr[text.len - 1] == '\r')
        text.len--;
    while (is_message && text.len && text.ptr[0] == ' ')
        text = sv_skip(text, 1);
    return text;
}

/* syslogtag: postfix/smtp[9]: */
static sv program_of(sv text)
{
    size_t end = 0;
    while (end < text.len && text.ptr[end] != '[' && text.ptr[end] != ':' && text.ptr[end] != ' ')
        end++;
    return sv_sub(text, 0, end);
}

/* Is the text of the journal what a container of that name printed? */
static bool is_wrapper(const struct patterns *patterns, sv name)
{
    for (size_t i = 0; name.len && i < patterns->wrapper_count; i++)
        if (text_glob(patterns->wrappers[i], name))
            return true;
    return false;
}

static void settle(const struct patterns *patterns, struct container *container)
{
    container->program = program_of(container->program);
    if (is_wrapper(patterns, container->name))
        container->program = SV_EMPTY;
    container->text = first_line(container->text, container->program.len > 0);
}

/* systemd.journal-fields(7): fields with an underscore are journald's, no sender can choose them.
 */
static sv trusted(struct container_reader *reader, const char *field, struct arena *arena)
{
    return keep_text(reader, object_find(&reader->object, sv_from(field)), arena);
}

static void read_sender(struct container_reader *reader, struct arena *arena,
                        struct journal_sender *sender)
{
    sender->user = trusted(reader, "_UID", arena);
    if (!sender->user.len)
        return;
    sender->command = trusted(reader, "_COMM", arena);
    sender->program = trusted(reader, "_EXE", arena);
    sender->unit = trusted(reader, "_SYSTEMD_UNIT", arena);
    sender->transport = trusted(reader, "_TRANSPORT", arena);
}

bool container_open(struct container_reader *reader, sv line, struct arena *arena,
                    struct container *container)
{
    sv text;
    const struct object_form *form = container_form(reader, line);
    *container = (struct container){.form = form, .text = SV_EMPTY};
    if (!form || !read_text(reader, member_of(reader, LAYOUT_TEXT), &text))
        return false;
    container->open = form->pieces && (!text.len || text.ptr[text.len - 1] != '\n');
    container->text = keep(text, arena);
    const struct member *partial = member_of(reader, LAYOUT_PARTIAL);
    container->open |= partial && read_text(reader, partial, &text) && sv_eq(text, SV("true"));
    container->program = keep_text(reader, member_of(reader, LAYOUT_PROGRAM), arena);
    container->name = keep_text(reader, member_of(reader, LAYOUT_CONTAINER), arena);
    container->host = keep_text(reader, member_of(reader, LAYOUT_HOST), arena);
    container->stream = keep_text(reader, member_of(reader, LAYOUT_STREAM), arena);
    container->time = keep_text(reader, member_of(reader, LAYOUT_TIME), arena);
    if (form->journal)
        read_sender(reader, arena, &container->sender);
    settle(reader->patterns, container);
    return true;
}

static sv column_of(const struct container_row *row, const struct object_keys *keys, bool *found)
{
    *found = true;
    for (size_t i = 0; i < keys->count; i++)
        if (row->has(row->data, keys->names[i]))
            return row->text(row->data, keys->names[i]);
    *found = false;
    return SV_EMPTY;
}

const struct object_form *container_row_form(const struct patterns *patterns,
                                             const struct container_row *row)
{
    for (size_t i = 0; i < patterns->object_count; i++) {
        const struct object_form *form = &patterns->objects[i];
        bool has_text, has_time, all = true;
        for (size_t j = 0; j < form->when.count; j++)
            all = all && row->has(row->data, form->when.names[j]);
        (void)column_of(row, &form->text, &has_text);
        (void)column_of(row, &form->time, &has_time);
        if (all && has_text && has_time)
            return form;
    }
    return NULL;
}

bool container_open_row(const struct patterns *patterns, const struct container_row *row,
                        struct arena *arena, struct container *container)
{
    bool found;
    const struct object_form *form = container_row_form(patterns, row);
    *container = (struct container){.form = form, .text = SV_EMPTY};
    if (!form)
        return false;
    container->text = keep(column_of(row, &form->text, &found), arena);
    container->program = keep(column_of(row, &form->program, &found), arena);
    container->name = keep(column_of(row, &form->container, &found), arena);
    container->host = keep(column_of(row, &form->host, &found), arena);
    container->time = keep(column_of(row, &form->time, &found), arena);
    container->stream = SV_EMPTY;
    settle(patterns, container);
    return true;
}

/* One that needs no more than a look. */
static bool has_plain_time(const struct member *member)
{
    int64_t seconds;
    sv value = member ? member->value : SV_EMPTY;
    if (value.len > 1 && value.ptr[0] == '"')
        value = sv_sub(value, 1, value.len - 1);
    bool number = value.len && value.len <= 16 && bytes_digits16(value.ptr) >= value.len;
    return number || (value.len && stamp_seconds(value, &seconds));
}

bool container_peek(struct container_reader *reader, sv line, sv *text, sv *program)
{
    container_forget(reader);
    const struct object_form *form = container_form(reader, line);
    reader->peeked = line.ptr;
    const struct member *named = form ? member_of(reader, LAYOUT_PROGRAM) : NULL;
    *program = SV_EMPTY;
    if (!form || !read_text(reader, member_of(reader, LAYOUT_TEXT), text) ||
        (form->pieces && (!text->len || text->ptr[text->len - 1] != '\n')))
        return false;
    if (form->journal && object_find(&reader->object, SV("_UID")))
        return false;
    if (member_of(reader, LAYOUT_PARTIAL) || member_of(reader, LAYOUT_CONTAINER))
        return false;
    if (named) {
        if (!is_text(named) || sv_find_byte(named->value, '\\') != SV_NPOS)
            return false;
        if (!has_plain_time(member_of(reader, LAYOUT_TIME)))
            return false;
        *program = program_of(sv_sub(named->value, 1, named->value.len - 1));
    }
    *text = first_line(*text, program->len > 0);
    return true;
}
