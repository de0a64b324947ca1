/* patterns/remedies.yaml: what to do about a category at one provider. */
#include "load.h"

enum { CATEGORIES_MAX = 24, KEY_MAX = 80 };

/* The key of the map: the provider and the category's number. */
static sv remedy_key(sv provider, uint8_t category, char *bytes)
{
    sv name = sv_sub(provider, 0, KEY_MAX - 1);
    char *end = sv_put(bytes, name);
    *end++ = (char)category;
    return sv_make(bytes, (size_t)(end - bytes));
}

static int load_remedy(struct patterns *patterns, struct document *document,
                       const yaml_node_t *node, struct err *err)
{
    sv provider, remedy, names[CATEGORIES_MAX];
    size_t count;
    if (document_check_keys(document, node, "provider category remedy", err) < 0 ||
        document_text(document, node, SV("provider"), true, &provider, err) < 0 ||
        document_text(document, node, SV("remedy"), true, &remedy, err) < 0 ||
        document_texts(document, node, SV("category"), names, CATEGORIES_MAX, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        char key[KEY_MAX];
        bool added;
        uint8_t category = taxonomy_category(&patterns->taxonomy, names[i]);
        if (category == CATEGORY_NONE)
            return document_error(document, node, err, "unknown category '%.*s'", SV_FMT(names[i]));
        sv *entry = map_add(&patterns->remedies, remedy_key(provider, category, key), &added);
        if (added) /* a site's own stands first */
            *entry = remedy;
    }
    return 0;
}

int load_remedies(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    return load_each(patterns, document, SV("remedies"), load_remedy, err);
}

sv patterns_remedy(const struct patterns *patterns, sv provider, uint8_t category)
{
    char key[KEY_MAX];
    const sv *remedy =
        provider.len ? map_get(&patterns->remedies, remedy_key(provider, category, key)) : NULL;
    return remedy ? *remedy : patterns->taxonomy.categories[category].remedy;
}
