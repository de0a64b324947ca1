/* Loads patterns/categories.yaml, codes.yaml and enhanced.yaml into the taxonomy. */
#include "bouncelog/base/mem.h"
#include "load.h"

void load_append(void *list, size_t *count, size_t item_size, const void *item)
{
    void *old;
    memcpy(&old, list, sizeof old);
    old = mem_room(old, *count, item_size);
    memcpy((char *)old + *count * item_size, item, item_size);
    memcpy(list, &old, sizeof old);
    ++*count;
}

int load_each(struct patterns *patterns, struct document *document, sv key,
              int (*load_one)(struct patterns *patterns, struct document *document,
                              const yaml_node_t *node, struct err *err),
              struct err *err)
{
    const yaml_node_t *list = document_get(document, document_root(document), key);
    for (size_t i = 0; i < document_items(list); i++)
        if (load_one(patterns, document, document_item(document, list, i), err) < 0)
            return -1;
    return 0;
}

int load_stage_bit(sv name)
{
    enum stage stage;
    return stage_from_name(name, &stage) ? (int)stage : -1;
}

int load_origin_bit(sv name)
{
    enum origin origin;
    return origin_from_name(name, &origin) ? (int)origin : -1;
}

int load_scope_bit(sv name)
{
    enum scope scope;
    return scope_from_name(name, &scope) ? (int)scope : -1;
}

int load_bits(struct document *document, const yaml_node_t *mapping, sv key, int (*bit_of)(sv),
              uint32_t *bits, struct err *err)
{
    sv names[32];
    size_t count;
    *bits = 0;
    if (document_texts(document, mapping, key, names, 32, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        int bit = bit_of(names[i]);
        if (bit < 0)
            return document_error(document, document_get(document, mapping, key), err,
                                  "unknown %.*s '%.*s'", SV_FMT(key), SV_FMT(names[i]));
        *bits |= UINT32_C(1) << bit;
    }
    return 0;
}

int load_category(struct patterns *patterns, struct document *document, const yaml_node_t *mapping,
                  bool required, uint8_t *category, struct err *err)
{
    sv name;
    *category = CATEGORY_NONE;
    if (document_text(document, mapping, SV("category"), required, &name, err) < 0)
        return -1;
    if (!name.len)
        return 0;
    *category = taxonomy_category(&patterns->taxonomy, name);
    if (*category == CATEGORY_NONE)
        return document_error(document, document_get(document, mapping, SV("category")), err,
                              "unknown category '%.*s'", SV_FMT(name));
    return 0;
}

static int load_one_category(struct patterns *patterns, struct document *document,
                             const yaml_node_t *node, struct err *err)
{
    struct taxonomy *taxonomy = &patterns->taxonomy;
    struct category category = {0};
    sv severity, scope;
    if (document_check_keys(document, node, "category severity scope meaning remedy", err) < 0 ||
        document_text(document, node, SV("category"), true, &category.name, err) < 0 ||
        document_text(document, node, SV("severity"), true, &severity, err) < 0 ||
        document_text(document, node, SV("scope"), true, &scope, err) < 0 ||
        document_text(document, node, SV("meaning"), true, &category.meaning, err) < 0 ||
        document_text(document, node, SV("remedy"), true, &category.remedy, err) < 0)
        return -1;
    if (!sv_eq(severity, SV("as_said")) && !severity_from_name(severity, &category.severity))
        return document_error(document, node, err, "unknown severity '%.*s'", SV_FMT(severity));
    if (!scope_from_name(scope, &category.scope))
        return document_error(document, node, err, "unknown scope '%.*s'", SV_FMT(scope));
    if (taxonomy_category(taxonomy, category.name) != CATEGORY_NONE)
        return document_error(document, node, err, "category '%.*s' stands twice",
                              SV_FMT(category.name));
    if (taxonomy->category_count == CATEGORY_MAX)
        return document_error(document, node, err, "more than %d categories", CATEGORY_MAX);
    taxonomy->categories[taxonomy->category_count++] = category;
    return 0;
}

int load_categories(struct patterns *patterns, struct document *document, bool site,
                    struct err *err)
{
    (void)site;
    return load_each(patterns, document, SV("categories"), load_one_category, err);
}

static int load_one_code(struct patterns *patterns, struct document *document,
                         const yaml_node_t *node, struct err *err)
{
    struct code_entry entry = {0};
    if (document_check_keys(document, node, "code class source meaning category remedy seed", err) <
            0 ||
        document_int(document, node, SV("code"), 0, &entry.code, err) < 0 ||
        document_text(document, node, SV("code"), true, &entry.name, err) < 0 ||
        document_text(document, node, SV("class"), true, &entry.class_name, err) < 0 ||
        document_text(document, node, SV("source"), true, &entry.source, err) < 0 ||
        document_text(document, node, SV("meaning"), true, &entry.meaning, err) < 0 ||
        document_text(document, node, SV("remedy"), true, &entry.remedy, err) < 0 ||
        load_category(patterns, document, node, false, &entry.category, err) < 0)
        return -1;
    if (entry.code < 200 || entry.code > 599)
        return document_error(document, node, err, "%d is no reply code", entry.code);
    if (!sv_eq(entry.class_name, taxonomy_code_class(entry.code)))
        return document_error(document, node, err, "the class of %d is '%.*s'", entry.code,
                              SV_FMT(taxonomy_code_class(entry.code)));
    if (taxonomy_code(&patterns->taxonomy, entry.code))
        return document_error(document, node, err, "code %d stands twice", entry.code);
    yaml_node_t *seed = document_get(document, node, SV("seed"));
    if (seed && (document_check_keys(document, seed, "meaning remedy", err) < 0 ||
                 document_text(document, seed, SV("meaning"), true, &entry.seed_meaning, err) < 0 ||
                 document_text(document, seed, SV("remedy"), true, &entry.seed_remedy, err) < 0))
        return -1;
    load_append(&patterns->taxonomy.codes, &patterns->taxonomy.code_count, sizeof entry, &entry);
    return 0;
}

int load_codes(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    return load_each(patterns, document, SV("codes"), load_one_code, err);
}

static int load_one_enhanced(struct patterns *patterns, struct document *document,
                             const yaml_node_t *node, struct err *err)
{
    struct taxonomy *taxonomy = &patterns->taxonomy;
    struct enhanced_entry entry = {0};
    if (document_check_keys(document, node, "enhanced name codes source category trap", err) < 0 ||
        document_text(document, node, SV("enhanced"), true, &entry.key, err) < 0 ||
        document_text(document, node, SV("name"), true, &entry.name, err) < 0 ||
        document_text(document, node, SV("codes"), false, &entry.codes, err) < 0 ||
        document_text(document, node, SV("source"), true, &entry.source, err) < 0 ||
        document_text(document, node, SV("trap"), false, &entry.trap, err) < 0 ||
        load_category(patterns, document, node, false, &entry.category, err) < 0)
        return -1;
    bool added;
    uint32_t *index = map_add(&taxonomy->enhanced_by_key, entry.key, &added);
    if (!added)
        return document_error(document, node, err, "'%.*s' stands twice", SV_FMT(entry.key));
    *index = (uint32_t)taxonomy->enhanced_count;
    load_append(&taxonomy->enhanced, &taxonomy->enhanced_count, sizeof entry, &entry);
    return 0;
}

int load_enhanced(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    return load_each(patterns, document, SV("enhanced"), load_one_enhanced, err);
}
