/* Loads patterns/policy.yaml: when an address is suppressed, and the guards against too much of it.
 *
 * The first policy that is loaded is the policy: a site's own stands before ours. */
#include "load.h"

#include <assert.h>

static int load_policy_rule(struct patterns *patterns, struct document *document, sv name,
                            const yaml_node_t *key, const yaml_node_t *node, struct err *err)
{
    struct names categories = names_of_categories(&patterns->taxonomy);
    struct names bases = names_of_words("address domain");
    uint8_t category = taxonomy_category(&patterns->taxonomy, name);
    if (category == CATEGORY_NONE)
        return unknown_name(document, key, "category", name, &categories, err);
    struct policy_rule rule = {.listed = true};
    struct names tiers = names_of_words("dead bulk watch");
    size_t per = 0, tier = 0;
    if (document_check_keys(
            document, node,
            "at_once messages span_days within_days lapse_days per stages causes tier", err) < 0 ||
        document_bool(document, node, SV("at_once"), &rule.at_once, err) < 0 ||
        document_int(document, node, SV("messages"), 0, &rule.messages, err) < 0 ||
        document_int(document, node, SV("span_days"), 0, &rule.span_days, err) < 0 ||
        document_int(document, node, SV("within_days"), 0, &rule.within_days, err) < 0 ||
        document_int(document, node, SV("lapse_days"), 0, &rule.lapse_days, err) < 0 ||
        load_name(document, node, SV("per"), false, "value of 'per'", &bases, &per, err) < 0 ||
        load_name(document, node, SV("tier"), false, "tier", &tiers, &tier, err) < 0 ||
        load_bits(document, node, SV("stages"), "stage", &stage_names, &rule.stages, err) < 0 ||
        load_bits(document, node, SV("causes"), "scope", &scope_names, &rule.causes, err) < 0)
        return -1;
    if (rule.messages == 0)
        return document_error(document, document_at(document, node, SV("messages")), err,
                              "'messages' is missing; write how many must fail, 1 or more");
    rule.per_domain = per == 1;
    rule.tier = (enum tier)(TIER_DEAD + tier);
    patterns->policy.rules[category] = rule;
    return 0;
}

/* A mapping of numbers, of which none may be missing. */
static int load_numbers(struct document *document, sv key, const char *names, int *const *numbers,
                        size_t count, struct err *err)
{
    yaml_node_t *root = document_root(document), *node = document_get(document, root, key);
    sv rest = sv_from(names);
    if (!node)
        return document_missing(document, root, key, err);
    if (node->type != YAML_MAPPING_NODE)
        return document_error(document, node, err, "expected keys and values; the keys are: %s",
                              names);
    if (document_check_keys(document, node, names, err) < 0)
        return -1;
    for (size_t i = 0; rest.len; i++) {
        sv name = sv_cut(rest, ' ', &rest);
        assert(i < count);
        if (document_int(document, node, name, -1, numbers[i], err) < 0)
            return -1;
        if (*numbers[i] < 0)
            return document_missing(document, node, name, err);
    }
    return 0;
}

static int load_guards(struct policy_table *policy, struct document *document, struct err *err)
{
    struct incident_guard *incident = &policy->incident;
    int *const recent[] = {&policy->recent.days, &policy->recent.hours};
    int *const incidents[] = {&incident->addresses,      &incident->times_percent,
                              &incident->others_percent, &incident->per_million,
                              &incident->before,         &incident->unlikely};
    struct ours_guard *guard = &policy->ours;
    int *const ours[] = {&guard->domains,       &guard->taken_percent, &guard->relay_domains,
                         &guard->relay_percent, &guard->decided,       &guard->days,
                         &guard->queue_days};
    int *const brake[] = {&policy->brake.addresses, &policy->brake.share_percent};
    if (load_numbers(document, SV("recently_delivered"), "days hours", recent,
                     sizeof recent / sizeof *recent, err) < 0 ||
        load_numbers(document, SV("incidents"),
                     "addresses times_percent others_percent per_million before unlikely",
                     incidents, sizeof incidents / sizeof *incidents, err) < 0 ||
        load_numbers(document, SV("ours"),
                     "domains taken_percent relay_domains relay_percent decided days queue_days",
                     ours, sizeof ours / sizeof *ours, err) < 0)
        return -1;
    return load_numbers(document, SV("brake"), "addresses share_percent", brake,
                        sizeof brake / sizeof *brake, err);
}

/* Both came later than the others: a policy of before is still one. */
static int load_later(struct policy_table *policy, struct document *document, struct err *err)
{
    static const struct regret_guard usual = {
        .per_million = 5000, .tested = 30, .reversals = 3, .days = 90};
    int *const regret[] = {&policy->regret.per_million, &policy->regret.tested,
                           &policy->regret.reversals, &policy->regret.days};
    int *const probe[] = {&policy->probe.per_million, &policy->probe.after_days,
                          &policy->probe.seed};
    yaml_node_t *root = document_root(document);
    policy->regret = usual;
    if (document_get(document, root, SV("max_regret")) &&
        load_numbers(document, SV("max_regret"), "per_million tested reversals days", regret,
                     sizeof regret / sizeof *regret, err) < 0)
        return -1;
    return document_get(document, root, SV("probe"))
               ? load_numbers(document, SV("probe"), "per_million after_days seed", probe,
                              sizeof probe / sizeof *probe, err)
               : 0;
}

int load_policy(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    yaml_node_t *root = document_root(document);
    yaml_node_t *rules = document_get(document, root, SV("policy"));
    if (patterns->policy.loaded)
        return 0;
    patterns->policy.loaded = true;
    if (document_get(document, root, SV("outage_guard")))
        return document_error(document, document_at(document, root, SV("outage_guard")), err,
                              "'outage_guard' has become 'incidents' and 'recently_delivered'; "
                              "copy them from patterns/policy.yaml");
    if (document_check_keys(document, root,
                            "policy local_recipients recently_delivered incidents ours brake "
                            "max_regret probe",
                            err) < 0 ||
        load_guards(&patterns->policy, document, err) < 0 ||
        load_later(&patterns->policy, document, err) < 0)
        return -1;
    if (rules->type != YAML_MAPPING_NODE)
        return document_error(document, rules, err, "expected categories and their rules");
    for (size_t i = 0; i < document_pairs(rules); i++) {
        sv name;
        const yaml_node_t *rule = document_pair(document, rules, i, &name);
        if (load_policy_rule(patterns, document, name, document_key(document, rules, i), rule,
                             err) < 0)
            return -1;
    }
    struct names choices = names_of_words("ignore count");
    size_t choice = 0;
    if (load_name(document, root, SV("local_recipients"), false, "value of 'local_recipients'",
                  &choices, &choice, err) < 0)
        return -1;
    patterns->policy.local_recipients_count = choice == 1;
    return 0;
}
