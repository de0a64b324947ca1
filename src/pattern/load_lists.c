/* Loads patterns/lists.yaml: templates of lists for readers that no format of ours is made for.
 *
 * A site's own are loaded first, and one of ours with the same name is passed over then. */
#include "bouncelog/pattern/list_template.h"

#include "load.h"

static sv tier_at(const void *context, size_t i)
{
    (void)context;
    return tier_name((enum tier)(i + 1));
}

/* TIER_NONE is nobody's. */
static const struct names tier_names = {TIER_COUNT - 1, tier_at, NULL};

static int load_body(struct document *document, const yaml_node_t *node, enum list_escape escape,
                     struct list_body *body, struct err *err)
{
    sv row;
    struct list_why why;
    if (document_text(document, node, SV("head"), false, &body->head, err) < 0 ||
        document_text(document, node, SV("row"), true, &row, err) < 0 ||
        document_text(document, node, SV("between"), false, &body->between, err) < 0 ||
        document_text(document, node, SV("tail"), false, &body->tail, err) < 0 ||
        document_text(document, node, SV("empty"), false, &body->empty, err) < 0)
        return -1;
    if (!list_body_compile(body, row, escape, &why))
        return document_error(document, document_get(document, node, SV("row")), err, "%s",
                              why.text);
    return 0;
}

/* Of somebody who is lifted, nothing is known but the address. */
static int check_lift(struct document *document, const yaml_node_t *node,
                      const struct list_row_text *row, struct err *err)
{
    for (size_t i = 0; i < row->count; i++) {
        int field = row->parts[i].field;
        if (field >= 0 && field != LIST_FIELD_ADDRESS && field != LIST_FIELD_LOCAL &&
            field != LIST_FIELD_DOMAIN)
            return document_error(document, document_get(document, node, SV("row")), err,
                                  "of an address that leaves the list, nothing is known but "
                                  "<address>, <local> and <domain>");
    }
    return 0;
}

static int load_lift(struct document *document, const yaml_node_t *node,
                     struct list_template *template, struct err *err)
{
    const yaml_node_t *lift = document_get(document, node, SV("removed"));
    if (!lift)
        return 0;
    if (document_check_keys(document, lift, "head row between tail empty example", err) < 0 ||
        load_body(document, lift, template->escape, &template->lift, err) < 0 ||
        check_lift(document, lift, &template->lift.row, err) < 0)
        return -1;
    return document_text(document, lift, SV("example"), true, &template->lift_example, err);
}

static int load_kinds(struct document *document, const yaml_node_t *node,
                      struct list_template *template, struct err *err)
{
    const yaml_node_t *words = document_get(document, node, SV("kinds"));
    template->bounce = SV("bounce");
    template->complaint = SV("complaint");
    if (!words)
        return 0;
    return document_check_keys(document, words, "bounce complaint", err) < 0 ||
                   document_text(document, words, SV("bounce"), true, &template->bounce, err) < 0 ||
                   document_text(document, words, SV("complaint"), true, &template->complaint,
                                 err) < 0
               ? -1
               : 0;
}

static int load_tiers(struct document *document, const yaml_node_t *node,
                      struct list_template *template, struct err *err)
{
    uint32_t bits = 0;
    if (load_bits(document, node, SV("tiers"), "tier", &tier_names, &bits, err) < 0)
        return -1;
    template->tiers = bits ? bits << 1 : 1u << TIER_DEAD | 1u << TIER_BULK;
    return 0;
}

static const struct list_template *find(const struct patterns *patterns, sv name)
{
    for (size_t i = 0; i < patterns->list_count; i++)
        if (sv_eq(patterns->lists[i].name, name))
            return &patterns->lists[i];
    return NULL;
}

/* -s FILE:NAME,mode=0640 */
static int check_name(const struct patterns *patterns, struct document *document,
                      const yaml_node_t *node, sv name, struct err *err)
{
    const yaml_node_t *at = document_get(document, node, SV("name"));
    const struct list_template *same = find(patterns, name);
    for (size_t i = 0; i < name.len; i++)
        if (!is_alnum(name.ptr[i]) && name.ptr[i] != '-' && name.ptr[i] != '_')
            return document_error(
                document, at, err,
                "a name is made of letters, digits, - and _; -s asks for it by it");
    if (same && same->place.file == document->file)
        return document_error(document, at, err, "'%.*s' stands twice, in line %d as well",
                              SV_FMT(name), same->place.line);
    return 0;
}

static int load_list(struct patterns *patterns, struct document *document, const yaml_node_t *node,
                     struct err *err)
{
    struct list_template template = {.place = document_place(document, node)};
    const struct names escapes = names_of_words("none json csv"); /* as enum list_escape has them */
    size_t escape = LIST_ESCAPE_NONE;
    if (document_check_keys(
            document, node,
            "name tiers escape rows kinds head row between tail empty example removed", err) < 0 ||
        document_text(document, node, SV("name"), true, &template.name, err) < 0 ||
        check_name(patterns, document, node, template.name, err) < 0 ||
        load_name(document, node, SV("escape"), true, "escape", &escapes, &escape, err) < 0 ||
        document_int(document, node, SV("rows"), 0, &template.rows, err) < 0 ||
        load_tiers(document, node, &template, err) < 0 ||
        load_kinds(document, node, &template, err) < 0)
        return -1;
    template.escape = (enum list_escape)escape;
    if (load_body(document, node, template.escape, &template.list, err) < 0 ||
        document_text(document, node, SV("example"), true, &template.example, err) < 0 ||
        load_lift(document, node, &template, err) < 0)
        return -1;
    if (!find(patterns, template.name))
        load_append(&patterns->lists, &patterns->list_count, sizeof template, &template);
    return 0;
}

int load_lists(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    return load_each(patterns, document, "lists", load_list, err);
}
