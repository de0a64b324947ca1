/* Families: named parts of patterns, and how %{name} becomes their text.
 *
 *   pattern = { bytes | "%{" name "}" }
 *
 * A family with alternatives stands in a group (?:...), and so does one that a quantifier follows;
 * any other stands there as it is written. Each family is expanded once, by the first that names
 * it: `state` finds those that name themselves on the way. */
#include "families.h"

#include <stdio.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/mem.h"
#include "load.h"
#include "suggest.h"
#include "syntax.h"

int families_collect(struct patterns *patterns, struct document *document, bool site,
                     struct err *err)
{
    yaml_node_t *root = document_root(document);
    bool own = document_get(document, root, SV("headers")) ||
               document_get(document, root, SV("layers")) ||
               document_get(document, root, SV("mta")) || document_get(document, root, SV("rules"));
    struct map *into = own ? &document->families : &patterns->families;
    yaml_node_t *list = document_get(document, root, SV("families"));
    if (!list) /* as it was called in 1.0 */
        list = document_get(document, root, SV("words"));
    if (!list)
        return 0;
    if (list->type != YAML_MAPPING_NODE)
        return document_error(document, list, err, "expected families; write NAME: PATTERN");
    for (size_t i = 0; i < document_pairs(list); i++) {
        sv name;
        const yaml_node_t *value = document_pair(document, list, i, &name);
        bool added;
        struct family *family = map_add(into, name, &added);
        const yaml_node_t *key = document_key(document, list, i);
        if (!added && family->site == site)
            return document_error(document, key, err,
                                  "family '%.*s' stands in %s as well; give one another name",
                                  SV_FMT(name), family->document->file);
        if (added) /* a site's files come first */
            *family = (struct family){document, key, value, site, FAMILY_RAW, SV_EMPTY};
    }
    return 0;
}

static void mark(struct expansion *expansion, const yaml_node_t *node, size_t offset, bool family)
{
    struct expansion_mark mark = {expansion->text.len, node, offset, family};
    load_append(&expansion->marks, &expansion->mark_count, sizeof mark, &mark);
}

static struct family *find_family(struct patterns *patterns, struct document *document, sv name)
{
    struct family *family = map_get(&document->families, name);
    return family ? family : map_get(&patterns->families, name);
}

static int expand(struct expansion *expansion, struct patterns *patterns, struct document *document,
                  const yaml_node_t *node, const struct family *within, struct err *err);

/* Once for each family; `node` and `offset` say who names it, `within` which family that is. */
static int resolve(struct patterns *patterns, struct family *family, struct err *err)
{
    struct expansion expansion = {0};
    family->state = FAMILY_BUSY;
    int rc = expand(&expansion, patterns, family->document, family->value, family, err);
    family->text = arena_copy(&patterns->arena, buf_sv(&expansion.text));
    family->state = FAMILY_DONE;
    expansion_release(&expansion);
    return rc;
}

static int check_use(const struct expansion *expansion, const struct document *document,
                     const struct family *family, sv name, const struct family *within,
                     struct err *err)
{
    size_t end = expansion->text.len;
    if (family->state == FAMILY_BUSY)
        return expansion_error(expansion, document, end, err,
                               "family '%.*s' names itself, or one that does; write its text here",
                               SV_FMT(name));
    if (within && within->document == family->document &&
        family->key->start_mark.index > within->key->start_mark.index)
        return expansion_error(
            expansion, document, end, err,
            "family '%.*s' is defined below, in line %zu; move it above this one", SV_FMT(name),
            family->key->start_mark.line + 1);
    return 0;
}

static int unknown_family(const struct expansion *expansion, const struct patterns *patterns,
                          const struct document *document, sv name, struct err *err)
{
    struct map known;
    map_init(&known, 1);
    for (size_t i = 0; i < map_count(&document->families); i++)
        map_add(&known, map_key_at(&document->families, i), NULL);
    for (size_t i = 0; i < map_count(&patterns->families); i++)
        map_add(&known, map_key_at(&patterns->families, i), NULL);
    struct names names = names_of_map(&known);
    int rc = expansion_error(expansion, document, expansion->text.len, err,
                             "unknown family '%.*s'%s", SV_FMT(name), suggest(&names, name).text);
    map_release(&known);
    return rc;
}

/* *text begins behind `%{`, at `offset` of the node. */
static int expand_name(struct expansion *expansion, struct patterns *patterns,
                       struct document *document, const struct family *within, sv *text,
                       struct err *err)
{
    size_t close = sv_find_byte(*text, '}');
    sv name = sv_sub(*text, 0, close);
    if (close == SV_NPOS)
        return expansion_error(expansion, document, expansion->text.len, err,
                               "'%%{' is not closed; write %%{NAME}, or \\%% for a percent sign");
    struct family *family = find_family(patterns, document, name);
    *text = sv_skip(*text, close + 1);
    if (!family)
        return unknown_family(expansion, patterns, document, name, err);
    if (check_use(expansion, document, family, name, within, err) < 0 ||
        (family->state == FAMILY_RAW && resolve(patterns, family, err) < 0))
        return -1;
    bool group = syntax_has_alternatives(family->text) ||
                 (text->len && strchr("?*+{", text->ptr[0]) != NULL);
    buf_add(&expansion->text, group ? SV("(?:") : SV_EMPTY);
    buf_add(&expansion->text, family->text);
    buf_add(&expansion->text, group ? SV(")") : SV_EMPTY);
    return 0;
}

static int expand_text(struct expansion *expansion, struct patterns *patterns,
                       struct document *document, const yaml_node_t *node,
                       const struct family *within, struct err *err)
{
    sv text, whole;
    if (document_view(document, node, &whole, err) < 0)
        return -1;
    for (text = whole;;) {
        size_t at = sv_find(text, SV("%{"));
        size_t offset = (size_t)(text.ptr - whole.ptr);
        mark(expansion, node, offset, false);
        buf_add(&expansion->text, sv_sub(text, 0, at));
        if (at == SV_NPOS)
            return 0;
        mark(expansion, node, offset + at, true);
        text = sv_skip(text, at + 2);
        if (expand_name(expansion, patterns, document, within, &text, err) < 0)
            return -1;
    }
}

static int expand(struct expansion *expansion, struct patterns *patterns, struct document *document,
                  const yaml_node_t *node, const struct family *within, struct err *err)
{
    if (node->type != YAML_SEQUENCE_NODE)
        return expand_text(expansion, patterns, document, node, within, err);
    for (size_t i = 0; i < document_items(node); i++) {
        if (i)
            buf_add_byte(&expansion->text, '|');
        if (expand_text(expansion, patterns, document, document_item(document, node, i), within,
                        err) < 0)
            return -1;
    }
    return 0;
}

int expansion_make(struct expansion *expansion, struct patterns *patterns,
                   struct document *document, const yaml_node_t *node, struct err *err)
{
    *expansion = (struct expansion){0};
    return expand(expansion, patterns, document, node, NULL, err);
}

void expansion_release(struct expansion *expansion)
{
    buf_release(&expansion->text);
    mem_free(expansion->marks);
    *expansion = (struct expansion){0};
}

int expansion_error(const struct expansion *expansion, const struct document *document, size_t at,
                    struct err *err, const char *format, ...)
{
    char what[512];
    size_t i = expansion->mark_count - 1;
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    while (i > 0 && expansion->marks[i].at > at)
        i--;
    const struct expansion_mark *mark = &expansion->marks[i];
    yaml_node_t here = *mark->node;
    here.start_mark.column +=
        document_column(&here, mark->offset + (mark->family ? 0 : at - mark->at));
    return document_error(document, &here, err, "%s", what);
}

int families_resolve(struct patterns *patterns, struct map *families, struct err *err)
{
    for (size_t i = 0; i < map_count(families); i++) {
        struct family *family = map_value_at(families, i);
        sv name = map_key_at(families, i);
        const struct family *shared = map_get(&patterns->families, name);
        /* That a site's family is called like one of a file of ours is no fault of either. */
        if (shared && shared != family && shared->site == family->site)
            return document_error(
                family->document, family->key, err,
                "family '%.*s' is there for all files; give this one another name", SV_FMT(name));
        if (family->state == FAMILY_RAW && resolve(patterns, family, err) < 0)
            return -1;
    }
    return 0;
}
