/* Compares one rule with a question, cheapest first: origin, stage, codes, provider, literals, then
 * the pattern, then what it must not overlook. `550`, `5xx` and `5.1.X` are how gates are written.
 */
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

static bool has_one(const sv *literals, size_t count, sv shape)
{
    for (size_t i = 0; i < count; i++)
        if (sv_find(shape, literals[i]) != SV_NPOS)
            return true;
    return count == 0;
}

static bool matches(const struct regex *regex, struct matcher *matcher, sv shape)
{
    return regex && regex_match(regex, matcher, shape) == REGEX_YES;
}

static enum rule_fit words_fit(const struct rule *rule, struct matcher *matcher, sv shape)
{
    if (!matches(rule->regex, matcher, shape))
        return FIT_NO_PATTERN;
    return matches(rule->unless, matcher, shape) ? FIT_UNLESS : FIT_YES;
}

static bool is_guarded(const struct patterns *patterns, const struct rule *rule,
                       struct matcher *matcher, sv shape)
{
    return rule->guard && matches(patterns->guards[rule->guard - 1].regex, matcher, shape);
}

enum rule_fit rule_fits(const struct patterns *patterns, const struct rule *rule,
                        struct matcher *matcher, const struct question *question)
{
    sv shape = question->shape;
    enum rule_fit fit = closed_gate(rule, question);
    if (fit == FIT_YES && (!has_one(rule->literals, rule->literal_count, shape) ||
                           !has_one(rule->also, rule->also_count, shape)))
        fit = FIT_NO_LITERAL;
    if (fit == FIT_YES)
        fit = words_fit(rule, matcher, shape);
    return fit == FIT_YES && is_guarded(patterns, rule, matcher, shape) ? FIT_GUARDED : fit;
}

enum rule_fit rule_fits_candidate(const struct patterns *patterns, const struct rule *rule,
                                  bool guard_possible, struct matcher *matcher,
                                  const struct question *question)
{
    enum rule_fit fit = closed_gate(rule, question);
    if (fit == FIT_YES)
        fit = words_fit(rule, matcher, question->shape);
    return fit == FIT_YES && guard_possible && is_guarded(patterns, rule, matcher, question->shape)
               ? FIT_GUARDED
               : fit;
}

bool rule_passes(const struct rule *rule, struct matcher *matcher, sv shape)
{
    return matches(rule->for_a_time, matcher, shape);
}
