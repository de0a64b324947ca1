/* What the loaders of all kinds of pattern files share: lists, names, sets of names.
 *
 * A name that is none is refused at the place where it stands, with what could stand there. */
#include "load.h"

#include "bouncelog/base/mem.h"

void load_append(void *list, size_t *count, size_t item_size, const void *item)
{
    void *old;
    memcpy(&old, list, sizeof old);
    old = mem_room(old, *count, item_size);
    memcpy((char *)old + *count * item_size, item, item_size);
    memcpy(list, &old, sizeof old);
    ++*count;
}

int load_each_of(struct patterns *patterns, struct document *document, const char *keys,
                 const char *key,
                 int (*load_one)(struct patterns *patterns, struct document *document,
                                 const yaml_node_t *node, struct err *err),
                 struct err *err)
{
    yaml_node_t *list, *root = document_root(document);
    if (document_check_keys(document, root, keys, err) < 0 ||
        document_list(document, root, sv_from(key), true, &list, err) < 0)
        return -1;
    for (size_t i = 0; i < document_items(list); i++)
        if (load_one(patterns, document, document_item(document, list, i), err) < 0)
            return -1;
    return 0;
}

int load_each(struct patterns *patterns, struct document *document, const char *key,
              int (*load_one)(struct patterns *patterns, struct document *document,
                              const yaml_node_t *node, struct err *err),
              struct err *err)
{
    return load_each_of(patterns, document, key, key, load_one, err);
}

int load_name(struct document *document, const yaml_node_t *mapping, sv key, bool required,
              const char *what, const struct names *names, size_t *index, struct err *err)
{
    sv name;
    if (document_text(document, mapping, key, required, &name, err) < 0)
        return -1;
    if (!name.len || names_find(names, name, index))
        return 0;
    return unknown_name(document, document_at(document, mapping, key), what, name, names, err);
}

/* The text under `key`, or the items of the list there. */
static const yaml_node_t *item_under(struct document *document, const yaml_node_t *mapping, sv key,
                                     size_t i)
{
    const yaml_node_t *node = document_get(document, mapping, key);
    if (!node)
        return NULL;
    if (node->type != YAML_SEQUENCE_NODE)
        return i == 0 ? node : NULL;
    return i < document_items(node) ? document_item(document, node, i) : NULL;
}

/* Which of the names the item is. */
static int find_item(struct document *document, const yaml_node_t *item, const char *what,
                     const struct names *names, sv *name, size_t *at, struct err *err)
{
    if (document_view(document, item, name, err) < 0)
        return -1;
    return names_find(names, *name, at) ? 0 : unknown_name(document, item, what, *name, names, err);
}

int load_bits(struct document *document, const yaml_node_t *mapping, sv key, const char *what,
              const struct names *names, uint32_t *bits, struct err *err)
{
    const yaml_node_t *item;
    sv name;
    size_t at;
    *bits = 0;
    for (size_t i = 0; (item = item_under(document, mapping, key, i)); i++) {
        if (find_item(document, item, what, names, &name, &at, err) < 0)
            return -1;
        if (*bits >> at & 1)
            return document_error(document, item, err, "'%.*s' stands twice; leave one out",
                                  SV_FMT(name));
        *bits |= UINT32_C(1) << at;
    }
    return 0;
}

int load_known(struct document *document, const yaml_node_t *mapping, sv key, const char *what,
               const struct names *names, struct err *err)
{
    const yaml_node_t *item;
    sv name;
    size_t at;
    for (size_t i = 0; (item = item_under(document, mapping, key, i)); i++)
        if (find_item(document, item, what, names, &name, &at, err) < 0)
            return -1;
    return 0;
}

int load_category(struct patterns *patterns, struct document *document, const yaml_node_t *mapping,
                  bool required, uint8_t *category, struct err *err)
{
    struct names names = names_of_categories(&patterns->taxonomy);
    size_t index = CATEGORY_NONE;
    if (load_name(document, mapping, SV("category"), required, "category", &names, &index, err) < 0)
        return -1;
    *category = (uint8_t)index;
    return 0;
}

int load_once(struct document *document, const yaml_node_t *node, const char *what, sv name,
              struct map *names, struct err *err)
{
    bool added;
    struct place *place = map_add(names, name, &added);
    if (!added)
        return document_error(document, node, err,
                              "%s '%.*s' stands twice, in line %d as well; leave one out", what,
                              SV_FMT(name), place->line);
    *place = document_place(document, node);
    return 0;
}

bool load_is_enhanced(sv text, char any)
{
    sv rest = text, class = sv_cut(rest, '.', &rest), subject = sv_cut(rest, '.', &rest);
    uint64_t n;
    return class.len == 1 && (class.ptr[0] == any || strchr("245", class.ptr[0])) &&
           sv_to_u64(subject, &n) && n < 1000 && sv_to_u64(rest, &n) && n < 1000;
}
