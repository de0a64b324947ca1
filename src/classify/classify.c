/* What a reply means: the rules that its shape passes, else its enhanced code, else its code.
 *
 * Answers are remembered by shape. A code that speaks of an address means something else where it
 * answers a command that names none. */
#include "bouncelog/classify/classify.h"

#include "bouncelog/base/mem.h"
#include "memo.h"
#include "next_hop.h"
#include "prefilter.h"
#include "rules.h"
#include "shape.h"

struct classifier {
    const struct patterns *patterns;
    struct matcher *matcher;
    struct prefilter *prefilter;
    struct memo memo;
    struct provider_memo providers;
    struct own_hops hops;
    char shape_bytes[SHAPE_MAX];
    sv text, shape; /* of the last text; no shape (ptr is NULL): it was not needed */
};

struct classifier *classifier_new(const struct patterns *patterns)
{
    struct classifier *classifier = mem_zero(1, sizeof *classifier);
    classifier->patterns = patterns;
    classifier->matcher = matcher_new();
    classifier->prefilter = prefilter_new(patterns);
    memo_init(&classifier->memo);
    return classifier;
}

void classifier_own_hops(struct classifier *classifier, const sv *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        classifier->hops.names =
            mem_room(classifier->hops.names, classifier->hops.count, sizeof *names);
        classifier->hops.names[classifier->hops.count++] = names[i];
    }
}

void classifier_free(struct classifier *classifier)
{
    if (!classifier)
        return;
    matcher_free(classifier->matcher);
    prefilter_free(classifier->prefilter);
    memo_release(&classifier->memo);
    mem_free(classifier->hops.names);
    mem_free(classifier);
}

sv classifier_shape(struct classifier *classifier)
{
    if (!classifier->shape.ptr)
        classifier->shape =
            shape_of(classifier->text, &classifier->patterns->keep_hosts, classifier->shape_bytes);
    return classifier->shape;
}

uint64_t classifier_limits(const struct classifier *classifier)
{
    return matcher_limits(classifier->matcher);
}

/* A code about the address means something else when it answers a command that names none: MAIL
 * speaks of the sender, a greeting of the host (TAXONOMY: code and command together). */
static uint8_t at_stage(const struct classifier *classifier, uint8_t category, enum stage stage)
{
    const struct taxonomy *taxonomy = &classifier->patterns->taxonomy;
    if (category >= taxonomy->category_count)
        return category;
    enum scope scope = taxonomy->categories[category].scope;
    if (scope != SCOPE_RECIPIENT && scope != SCOPE_DOMAIN)
        return category;
    if (stage == STAGE_MAIL)
        return taxonomy->roles[ROLE_SENDER_REFUSED];
    if (stage == STAGE_CONNECT || stage == STAGE_BANNER || stage == STAGE_EHLO)
        return taxonomy->roles[ROLE_CLIENT_REFUSED];
    return category;
}

static bool is_decision(const struct classifier *classifier, uint8_t category)
{
    return category != CATEGORY_NONE &&
           category != classifier->patterns->taxonomy.roles[ROLE_UNCLASSIFIED];
}

/* The code itself; or, when it is in no registry (5.7.193), the subject that it belongs to, unless
 * that speaks about an address or a connection. */
static const struct enhanced_entry *look_up(const struct taxonomy *taxonomy, sv enhanced)
{
    const struct enhanced_entry *entry = taxonomy_enhanced(taxonomy, enhanced);
    if (entry || enhanced.len < 5 || enhanced.ptr[1] != '.' || enhanced.ptr[3] != '.')
        return entry;
    char subject[] = {enhanced.ptr[0], '.', enhanced.ptr[2], '.', '0'};
    entry = taxonomy_enhanced(taxonomy, sv_make(subject, sizeof subject));
    if (!entry || entry->category >= taxonomy->category_count)
        return NULL;
    enum scope scope = taxonomy->categories[entry->category].scope;
    return scope == SCOPE_SENDER || scope == SCOPE_CONTENT || scope == SCOPE_REMOTE_SYSTEM ? entry
                                                                                           : NULL;
}

static bool by_enhanced(const struct classifier *classifier, sv enhanced, enum stage stage,
                        enum basis basis, struct verdict *verdict)
{
    const struct enhanced_entry *entry =
        enhanced.len ? look_up(&classifier->patterns->taxonomy, enhanced) : NULL;
    if (!entry)
        return false;
    uint8_t category = at_stage(classifier, entry->category, stage);
    if (!is_decision(classifier, category))
        return false;
    *verdict = (struct verdict){.category = category, .basis = basis, .rule = entry->key};
    return true;
}

static bool by_code(const struct classifier *classifier, const struct question *question,
                    struct verdict *verdict)
{
    const struct code_entry *entry = taxonomy_code(&classifier->patterns->taxonomy, question->code);
    if (!entry)
        return false;
    uint8_t category = at_stage(classifier, entry->category, question->stage);
    if (!is_decision(classifier, category))
        return false;
    *verdict = (struct verdict){.category = category, .basis = BASIS_CODE, .rule = entry->name};
    return true;
}

static const struct rule *first_that_fits(struct classifier *classifier,
                                          const struct question *question)
{
    const struct patterns *patterns = classifier->patterns;
    prefilter_ask(classifier->prefilter, question);
    for (size_t i = prefilter_next(classifier->prefilter, 0); i < patterns->rule_count;
         i = prefilter_next(classifier->prefilter, i + 1))
        if (rule_fits_candidate(patterns, &patterns->rules[i],
                                prefilter_guard(classifier->prefilter, patterns->rules[i].guard),
                                classifier->matcher, question) == FIT_YES)
            return &patterns->rules[i];
    return NULL;
}

/* Some MTAs have a word or two for whatever a server answers. What they log as dsn= says more. */
static bool dsn_says_more(const struct patterns *patterns, const struct record *attempt)
{
    const struct mta_patterns *mta = &patterns->mtas[attempt->mta];
    if (!mta->stock_word_count || attempt->said.origin != ORIGIN_LOCAL || attempt->local)
        return false;
    for (size_t i = 0; i < mta->stock_word_count; i++)
        if (sv_starts(attempt->reply.text, mta->stock_words[i]))
            return true;
    return false;
}

static struct verdict by_rule(struct classifier *classifier, const struct rule *rule, sv shape)
{
    return (struct verdict){.category = rule->category,
                            .basis = BASIS_RULE,
                            .rule = rule->name,
                            .remedy = rule->remedy,
                            .list = rule->list,
                            .for_a_time = rule_passes(rule, classifier->matcher, shape)};
}

static struct verdict judge(struct classifier *classifier, const struct question *question, sv dsn,
                            bool dsn_first)
{
    const struct taxonomy *taxonomy = &classifier->patterns->taxonomy;
    struct verdict verdict = {.category = taxonomy->roles[ROLE_UNCLASSIFIED], .basis = BASIS_NONE};
    bool decided = dsn_first && by_enhanced(classifier, dsn, question->stage, BASIS_MTA, &verdict);
    const struct rule *rule = decided ? NULL : first_that_fits(classifier, question);
    if (rule)
        verdict = by_rule(classifier, rule, question->shape);
    else if (!decided &&
             !by_enhanced(classifier, question->enhanced, question->stage, BASIS_ENHANCED,
                          &verdict) &&
             !by_code(classifier, question, &verdict) && question->origin != ORIGIN_REMOTE)
        by_enhanced(classifier, dsn, question->stage, BASIS_MTA, &verdict);
    if (!verdict.remedy.len)
        verdict.remedy =
            patterns_remedy(classifier->patterns, question->provider, verdict.category);
    return verdict;
}

/* The words of our own MTA say what it found out itself; without a reply they are no more than
 * that, whichever rule reads them. */
static void own_words(const struct record *attempt, struct verdict *verdict)
{
    if (attempt->mta != MTA_UNKNOWN && attempt->said.origin == ORIGIN_LOCAL &&
        attempt->outcome != OUTCOME_REFUSED && verdict->basis == BASIS_RULE)
        verdict->basis = BASIS_MTA;
}

/* The code at the start of v, with what closes its bracket behind it; empty: there is none. */
static sv bracketed_code(sv v, bool marked)
{
    size_t len = 0, dots = 0;
    for (; len < v.len && (is_digit(v.ptr[len]) || v.ptr[len] == '.'); len++)
        dots += v.ptr[len] == '.';
    bool closed = len < v.len && (v.ptr[len] == ')' || v.ptr[len] == ']');
    bool goes_on = len < v.len && marked && v.ptr[len] == ' ';
    bool fits = dots == 2 && len >= 5 && len <= 9 && (v.ptr[0] == '4' || v.ptr[0] == '5') &&
                v.ptr[1] == '.' && v.ptr[len - 1] != '.';
    return fits && (closed || goes_on) ? sv_sub(v, 0, len) : SV_EMPTY;
}

/* "(#5.1.1)", "(#5.1.1 - chkuser)", "[5.1.1]": qmail and its heirs write the enhanced code behind
 * the words, or between them. */
static sv enhanced_between_words(sv text)
{
    for (size_t at = 0; at + 1 < text.len; at++) {
        if (text.ptr[at] != '(' && text.ptr[at] != '[')
            continue;
        bool marked = text.ptr[at + 1] == '#';
        sv code = bracketed_code(sv_skip(text, at + 1 + marked), marked);
        if (code.len)
            return code;
    }
    return SV_EMPTY;
}

/* What a hop of our own says of domains, networks and servers is our own trouble: nobody else was
 * asked. What it says of a recipient or a sender, it passes on. */
static void own_hop(const struct classifier *classifier, const struct record *attempt,
                    struct verdict *verdict)
{
    const struct taxonomy *taxonomy = &classifier->patterns->taxonomy;
    if (verdict->category >= taxonomy->category_count ||
        verdict->category == taxonomy->roles[ROLE_EXPIRED])
        return;
    enum scope scope = taxonomy->categories[verdict->category].scope;
    if ((scope != SCOPE_DOMAIN && scope != SCOPE_NETWORK && scope != SCOPE_REMOTE_SYSTEM) ||
        !next_hop_is_own(classifier->patterns, &classifier->hops, attempt))
        return;
    uint8_t category = taxonomy->roles[ROLE_OWN_HOP];
    *verdict = (struct verdict){
        .category = category,
        .basis = verdict->basis,
        .rule = SV("own-hop"),
        .remedy = patterns_own_remedy(classifier->patterns, attempt->said.origin, category)};
}

/* All but the shape. */
static struct question question_of(struct classifier *classifier, const struct record *attempt)
{
    classifier->text = attempt->reply.text;
    classifier->shape = (sv){NULL, 0};
    return (struct question){.origin = attempt->said.origin,
                             .stage = attempt->said.stage,
                             .code = attempt->reply.code,
                             .enhanced = attempt->reply.enhanced.len
                                             ? attempt->reply.enhanced
                                             : enhanced_between_words(attempt->reply.text),
                             .provider = attempt->provider};
}

static struct question shaped_question_of(struct classifier *classifier,
                                          const struct record *attempt)
{
    struct question question = question_of(classifier, attempt);
    question.shape = classifier_shape(classifier);
    return question;
}

static struct verdict answer(struct classifier *classifier, const struct record *attempt)
{
    struct memo_key words, shape;
    struct question question = question_of(classifier, attempt);
    sv dsn = attempt->said.origin == ORIGIN_REMOTE ? SV_EMPTY : attempt->dsn;
    bool dsn_first = dsn_says_more(classifier->patterns, attempt), added;
    memo_key(&words, &question, dsn, dsn_first, attempt->reply.text);
    const struct verdict *known = memo_find(&classifier->memo, &words);
    if (known)
        return *known;
    question.shape = classifier_shape(classifier);
    memo_key(&shape, &question, dsn, dsn_first, question.shape);
    struct verdict *verdict = memo_add(&classifier->memo, &shape, &added);
    if (added)
        *verdict = judge(classifier, &question, dsn, dsn_first);
    memo_note(&classifier->memo, &words, verdict);
    return *verdict;
}

void classify(struct classifier *classifier, struct record *attempt)
{
    struct answerer answerer =
        patterns_answerer(classifier->patterns, &classifier->providers, &attempt->relay,
                          attempt->recipient, attempt->domain_key);
    attempt->provider = answerer.provider;
    attempt->relay_key = answerer.relay_key;
    if (attempt->outcome == OUTCOME_DELIVERED || attempt->outcome == OUTCOME_HANDED_OVER ||
        attempt->outcome == OUTCOME_DISCARDED)
        return;
    attempt->verdict = answer(classifier, attempt);
    own_words(attempt, &attempt->verdict);
    own_hop(classifier, attempt, &attempt->verdict);
}

enum rule_fit classifier_rule_fit(struct classifier *classifier, const struct rule *rule,
                                  const struct record *attempt)
{
    struct question question = shaped_question_of(classifier, attempt);
    return rule_fits(classifier->patterns, rule, classifier->matcher, &question);
}

void classifier_trace(struct classifier *classifier, const struct record *attempt,
                      classifier_tracer *tracer, void *context)
{
    const struct patterns *patterns = classifier->patterns;
    struct question question = shaped_question_of(classifier, attempt);
    for (size_t i = 0; i < patterns->rule_count; i++)
        tracer(context, &patterns->rules[i],
               rule_fits(patterns, &patterns->rules[i], classifier->matcher, &question));
}

sv rule_fit_text(enum rule_fit fit)
{
    static const char *const texts[] = {
        [FIT_YES] = "takes it",
        [FIT_NO_ORIGIN] = "is for words of another origin",
        [FIT_NO_STAGE] = "is for answers to another command",
        [FIT_NO_PROVIDER] = "is for another provider",
        [FIT_NO_CODE] = "is for another code",
        [FIT_NO_ENHANCED] = "is for another enhanced code",
        [FIT_NO_LITERAL] = "none of its literals is there",
        [FIT_NO_PATTERN] = "the pattern does not match",
        [FIT_UNLESS] = "its 'unless' matches",
        [FIT_GUARDED] = "the 'unless' of its file matches",
    };
    return sv_from(texts[fit]);
}
