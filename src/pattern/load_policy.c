/* Loads patterns/policy.yaml, providers.yaml and keep-hosts.yaml. */
#include "load.h"

static int load_policy_rule(struct patterns *patterns, struct document *document, sv name,
                            const yaml_node_t *node, struct err *err)
{
    uint8_t category = taxonomy_category(&patterns->taxonomy, name);
    if (category == CATEGORY_NONE)
        return document_error(document, node, err, "unknown category '%.*s'", SV_FMT(name));
    struct policy_rule rule = {.listed = true};
    sv per;
    if (document_check_keys(document, node,
                            "at_once messages span_days within_days lapse_days per stages causes",
                            err) < 0 ||
        document_bool(document, node, SV("at_once"), &rule.at_once, err) < 0 ||
        document_int(document, node, SV("messages"), 0, &rule.messages, err) < 0 ||
        document_int(document, node, SV("span_days"), 0, &rule.span_days, err) < 0 ||
        document_int(document, node, SV("within_days"), 0, &rule.within_days, err) < 0 ||
        document_int(document, node, SV("lapse_days"), 0, &rule.lapse_days, err) < 0 ||
        document_text(document, node, SV("per"), false, &per, err) < 0 ||
        load_bits(document, node, SV("stages"), load_stage_bit, &rule.stages, err) < 0 ||
        load_bits(document, node, SV("causes"), load_scope_bit, &rule.causes, err) < 0)
        return -1;
    if (per.len && !sv_eq(per, SV("domain")) && !sv_eq(per, SV("address")))
        return document_error(document, node, err, "'per' is address or domain");
    if (rule.messages == 0)
        return document_error(document, node, err, "'messages' is missing");
    rule.per_domain = sv_eq(per, SV("domain"));
    patterns->policy.rules[category] = rule;
    return 0;
}

/* A mapping of numbers, of which none may be missing. */
static int load_numbers(struct document *document, sv key, const char *names, int *const *numbers,
                        struct err *err)
{
    yaml_node_t *root = document_root(document), *node = document_get(document, root, key);
    sv rest = sv_from(names);
    if (!node)
        return document_error(document, root, err, "'%.*s' is missing", SV_FMT(key));
    if (node->type != YAML_MAPPING_NODE)
        return document_error(document, node, err, "expected %s", names);
    if (document_check_keys(document, node, names, err) < 0)
        return -1;
    for (size_t i = 0; rest.len; i++) {
        sv name = sv_cut(rest, ' ', &rest);
        if (document_int(document, node, name, -1, numbers[i], err) < 0)
            return -1;
        if (*numbers[i] < 0)
            return document_error(document, node, err, "'%.*s' is missing", SV_FMT(name));
    }
    return 0;
}

static int load_guards(struct policy_table *policy, struct document *document, struct err *err)
{
    int *const guard[] = {&policy->guard.addresses, &policy->guard.share_percent,
                          &policy->guard.before_percent};
    int *const brake[] = {&policy->brake.addresses, &policy->brake.share_percent};
    if (load_numbers(document, SV("outage_guard"), "addresses share_percent before_percent", guard,
                     err) < 0)
        return -1;
    return load_numbers(document, SV("brake"), "addresses share_percent", brake, err);
}

int load_policy(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    yaml_node_t *root = document_root(document);
    yaml_node_t *rules = document_get(document, root, SV("policy"));
    if (patterns->policy.loaded)
        return 0;
    patterns->policy.loaded = true;
    if (document_check_keys(document, root, "policy local_recipients outage_guard brake", err) <
            0 ||
        load_guards(&patterns->policy, document, err) < 0)
        return -1;
    if (rules->type != YAML_MAPPING_NODE)
        return document_error(document, rules, err, "expected categories and their rules");
    for (size_t i = 0; i < document_pairs(rules); i++) {
        sv name;
        yaml_node_t *rule = document_pair(document, rules, i, &name);
        if (load_policy_rule(patterns, document, name, rule, err) < 0)
            return -1;
    }
    sv local;
    if (document_text(document, root, SV("local_recipients"), false, &local, err) < 0)
        return -1;
    patterns->policy.local_recipients_count = sv_eq(local, SV("count"));
    if (local.len && !sv_eq(local, SV("count")) && !sv_eq(local, SV("ignore")))
        return document_error(document, document_get(document, root, SV("local_recipients")), err,
                              "'local_recipients' is count or ignore");
    return 0;
}

static int load_names(struct document *document, const yaml_node_t *node, sv key, struct map *map,
                      sv provider, struct err *err)
{
    yaml_node_t *list = document_get(document, node, key);
    if (!list)
        return 0;
    for (size_t i = 0; i < document_items(list); i++) {
        sv name;
        if (document_scalar(document, document_item(document, list, i), &name, err) < 0)
            return -1;
        bool added;
        sv *value = map_add(map, name, &added);
        if (added) /* the first mention wins: a site's files come first */
            *value = provider;
    }
    return 0;
}

int load_providers(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    yaml_node_t *list = document_get(document, document_root(document), SV("providers"));
    for (size_t i = 0; i < document_items(list); i++) {
        yaml_node_t *node = document_item(document, list, i);
        sv provider;
        if (document_check_keys(document, node, "provider mx domains", err) < 0 ||
            document_text(document, node, SV("provider"), true, &provider, err) < 0 ||
            load_names(document, node, SV("mx"), &patterns->providers_by_mx, provider, err) < 0 ||
            load_names(document, node, SV("domains"), &patterns->providers_by_domain, provider,
                       err) < 0)
            return -1;
    }
    return 0;
}

int load_keep_hosts(struct patterns *patterns, struct document *document, bool site,
                    struct err *err)
{
    (void)site;
    yaml_node_t *list = document_get(document, document_root(document), SV("keep"));
    for (size_t i = 0; i < document_items(list); i++) {
        sv label;
        if (document_scalar(document, document_item(document, list, i), &label, err) < 0)
            return -1;
        map_add(&patterns->keep_hosts, label, NULL);
    }
    return 0;
}
