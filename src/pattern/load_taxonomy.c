/* Loads patterns/categories.yaml, codes.yaml and enhanced.yaml into the taxonomy.
 *
 * Codes name categories, so those come first. Each role that the program needs a category for is
 * given to one of them. */
#include "load.h"

/* The roles that a category has; `role` may be absent. */
static int load_roles(struct taxonomy *taxonomy, struct document *document, const yaml_node_t *node,
                      struct err *err)
{
    uint32_t roles;
    if (load_bits(document, node, SV("role"), "role", &role_names, &roles, err) < 0)
        return -1;
    for (size_t role = 0; role < ROLE_COUNT; role++) {
        if (!(roles >> role & 1))
            continue;
        if (taxonomy->roles[role] != CATEGORY_NONE)
            return document_error(document, document_get(document, node, SV("role")), err,
                                  "role '%.*s' stands twice, at '%.*s' as well; leave one out",
                                  SV_FMT(role_name((enum role)role)),
                                  SV_FMT(taxonomy_category_name(taxonomy, taxonomy->roles[role])));
        taxonomy->roles[role] = (uint8_t)taxonomy->category_count;
    }
    return 0;
}

int load_roles_check(struct patterns *patterns, struct document *document, struct err *err)
{
    for (size_t role = 0; role < ROLE_COUNT; role++)
        if (patterns->taxonomy.roles[role] == CATEGORY_NONE)
            return document_error(document, document_root(document), err,
                                  "no category has the role '%.*s'; write 'role: %.*s' at one",
                                  SV_FMT(role_name((enum role)role)),
                                  SV_FMT(role_name((enum role)role)));
    return 0;
}

static int load_one_category(struct patterns *patterns, struct document *document,
                             const yaml_node_t *node, struct err *err)
{
    struct taxonomy *taxonomy = &patterns->taxonomy;
    struct category category = {0};
    struct names severities = names_of_words("as_said transient permanent");
    size_t severity = 0, scope = 0;
    if (document_check_keys(document, node, "category severity scope role layers meaning remedy",
                            err) < 0 ||
        document_text(document, node, SV("category"), true, &category.name, err) < 0 ||
        load_name(document, node, SV("severity"), true, "severity", &severities, &severity, err) <
            0 ||
        load_name(document, node, SV("scope"), true, "scope", &scope_names, &scope, err) < 0 ||
        load_bits(document, node, SV("layers"), "layer", &layer_names, &category.layers, err) < 0 ||
        document_text(document, node, SV("meaning"), true, &category.meaning, err) < 0 ||
        document_text(document, node, SV("remedy"), true, &category.remedy, err) < 0)
        return -1;
    category.severity = (enum severity)severity; /* as_said stands for SEVERITY_NONE */
    category.scope = (enum scope)scope;
    if (taxonomy_category(taxonomy, category.name) != CATEGORY_NONE)
        return document_error(document, document_at(document, node, SV("category")), err,
                              "category '%.*s' stands twice; leave one out", SV_FMT(category.name));
    if (taxonomy->category_count == CATEGORY_MAX)
        return document_error(document, node, err, "more than %d categories; leave some out",
                              CATEGORY_MAX);
    if (load_roles(taxonomy, document, node, err) < 0)
        return -1;
    taxonomy->categories[taxonomy->category_count++] = category;
    return 0;
}

int load_categories(struct patterns *patterns, struct document *document, bool site,
                    struct err *err)
{
    (void)site;
    return load_each(patterns, document, "categories", load_one_category, err);
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
        return document_error(document, document_at(document, node, SV("code")), err,
                              "%d is no reply code; write one from 200 to 599", entry.code);
    sv class_name = taxonomy_code_class(entry.code);
    if (!sv_eq(entry.class_name, class_name))
        return document_error(document, document_at(document, node, SV("class")), err,
                              "the class of %d is another; write '%.*s'", entry.code,
                              SV_FMT(class_name));
    if (taxonomy_code(&patterns->taxonomy, entry.code))
        return document_error(document, document_at(document, node, SV("code")), err,
                              "code %d stands twice; leave one out", entry.code);
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
    return load_each(patterns, document, "codes", load_one_code, err);
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
    const yaml_node_t *at = document_at(document, node, SV("enhanced"));
    bool added;
    if (!load_is_enhanced(entry.key, 'X'))
        return document_error(document, at, err,
                              "'%.*s' is no enhanced code; write X.1.1, or 4.1.1 for one class",
                              SV_FMT(entry.key));
    uint32_t *index = map_add(&taxonomy->enhanced_by_key, entry.key, &added);
    if (!added)
        return document_error(document, at, err, "enhanced code '%.*s' stands twice; leave one out",
                              SV_FMT(entry.key));
    *index = (uint32_t)taxonomy->enhanced_count;
    load_append(&taxonomy->enhanced, &taxonomy->enhanced_count, sizeof entry, &entry);
    return 0;
}

int load_enhanced(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    return load_each(patterns, document, "enhanced", load_one_enhanced, err);
}
