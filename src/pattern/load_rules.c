/* Loads patterns/replies/: the classification rules, in the order in which they are tried. */
#include "load.h"

static bool is_code_gate(sv gate)
{
    return gate.len == 3 && gate.ptr[0] >= '2' && gate.ptr[0] <= '5' &&
           ((gate.ptr[1] == 'x' && gate.ptr[2] == 'x') ||
            (is_digit(gate.ptr[1]) && is_digit(gate.ptr[2])));
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
        document_texts(document, node, SV("literal"), rule->literals, GATES_MAX,
                       &rule->literal_count, err) < 0 ||
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

static int load_rule(struct patterns *patterns, struct document *document, const yaml_node_t *node,
                     struct err *err)
{
    struct rule rule = {.place = document_place(document, node)};
    if (document_check_keys(document, node,
                            "name category provider code enhanced stage origin literal pattern "
                            "unless list remedy hit miss",
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
    if (!document_get(document, node, SV("pattern")))
        return document_error(document, node, err, "'pattern' is missing");
    int rc = document_regex(document, node, SV("pattern"), REGEX_CASELESS, &rule.regex, err);
    if (rc == 0)
        rc = document_regex(document, node, SV("unless"), REGEX_CASELESS, &rule.unless, err);
    if (rc < 0) {
        regex_free(rule.regex);
        return -1;
    }
    sv pattern;
    if (document_text(document, node, SV("pattern"), true, &pattern, err) < 0)
        return -1;
    size_t start = 0;
    rule.unbounded_repeats = unbounded_repeats(pattern, &start);
    if (!rule.remedy.len)
        rule.remedy = patterns->taxonomy.categories[rule.category].remedy;
    load_append(&patterns->rules, &patterns->rule_count, sizeof rule, &rule);
    return 0;
}

int load_rules(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    yaml_node_t *root = document_root(document);
    if (document_check_keys(document, root, "rules", err) < 0)
        return -1;
    yaml_node_t *list = document_get(document, root, SV("rules"));
    for (size_t i = 0; i < document_items(list); i++)
        if (load_rule(patterns, document, document_item(document, list, i), err) < 0)
            return -1;
    return 0;
}
