/* Loads patterns/replies/: the classification rules, in the order in which they are tried. */
#include <stdio.h>

#include "load.h"

#define LAYER_TEXT(constant, name) name,
static const char *const layer_names[] = {RULE_LAYERS(LAYER_TEXT)};

sv rule_layer_name(enum rule_layer layer)
{
    return sv_from(layer_names[layer]);
}

/* What the rules of a layer may say: scopes, and categories beside them. "Words about the sender
 * win" holds only if no rule above the layer `recipient` can say that a mailbox is dead. */
static const struct {
    uint32_t scopes;
    const char *also;
} may_say[] = {
#define BIT(scope) (UINT32_C(1) << (scope))
#define ABOUT_US (BIT(SCOPE_SENDER) | BIT(SCOPE_CONTENT) | BIT(SCOPE_LOCAL))
#define ABOUT_SERVERS (BIT(SCOPE_REMOTE_SYSTEM) | BIT(SCOPE_NETWORK))
    [LAYER_SITE] = {~UINT32_C(0), ""},
    [LAYER_LOCAL] = {~UINT32_C(0), ""},
    [LAYER_WHOLE] = {BIT(SCOPE_RECIPIENT) | BIT(SCOPE_SENDER), ""},
    [LAYER_SENDER] = {ABOUT_US | ABOUT_SERVERS, " recipient_refuses relay_denied "},
    [LAYER_CONTENT] = {ABOUT_US | ABOUT_SERVERS, ""},
    [LAYER_QUOTA] = {BIT(SCOPE_SENDER) | ABOUT_SERVERS, " mailbox_full recipient_disabled "},
    [LAYER_RATE] = {ABOUT_US | ABOUT_SERVERS, ""},
    [LAYER_RECIPIENT] = {BIT(SCOPE_RECIPIENT) | BIT(SCOPE_DOMAIN) | ABOUT_SERVERS, ""},
    [LAYER_REST] = {~UINT32_C(0), ""},
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
                                  "literal '%.*s' is shorter than %d bytes", SV_FMT(literals[i]),
                                  LITERAL_MIN);
    return 0;
}

static int load_gates(struct document *document, const yaml_node_t *node, struct rule *rule,
                      struct err *err)
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
        load_bits(document, node, SV("stage"), load_stage_bit, &rule->stages, err) < 0 ||
        load_bits(document, node, SV("origin"), load_origin_bit, &rule->origins, err) < 0)
        return -1;
    for (size_t i = 0; i < rule->code_count; i++)
        if (!is_code_gate(rule->codes[i]))
            return document_error(document, document_get(document, node, SV("code")), err,
                                  "'%.*s' is neither a code nor 4xx or 5xx",
                                  SV_FMT(rule->codes[i]));
    return 0;
}

/* A rule of a site may say what it likes in any layer; its owner knows. */
static int check_layer(const struct patterns *patterns, struct document *document,
                       const yaml_node_t *node, const struct rule *rule, bool site, struct err *err)
{
    const struct category *category = &patterns->taxonomy.categories[rule->category];
    char name[64];
    snprintf(name, sizeof name, " %.*s ", SV_FMT(category->name));
    if (site || may_say[rule->layer].scopes >> category->scope & 1 ||
        strstr(may_say[rule->layer].also, name))
        return 0;
    return document_error(document, node, err, "layer '%s' may not say '%.*s'",
                          layer_names[rule->layer], SV_FMT(category->name));
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

static size_t class_end(sv pattern, size_t at)
{
    for (at += 2; at < pattern.len && pattern.ptr[at] != ']'; at++)
        at += pattern.ptr[at] == '\\';
    return at;
}

static char byte_at(sv pattern, size_t at)
{
    return at < pattern.len ? pattern.ptr[at] : 0;
}

/* The most repeats without an upper bound (`.*`, `[^x]+`, `\S*`; possessive ones left out) on one
 * way through the alternatives that begin at *at; *at becomes their end. */
static int unbounded_repeats(sv pattern, size_t *at)
{
    int most = 0, count = 0;
    for (; *at < pattern.len && pattern.ptr[*at] != ')'; ++*at) {
        char c = pattern.ptr[*at];
        bool wide = c == '.' || c == '[';
        if (c == '|') {
            most = count > most ? count : most;
            count = 0;
        } else if (c == '(') {
            ++*at;
            count += unbounded_repeats(pattern, at);
        } else if (c == '[') {
            *at = class_end(pattern, *at);
        } else if (c == '\\') {
            ++*at;
            wide = byte_at(pattern, *at) == 'S' || byte_at(pattern, *at) == 'W';
        }
        char next = byte_at(pattern, *at + 1), behind = byte_at(pattern, *at + 2);
        count += wide && (next == '*' || next == '+') && behind != '+';
    }
    return count > most ? count : most;
}

static int load_pattern(const struct patterns *patterns, struct document *document,
                        const yaml_node_t *node, unsigned flags, sv *pattern, struct regex **regex,
                        struct err *err)
{
    char why[160];
    size_t offset;
    if (words_join(patterns, document, node, pattern, err) < 0)
        return -1;
    *regex = regex_compile(*pattern, flags, why, sizeof why, &offset);
    if (*regex)
        return 0;
    sv near = sv_sub(*pattern, offset > 20 ? offset - 20 : 0, offset);
    return document_error(document, node, err, "pattern: %s, behind '%.*s'", why, SV_FMT(near));
}

static int load_patterns_of(const struct patterns *patterns, struct document *document,
                            const yaml_node_t *node, struct rule *rule, struct err *err)
{
    const yaml_node_t *words = document_get(document, node, SV("pattern"));
    const yaml_node_t *unless = document_get(document, node, SV("unless"));
    sv pattern, exception;
    if (!words)
        return document_error(document, node, err, "'pattern' is missing");
    unsigned flags = rule->layer == LAYER_WHOLE ? REGEX_WHOLE : 0;
    if (load_pattern(patterns, document, words, flags, &pattern, &rule->regex, err) < 0)
        return -1;
    size_t start = 0;
    rule->unbounded_repeats = unbounded_repeats(pattern, &start);
    if (unless && load_pattern(patterns, document, unless, 0, &exception, &rule->unless, err) < 0) {
        regex_free(rule->regex);
        return -1;
    }
    return 0;
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
    if (document_check_keys(document, node,
                            "name category provider code enhanced stage origin literal also "
                            "pattern unless list remedy hit miss",
                            err) < 0 ||
        document_text(document, node, SV("name"), true, &rule.name, err) < 0 ||
        load_category(patterns, document, node, true, &rule.category, err) < 0 ||
        document_text(document, node, SV("list"), false, &rule.list, err) < 0 ||
        document_text(document, node, SV("remedy"), false, &rule.remedy, err) < 0 ||
        load_gates(document, node, &rule, err) < 0 ||
        document_examples(document, node, false, &rule.examples, err) < 0)
        return -1;
    for (size_t i = 0; i < patterns->rule_count; i++)
        if (sv_eq(patterns->rules[i].name, rule.name))
            return document_error(document, node, err, "rule '%.*s' stands twice",
                                  SV_FMT(rule.name));
    if (check_layer(patterns, document, node, &rule, head->site, err) < 0 ||
        load_patterns_of(patterns, document, node, &rule, err) < 0)
        return -1;
    insert_rule(patterns, &rule);
    return 0;
}

static int load_layer(struct document *document, const yaml_node_t *root, struct head *head,
                      struct err *err)
{
    sv name;
    if (document_text(document, root, SV("layer"), !head->site, &name, err) < 0)
        return -1;
    head->layer = LAYER_SITE;
    if (!name.len)
        return 0;
    for (size_t i = head->site ? LAYER_SITE : LAYER_LOCAL; i < LAYER_COUNT; i++)
        if (sv_eq(name, sv_from(layer_names[i]))) {
            head->layer = (enum rule_layer)i;
            return 0;
        }
    return document_error(document, document_get(document, root, SV("layer")), err,
                          "'%.*s' is no layer of rules", SV_FMT(name));
}

static int load_guard(struct patterns *patterns, struct document *document, const yaml_node_t *root,
                      struct head *head, struct err *err)
{
    const yaml_node_t *unless = document_get(document, root, SV("unless"));
    struct guard guard = {0};
    sv pattern;
    if (!unless)
        return 0;
    if (document_check_keys(document, unless, "literal pattern", err) < 0 ||
        load_literals(document, unless, SV("literal"), guard.literals, &guard.literal_count, err) <
            0)
        return -1;
    const yaml_node_t *words = document_get(document, unless, SV("pattern"));
    if (!words)
        return document_error(document, unless, err, "'pattern' is missing");
    if (load_pattern(patterns, document, words, 0, &pattern, &guard.regex, err) < 0)
        return -1;
    load_append(&patterns->guards, &patterns->guard_count, sizeof guard, &guard);
    head->guard = patterns->guard_count;
    return 0;
}

int load_rules(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    yaml_node_t *root = document_root(document);
    struct head head = {.site = site};
    if (document_check_keys(document, root, "layer unless rules", err) < 0 ||
        load_layer(document, root, &head, err) < 0 ||
        load_guard(patterns, document, root, &head, err) < 0)
        return -1;
    yaml_node_t *list = document_get(document, root, SV("rules"));
    for (size_t i = 0; i < document_items(list); i++)
        if (load_rule(patterns, document, document_item(document, list, i), &head, err) < 0)
            return -1;
    return 0;
}
