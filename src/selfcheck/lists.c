/* Writes the list of each template for the three entries that patterns/lists.yaml names, and
 * compares it with the example. What a template escapes as JSON must be JSON: a reader that gets
 * anything else may take half of it. */
#include <string.h>

#include <cjson/cJSON.h>

#include "bouncelog/base/text.h"
#include "check.h"

enum { SHOWN = 60 /* bytes of what is not as it should be */ };

/* As patterns/lists.yaml describes them. */
static const struct entry {
    bool complaint;
    const char *fields[LIST_FIELD_COUNT];
} entries[] = {
    {false,
     {[LIST_FIELD_ADDRESS] = "joe@shop.example",
      [LIST_FIELD_CATEGORY] = "recipient_unknown",
      [LIST_FIELD_WORDS] = "Suppressed by bouncelog as recipient unknown on 2026-01-31",
      [LIST_FIELD_CODE] = "550",
      [LIST_FIELD_ENHANCED] = "5.1.1",
      [LIST_FIELD_REPLY] = "mx \"1\" said: no such user",
      [LIST_FIELD_MESSAGES] = "3",
      [LIST_FIELD_DAYS] = "2",
      [LIST_FIELD_FIRST_SEEN] = "2026-01-30T08:00:00Z",
      [LIST_FIELD_LAST_SEEN] = "2026-01-31T23:59:59Z"}},
    {true,
     {[LIST_FIELD_ADDRESS] = "ann@shop.example",
      [LIST_FIELD_CATEGORY] = "complaint",
      [LIST_FIELD_WORDS] = "Suppressed by bouncelog as complaint on 2026-01-31",
      [LIST_FIELD_CODE] = "550",
      [LIST_FIELD_ENHANCED] = "",
      [LIST_FIELD_REPLY] = "",
      [LIST_FIELD_MESSAGES] = "1",
      [LIST_FIELD_DAYS] = "1",
      [LIST_FIELD_FIRST_SEEN] = "2026-01-31T12:00:00Z",
      [LIST_FIELD_LAST_SEEN] = "2026-01-31T12:00:00Z"}},
    {false,
     {[LIST_FIELD_ADDRESS] = "kim@mail.example",
      [LIST_FIELD_CATEGORY] = "mailbox_full",
      [LIST_FIELD_WORDS] = "Suppressed by bouncelog as mailbox full on 2026-01-31",
      [LIST_FIELD_CODE] = "452",
      [LIST_FIELD_ENHANCED] = "4.2.2",
      [LIST_FIELD_REPLY] = "mailbox is full",
      [LIST_FIELD_MESSAGES] = "4",
      [LIST_FIELD_DAYS] = "4",
      [LIST_FIELD_FIRST_SEEN] = "2026-01-01T00:00:00Z",
      [LIST_FIELD_LAST_SEEN] = "2026-01-31T00:00:00Z"}},
};

static struct list_values values_of(const struct entry *entry)
{
    struct list_values values;
    for (int field = 0; field < LIST_FIELD_COUNT; field++)
        values.fields[field] = sv_from(entry->fields[field] ? entry->fields[field] : "");
    return values;
}

/* One document behind the other, each at the start of a line. */
static bool is_json(sv text)
{
    while (text.len) {
        const char *end;
        cJSON *document = cJSON_ParseWithLengthOpts(text.ptr, text.len, &end, false);
        if (!document)
            return false;
        cJSON_Delete(document);
        text = sv_skip(text, (size_t)(end - text.ptr));
        if (text.len && text.ptr[0] != '\n')
            return false;
        text = sv_skip(text, text.len > 0);
    }
    return true;
}

static void tell_difference(struct check *check, const struct list_template *template, sv got,
                            sv example, const char *what)
{
    struct buf shown = {0};
    size_t at = 0;
    while (at < got.len && at < example.len && got.ptr[at] == example.ptr[at])
        at++;
    text_add_visible(&shown, sv_sub(got, at, at + SHOWN));
    fault(check, template->place,
          "'%.*s' writes %s otherwise than its example, from byte %zu on: %s",
          SV_FMT(template->name), what, at, at < got.len ? buf_cstr(&shown) : "nothing more");
    buf_release(&shown);
}

static void write_all(struct buf *text, const struct list_template *template,
                      const struct list_body *body)
{
    struct list_bodies bodies = {.template = template, .body = body};
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        struct list_values values = values_of(&entries[i]);
        list_bodies_add(&bodies, text, &values, entries[i].complaint);
    }
    list_bodies_end(&bodies, text);
}

/* However many rows a body has. */
static bool writes_json(const struct list_template *template, const struct list_body *body)
{
    struct list_template other = *template;
    bool is = is_json(body->empty);
    for (other.rows = template->rows ? 1 : 3; other.rows <= 3 && is; other.rows++) {
        struct buf text = {0};
        write_all(&text, &other, body);
        is = is_json(buf_sv(&text));
        buf_release(&text);
    }
    return is;
}

struct seen {
    size_t count, right;
};

static void see(void *context, sv address)
{
    struct seen *seen = context;
    if (seen->count < sizeof entries / sizeof *entries)
        seen->right += sv_eq(address, sv_from(entries[seen->count].fields[LIST_FIELD_ADDRESS]));
    seen->count++;
}

/* The brake compares with the list that is there. */
static void check_reading(struct check *check, const struct list_template *template)
{
    struct buf text = {0};
    struct seen seen = {0, 0};
    write_all(&text, template, &template->list);
    bool read = list_template_read(template, buf_sv(&text), see, &seen);
    size_t all = sizeof entries / sizeof *entries;
    if (!read || seen.count != all || seen.right != all)
        fault(check, template->place,
              "'%.*s': nobody can tell from such a list who is on it; part the fields and the rows",
              SV_FMT(template->name));
    buf_release(&text);
}

static void check_body(struct check *check, const struct list_template *template,
                       const struct list_body *body, sv example, const char *what)
{
    struct buf text = {0};
    write_all(&text, template, body);
    sv got = buf_sv(&text);
    if (!sv_eq(got, example))
        tell_difference(check, template, got, example, what);
    if (template->escape == LIST_ESCAPE_JSON && !(is_json(got) && writes_json(template, body)))
        fault(check, template->place, "'%.*s' writes %s that is no JSON", SV_FMT(template->name),
              what);
    check->counts.examples++;
    buf_release(&text);
}

void selfcheck_lists(const struct patterns *patterns, selfcheck_handler *handler, void *context,
                     struct selfcheck_counts *counts)
{
    struct check check = {
        .patterns = patterns, .handler = handler, .context = context, .counts = *counts};
    for (size_t i = 0; i < patterns->list_count; i++) {
        const struct list_template *template = &patterns->lists[i];
        check_body(&check, template, &template->list, template->example, "a list");
        check_reading(&check, template);
        if (template->lift.row.count)
            check_body(&check, template, &template->lift, template->lift_example, "a FILE.removed");
        check.counts.patterns++;
    }
    *counts = check.counts;
}
