#include "rules.h"

static bool code_matches(sv gate, int code)
{
    if (gate.ptr[1] == 'x')
        return code / 100 == gate.ptr[0] - '0';
    return code == (gate.ptr[0] - '0') * 100 + (gate.ptr[1] - '0') * 10 + (gate.ptr[2] - '0');
}

/* "5.1.1"; an X or x in the gate stands for any number. */
static bool enhanced_matches(sv gate, sv enhanced)
{
    if (!enhanced.len)
        return false;
    while (gate.len || enhanced.len) {
        sv want = sv_cut(gate, '.', &gate), have = sv_cut(enhanced, '.', &enhanced);
        bool any = want.len == 1 && to_lower(want.ptr[0]) == 'x' && have.len;
        if (!any && !sv_eq(want, have))
            return false;
    }
    return true;
}

static bool gates_open(const struct rule *rule, const struct question *question)
{
    bool open = !rule->provider_count;
    if (rule->stages && !(rule->stages >> question->stage & 1))
        return false;
    if (rule->origins && !(rule->origins >> question->origin & 1))
        return false;
    for (size_t i = 0; i < rule->provider_count && !open; i++)
        open = sv_eq(rule->providers[i], question->provider);
    if (!open)
        return false;
    open = !rule->code_count;
    for (size_t i = 0; i < rule->code_count && !open; i++)
        open = code_matches(rule->codes[i], question->code);
    if (!open)
        return false;
    open = !rule->enhanced_count;
    for (size_t i = 0; i < rule->enhanced_count && !open; i++)
        open = enhanced_matches(rule->enhanced[i], question->enhanced);
    return open;
}

static bool has_literal(const struct rule *rule, sv shape)
{
    if (!rule->literal_count)
        return true;
    for (size_t i = 0; i < rule->literal_count; i++)
        if (sv_find(shape, rule->literals[i]) != SV_NPOS)
            return true;
    return false;
}

bool rule_takes(const struct rule *rule, struct matcher *matcher, const struct question *question)
{
    return gates_open(rule, question) && has_literal(rule, question->shape) &&
           regex_match(rule->regex, matcher, question->shape) == REGEX_YES &&
           !(rule->unless && regex_match(rule->unless, matcher, question->shape) == REGEX_YES);
}

const struct rule *rules_find(const struct patterns *patterns, struct matcher *matcher,
                              const struct question *question)
{
    for (size_t i = 0; i < patterns->rule_count; i++)
        if (rule_takes(&patterns->rules[i], matcher, question))
            return &patterns->rules[i];
    return NULL;
}
