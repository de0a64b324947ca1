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

static enum rule_fit closed_gate(const struct rule *rule, const struct question *question)
{
    if (rule->stages && !(rule->stages >> question->stage & 1))
        return FIT_NO_STAGE;
    if (rule->origins && !(rule->origins >> question->origin & 1))
        return FIT_NO_ORIGIN;
    bool open = !rule->provider_count;
    for (size_t i = 0; i < rule->provider_count && !open; i++)
        open = sv_eq(rule->providers[i], question->provider);
    if (!open)
        return FIT_NO_PROVIDER;
    open = !rule->code_count;
    for (size_t i = 0; i < rule->code_count && !open; i++)
        open = code_matches(rule->codes[i], question->code);
    if (!open)
        return FIT_NO_CODE;
    open = !rule->enhanced_count;
    for (size_t i = 0; i < rule->enhanced_count && !open; i++)
        open = enhanced_matches(rule->enhanced[i], question->enhanced);
    return open ? FIT_YES : FIT_NO_ENHANCED;
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

static enum rule_fit words_fit(const struct rule *rule, struct matcher *matcher, sv shape)
{
    if (regex_match(rule->regex, matcher, shape) != REGEX_YES)
        return FIT_NO_PATTERN;
    if (rule->unless && regex_match(rule->unless, matcher, shape) == REGEX_YES)
        return FIT_UNLESS;
    if (rule->guard && regex_match(rule->guard, matcher, shape) == REGEX_YES)
        return FIT_GUARDED;
    return FIT_YES;
}

enum rule_fit rule_fits(const struct rule *rule, struct matcher *matcher,
                        const struct question *question)
{
    enum rule_fit gate = closed_gate(rule, question);
    if (gate != FIT_YES)
        return gate;
    if (!has_literal(rule, question->shape))
        return FIT_NO_LITERAL;
    return words_fit(rule, matcher, question->shape);
}

enum rule_fit rule_fits_candidate(const struct rule *rule, struct matcher *matcher,
                                  const struct question *question)
{
    enum rule_fit gate = closed_gate(rule, question);
    return gate == FIT_YES ? words_fit(rule, matcher, question->shape) : gate;
}
