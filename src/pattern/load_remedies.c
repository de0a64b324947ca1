/* Loads patterns/remedies.yaml: what to do about a category at one provider, or at a hop of our
 * own, whose faults differ by who tells of them.
 *
 * Kept in a map from the provider's name, or that of an origin, and the category's number; the
 * first that is loaded wins, so that a site's advice goes before ours. */
#include "load.h"

enum { CATEGORIES_MAX = 24, KEY_MAX = 80 };

/* The key of the map: the provider, or the origin of what an own hop met, and the category's
 * number. */
static sv remedy_key(sv provider, bool hop, uint8_t category, char *bytes)
{
    char *end = sv_put(bytes, sv_sub(provider, 0, KEY_MAX - 2));
    if (hop)
        *end++ = '\n';
    *end++ = (char)category;
    return sv_make(bytes, (size_t)(end - bytes));
}

static int add_remedy(struct patterns *patterns, struct document *document, const yaml_node_t *node,
                      sv provider, bool hop, sv name, sv remedy, struct map *seen, struct err *err)
{
    char bytes[KEY_MAX];
    bool added;
    sv key = remedy_key(provider, hop, taxonomy_category(&patterns->taxonomy, name), bytes);
    struct place *place = map_add(seen, key, &added);
    if (!added)
        return document_error(document, document_at(document, node, SV("category")), err,
                              "'%.*s' of '%.*s' has a remedy in line %d as well; leave one out",
                              SV_FMT(name), SV_FMT(provider), place->line);
    *place = document_place(document, node);
    sv *entry = map_add(&patterns->remedies, key, &added);
    if (added) /* a site's own stands first */
        *entry = remedy;
    return 0;
}

static int load_remedy(struct patterns *patterns, struct document *document,
                       const yaml_node_t *node, struct map *seen, struct err *err)
{
    sv provider, remedy, names[CATEGORIES_MAX];
    size_t count, known = 0;
    struct names providers = names_of_map(&patterns->providers);
    struct names categories = names_of_categories(&patterns->taxonomy);
    bool hop = document_get(document, node, SV("own_hop")) != NULL;
    sv whose = hop ? SV("own_hop") : SV("provider");
    if (document_check_keys(document, node,
                            hop ? "own_hop category remedy" : "provider category remedy",
                            err) < 0 ||
        load_name(document, node, whose, true, hop ? "origin" : "provider",
                  hop ? &origin_names : &providers, &known, err) < 0 ||
        document_text(document, node, whose, true, &provider, err) < 0 ||
        load_known(document, node, SV("category"), "category", &categories, err) < 0 ||
        document_text(document, node, SV("remedy"), true, &remedy, err) < 0 ||
        document_texts(document, node, SV("category"), names, CATEGORIES_MAX, &count, err) < 0)
        return -1;
    if (!count)
        return document_missing(document, node, SV("category"), err);
    for (size_t i = 0; i < count; i++)
        if (add_remedy(patterns, document, node, provider, hop, names[i], remedy, seen, err) < 0)
            return -1;
    return 0;
}

int load_remedies(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    yaml_node_t *list, *root = document_root(document);
    struct map seen;
    if (document_check_keys(document, root, "remedies", err) < 0 ||
        document_list(document, root, SV("remedies"), true, &list, err) < 0)
        return -1;
    map_init(&seen, sizeof(struct place));
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < document_items(list); i++)
        rc = load_remedy(patterns, document, document_item(document, list, i), &seen, err);
    map_release(&seen);
    return rc;
}

sv patterns_remedy(const struct patterns *patterns, sv provider, uint8_t category)
{
    char key[KEY_MAX];
    const sv *remedy =
        provider.len ? map_get(&patterns->remedies, remedy_key(provider, false, category, key))
                     : NULL;
    return remedy ? *remedy : patterns->taxonomy.categories[category].remedy;
}

sv patterns_own_remedy(const struct patterns *patterns, enum origin origin, uint8_t category)
{
    char key[KEY_MAX];
    const sv *remedy =
        map_get(&patterns->remedies, remedy_key(origin_name(origin), true, category, key));
    return remedy ? *remedy : patterns->taxonomy.categories[category].remedy;
}
