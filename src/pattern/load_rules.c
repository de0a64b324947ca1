/* Loads patterns/replies/: the classification rules, in the order in which they are tried.
 *
 * Layer by layer; in a layer by file, and in a file from top to bottom. A layer says which scopes
 * its rules may name: "words about the sender win" holds only if no rule above the layer
 * `recipient` can say that a mailbox is dead. */
#include "compile.h"
#include "examples.h"
#include "load.h"
#include "syntax.h"

#define LAYER_TEXT(constant, name) name,
static const char *const layer_texts[] = {RULE_LAYERS(LAYER_TEXT)};

sv rule_layer_name(enum rule_layer layer)
{
    return sv_from(layer_texts[layer]);
}

/* Bits of the scopes that the rules of a layer may name; a category may name more layers. */
#define BIT(scope) (UINT32_C(1) << (scope))
#define ABOUT_US (BIT(SCOPE_SENDER) | BIT(SCOPE_CONTENT) | BIT(SCOPE_LOCAL))
#define ABOUT_SERVERS (BIT(SCOPE_REMOTE_SYSTEM) | BIT(SCOPE_NETWORK))
static const uint32_t scopes_of_layer[] = {
    [LAYER_SITE] = ~UINT32_C(0),
    [LAYER_LOCAL] = ~UINT32_C(0),
    [LAYER_WHOLE] = BIT(SCOPE_RECIPIENT) | BIT(SCOPE_SENDER),
    [LAYER_SENDER] = ABOUT_US | ABOUT_SERVERS,
    [LAYER_CONTENT] = ABOUT_US | ABOUT_SERVERS,
    [LAYER_QUOTA] = BIT(SCOPE_SENDER) | ABOUT_SERVERS,
    [LAYER_RATE] = ABOUT_US | ABOUT_SERVERS,
    [LAYER_RECIPIENT] = BIT(SCOPE_RECIPIENT) | BIT(SCOPE_DOMAIN) | ABOUT_SERVERS,
    [LAYER_REST] = ~UINT32_C(0),
};

static bool is_code_gate(sv gate)
{
    return gate.len == 3 && gate.ptr[0] >= '2' && gate.ptr[0] <= '5' &&
           ((gate.ptr[1] == 'x' && gate.ptr[2] == 'x') ||
            (is_digit(gate.ptr[1]) && is_digit(gate.ptr[2])));
}

static int load_literals(struct document *document, const yaml_node_t *node, sv key, sv *literals,
                         size_t *count, struct err *err)
{
    if (document_texts(document, node, key, literals, LITERALS_MAX, count, err) < 0)
        return -1;
    for (size_t i = 0; i < *count; i++)
        if (literals[i].len < LITERAL_MIN)
            return document_error(document, document_get(document, node, key), err,
                                  "literal '%.*s' is shorter than %d bytes; write a longer one",
                                  SV_FMT(literals[i]), LITERAL_MIN);
    return 0;
}

static int check_gates(const struct patterns *patterns, struct document *document,
                       const yaml_node_t *node, const struct rule *rule, struct err *err)
{
    struct names providers = names_of_map(&patterns->providers);
    for (size_t i = 0; i < rule->code_count; i++)
        if (!is_code_gate(rule->codes[i]))
            return document_error(document, document_get(document, node, SV("code")), err,
                                  "'%.*s' is no code; write 550, or 4xx or 5xx",
                                  SV_FMT(rule->codes[i]));
    for (size_t i = 0; i < rule->enhanced_count; i++)
        if (!load_is_enhanced(rule->enhanced[i], 'x'))
            return document_error(document, document_get(document, node, SV("enhanced")), err,
                                  "'%.*s' is no enhanced code; write 5.1.1, or x.1.1",
                                  SV_FMT(rule->enhanced[i]));
    return load_known(document, node, SV("provider"), "provider", &providers, err);
}

static int load_gates(const struct patterns *patterns, struct document *document,
                      const yaml_node_t *node, struct rule *rule, struct err *err)
{
    if (document_texts(document, node, SV("provider"), rule->providers, GATES_MAX,
                       &rule->provider_count, err) < 0 ||
        document_texts(document, node, SV("code"), rule->codes, GATES_MAX, &rule->code_count, err) <
            0 ||
        document_texts(document, node, SV("enhanced"), rule->enhanced, GATES_MAX,
                       &rule->enhanced_count, err) < 0 ||
        load_literals(document, node, SV("literal"), rule->literals, &rule->literal_count, err) <
            0 ||
        load_literals(document, node, SV("also"), rule->also, &rule->also_count, err) < 0 ||
        load_bits(document, node, SV("stage"), "stage", &stage_names, &rule->stages, err) < 0 ||
        load_bits(document, node, SV("origin"), "origin", &origin_names, &rule->origins, err) < 0)
        return -1;
    return check_gates(patterns, document, node, rule, err);
}

/* A rule of a site may say what it likes in any layer; its owner knows. */
static int check_layer(const struct patterns *patterns, struct document *document,
                       const yaml_node_t *node, const struct rule *rule, bool site, struct err *err)
{
    const struct category *category = &patterns->taxonomy.categories[rule->category];
    if (site || scopes_of_layer[rule->layer] >> category->scope & 1 ||
        category->layers >> rule->layer & 1)
        return 0;
    return document_error(document, document_get(document, node, SV("category")), err,
                          "layer '%s' may not say '%.*s'; write the rule into a file of a layer "
                          "that may",
                          layer_texts[rule->layer], SV_FMT(category->name));
}

/* Behind the rules of its layer that are there already. */
static void insert_rule(struct patterns *patterns, const struct rule *rule)
{
    load_append(&patterns->rules, &patterns->rule_count, sizeof *rule, rule);
    size_t at = patterns->rule_count - 1;
    while (at > 0 && patterns->rules[at - 1].layer > rule->layer)
        at--;
    memmove(&patterns->rules[at + 1], &patterns->rules[at],
            (patterns->rule_count - 1 - at) * sizeof *rule);
    patterns->rules[at] = *rule;
}

static int load_patterns_of(struct patterns *patterns, struct document *document,
                            const yaml_node_t *node, struct rule *rule, struct err *err)
{
    struct pattern_kind kind = {"a rule", rule->layer == LAYER_WHOLE ? REGEX_WHOLE : 0, 0};
    sv pattern, exception;
    if (pattern_of(patterns, document, node, SV("pattern"), &kind, &pattern, &rule->regex, err) < 0)
        return -1;
    if (!rule->regex)
        return document_missing(document, node, SV("pattern"), err);
    rule->unbounded_repeats = syntax_unbounded_repeats(pattern);
    kind.flags = 0;
    if (pattern_of(patterns, document, node, SV("unless"), &kind, &exception, &rule->unless, err) <
            0 ||
        pattern_of(patterns, document, node, SV("for_a_time"), &kind, &exception, &rule->for_a_time,
                   err) < 0) {
        regex_free(rule->regex);
        regex_free(rule->unless);
        return -1;
    }
    return 0;
}

/* A hit says in which context the reply came. */
static int check_context(const struct patterns *patterns, struct document *document,
                         const yaml_node_t *node, sv name, sv value, struct err *err)
{
    struct names providers = names_of_map(&patterns->providers);
    const struct names *names = sv_eq(name, SV("origin"))  ? &origin_names
                                : sv_eq(name, SV("stage")) ? &stage_names
                                                           : &providers;
    char what[16];
    size_t at;
    *sv_put(what, sv_sub(name, 0, sizeof what - 1)) = 0;
    return names_find(names, value, &at) ? 0
                                         : unknown_name(document, node, what, value, names, err);
}

/* What a file of rules says about all of them. */
struct head {
    enum rule_layer layer;
    size_t guard;
    bool site;
};

static int load_rule(struct patterns *patterns, struct document *document, const yaml_node_t *node,
                     const struct head *head, struct err *err)
{
    struct rule rule = {
        .place = document_place(document, node), .layer = head->layer, .guard = head->guard};
    struct example_kind examples = {names_of_words("origin stage provider"), check_context};
    if (document_check_keys(document, node,
                            "name category provider code enhanced stage origin literal also "
                            "pattern unless for_a_time list remedy hit miss",
                            err) < 0 ||
        document_text(document, node, SV("name"), true, &rule.name, err) < 0 ||
        load_category(patterns, document, node, true, &rule.category, err) < 0 ||
        document_text(document, node, SV("list"), false, &rule.list, err) < 0 ||
        document_text(document, node, SV("remedy"), false, &rule.remedy, err) < 0 ||
        load_gates(patterns, document, node, &rule, err) < 0 ||
        examples_load(patterns, document, node, &examples, &rule.examples, err) < 0)
        return -1;
    for (size_t i = 0; i < patterns->rule_count; i++)
        if (sv_eq(patterns->rules[i].name, rule.name))
            return document_error(document, document_at(document, node, SV("name")), err,
                                  "rule '%.*s' stands twice, at %s:%d as well; write another name",
                                  SV_FMT(rule.name), patterns->rules[i].place.file,
                                  patterns->rules[i].place.line);
    if (check_layer(patterns, document, node, &rule, head->site, err) < 0 ||
        load_patterns_of(patterns, document, node, &rule, err) < 0)
        return -1;
    insert_rule(patterns, &rule);
    return 0;
}

static int load_layer(struct document *document, const yaml_node_t *root, struct head *head,
                      struct err *err)
{
    size_t layer = LAYER_SITE;
    if (load_name(document, root, SV("layer"), !head->site, "layer", &layer_names, &layer, err) < 0)
        return -1;
    if (layer == LAYER_SITE && !head->site)
        return document_error(document, document_at(document, root, SV("layer")), err,
                              "the layer 'site' is for --patterns-extra; write another one");
    head->layer = (enum rule_layer)layer;
    return 0;
}

static int load_guard(struct patterns *patterns, struct document *document, const yaml_node_t *root,
                      struct head *head, struct err *err)
{
    const yaml_node_t *unless = document_get(document, root, SV("unless"));
    struct pattern_kind kind = {"an 'unless'", 0, 0};
    struct guard guard = {0};
    sv pattern;
    if (!unless)
        return 0;
    if (document_check_keys(document, unless, "literal pattern", err) < 0 ||
        load_literals(document, unless, SV("literal"), guard.literals, &guard.literal_count, err) <
            0)
        return -1;
    if (pattern_of(patterns, document, unless, SV("pattern"), &kind, &pattern, &guard.regex, err) <
        0)
        return -1;
    if (!guard.regex)
        return document_missing(document, unless, SV("pattern"), err);
    load_append(&patterns->guards, &patterns->guard_count, sizeof guard, &guard);
    head->guard = patterns->guard_count;
    return 0;
}

int load_rules(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    yaml_node_t *list, *root = document_root(document);
    struct head head = {.site = site};
    if (document_check_keys(document, root, "layer unless families rules", err) < 0 ||
        document_list(document, root, SV("rules"), true, &list, err) < 0 ||
        load_layer(document, root, &head, err) < 0 ||
        load_guard(patterns, document, root, &head, err) < 0)
        return -1;
    for (size_t i = 0; i < document_items(list); i++)
        if (load_rule(patterns, document, document_item(document, list, i), &head, err) < 0)
            return -1;
    return 0;
}
