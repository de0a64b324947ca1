/* The policy, row by row (patterns/policy.yaml, docs/POLICY.md): what follows from one failure,
 * when several failures suffice, which addresses may be listed at all, and which a list can carry.
 *
 * A failure suffices by itself if our MTA gave up, the reply was permanent, and the verdict rests
 * on words, which do not say that it will pass, or an enhanced status code. What speaks of us, the
 * content or the network lists nobody.
 */
#include "bouncelog/suppress/policy.h"

#include "bouncelog/suppress/lacks.h"

enum {
    SECONDS_A_DAY = 86400,
    LOCAL_PART_MAX = 64,
    LABEL_MAX = 63,
    ADDRESS_MAX = 254,
    TIMES_MAX = 64
};

static sv local_part(sv address)
{
    size_t at = sv_rfind_byte(address, '@');
    return at == SV_NPOS ? address : sv_sub(address, 0, at);
}

bool policy_may_list(sv address)
{
    static const char *const never[] = {"", "mailer-daemon", "postmaster", "unknown"};
    sv local = local_part(address);
    if (local.len == address.len)
        return false; /* without a domain: a user of our own, or no address at all */
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (sv_eq_nocase(local, sv_from(never[i])))
            return false;
    /* How Exim writes a local part in other letters to a server without SMTPUTF8: nobody has it. */
    return !sv_starts_nocase(local, SV("xn--"));
}

static bool is_solid(enum basis basis)
{
    return basis == BASIS_RULE || basis == BASIS_ENHANCED;
}

static bool names_recipient(const struct record *attempt)
{
    return sv_has_nocase(attempt->reply.text, attempt->recipient);
}

/* Servers that check a sender by asking his own say so at RCPT: it is he who is unknown. */
static bool names_sender(const struct event *event)
{
    return event->sender_known && sv_find_byte(event->sender, '@') != SV_NPOS &&
           sv_has_nocase(event->attempt.reply.text, event->sender);
}

/* A reply to connect, EHLO or MAIL speaks of us, unless it names the recipient. */
static bool speaks_of_recipient(const struct event *event)
{
    const struct record *attempt = &event->attempt;
    enum stage stage = attempt->said.stage;
    bool about_us = attempt->said.origin == ORIGIN_REMOTE &&
                    (stage == STAGE_CONNECT || stage == STAGE_BANNER || stage == STAGE_EHLO ||
                     stage == STAGE_STARTTLS || stage == STAGE_AUTH || stage == STAGE_MAIL);
    if (attempt->never_rcpt) /* could have been MAIL */
        about_us = true;
    return (!about_us && !names_sender(event)) || names_recipient(attempt);
}

/* One unknown among them refuses the mail for the others, too: so it counts, and is not enough by
 * itself, unless it says who is meant. */
static bool speaks_of_all(const struct event *event)
{
    return event->for_all && !names_recipient(&event->attempt);
}

static bool rule_takes(const struct policy_rule *rule, const struct taxonomy *taxonomy,
                       const struct event *event)
{
    if (!rule->listed)
        return false;
    if (rule->stages && !(rule->stages >> event->attempt.said.stage & 1))
        return false;
    if (!rule->causes)
        return true;
    return event->cause < taxonomy->category_count &&
           (rule->causes >> taxonomy->categories[event->cause].scope & 1);
}

static enum action otherwise(const struct record *attempt)
{
    return attempt->outcome == OUTCOME_DEFERRED ? ACTION_RETRY : ACTION_NONE;
}

enum action policy_action_left_out(const struct event *event)
{
    bool counts = event->action == ACTION_SUPPRESS || event->action == ACTION_COUNT_TOWARD;
    return counts ? otherwise(&event->attempt) : event->action;
}

static enum action count_or_suppress(const struct policy_table *policy,
                                     const struct taxonomy *taxonomy, const struct event *event)
{
    const struct record *attempt = &event->attempt;
    const struct policy_rule *rule = &policy->rules[attempt->verdict.category];
    if (!event->suppressible || !rule_takes(rule, taxonomy, event) ||
        !policy_may_list(attempt->recipient) || !speaks_of_recipient(event) ||
        (attempt->local && !policy->local_recipients_count))
        return otherwise(attempt);
    bool final = attempt->outcome == OUTCOME_BOUNCED || outcome_is_late(attempt->outcome);
    return rule->at_once && final && attempt->severity == SEVERITY_PERMANENT &&
                   is_solid(attempt->verdict.basis) && !attempt->verdict.for_a_time &&
                   !speaks_of_all(event)
               ? ACTION_SUPPRESS
               : ACTION_COUNT_TOWARD;
}

enum action policy_action(const struct policy_table *policy, const struct taxonomy *taxonomy,
                          const struct event *event)
{
    const struct record *attempt = &event->attempt;
    bool failed = outcome_is_failure(attempt->outcome);
    if (!failed || attempt->verdict.category >= taxonomy->category_count)
        return ACTION_NONE;
    const struct category *category = &taxonomy->categories[attempt->verdict.category];
    bool passes = category->severity == SEVERITY_TRANSIENT;
    if (attempt->verdict.category == taxonomy->roles[ROLE_OWN_LIST])
        return otherwise(attempt); /* it does what it is there for */
    switch (category->scope) {
    case SCOPE_RECIPIENT:
    case SCOPE_DOMAIN:
        return count_or_suppress(policy, taxonomy, event);
    case SCOPE_SENDER:
        return passes && attempt->outcome == OUTCOME_DEFERRED ? ACTION_RETRY : ACTION_FIX_SENDER;
    case SCOPE_CONTENT:
        return ACTION_FIX_CONTENT;
    case SCOPE_LOCAL:
        return ACTION_FIX_LOCAL;
    default:
        return policy->rules[attempt->verdict.category].listed
                   ? count_or_suppress(policy, taxonomy, event)
                   : otherwise(attempt);
    }
}

enum uncounted why_uncounted(const struct policy_table *policy, const struct taxonomy *taxonomy,
                             const struct event *event)
{
    const struct record *attempt = &event->attempt;
    enum action action = policy_action(policy, taxonomy, event);
    if (!outcome_is_failure(attempt->outcome) || action == ACTION_SUPPRESS ||
        action == ACTION_COUNT_TOWARD)
        return UNCOUNTED_NOT;
    if (attempt->verdict.category >= taxonomy->category_count)
        return UNCOUNTED_POLICY;
    enum scope scope = taxonomy->categories[attempt->verdict.category].scope;
    const struct policy_rule *rule = &policy->rules[attempt->verdict.category];
    if (scope != SCOPE_RECIPIENT && scope != SCOPE_DOMAIN && !rule->listed)
        return UNCOUNTED_SCOPE;
    if (attempt->ambiguous)
        return UNCOUNTED_AMBIGUOUS;
    if (event->strange)
        return UNCOUNTED_STRANGE_TIME;
    if (!event->suppressible)
        return UNCOUNTED_NULL_SENDER;
    if (attempt->local && !policy->local_recipients_count)
        return UNCOUNTED_LOCAL_AGENT;
    return speaks_of_recipient(event) ? UNCOUNTED_POLICY : UNCOUNTED_STAGE;
}

static size_t sort_times(int64_t *sorted, const int64_t *times, size_t count)
{
    size_t n = count < TIMES_MAX ? count : TIMES_MAX;
    for (size_t i = 0; i < n; i++) {
        size_t at = i;
        for (; at && sorted[at - 1] > times[i]; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = times[i];
    }
    return n;
}

bool policy_reached(const struct policy_rule *rule, const int64_t *times, size_t count)
{
    int64_t sorted[TIMES_MAX];
    size_t n = sort_times(sorted, times, count), need = (size_t)rule->messages;
    int64_t span = (int64_t)rule->span_days * SECONDS_A_DAY;
    int64_t window = (int64_t)rule->within_days * SECONDS_A_DAY;
    if (!rule->listed || need == 0)
        return false;
    /* Any run of messages that fits into the window will do, the widest one first. */
    for (size_t first = 0; first < n; first++) {
        size_t last = n - 1;
        while (window && last > first && sorted[last] - sorted[first] > window)
            last--;
        if (last + 1 - first >= need && sorted[last] - sorted[first] >= span)
            return true;
    }
    return false;
}

static bool is_atom_char(char c)
{
    return is_alnum(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool is_dot_atom(sv local)
{
    if (!local.len || local.ptr[0] == '.' || local.ptr[local.len - 1] == '.' ||
        sv_find(local, SV("..")) != SV_NPOS)
        return false;
    for (size_t i = 0; i < local.len; i++)
        if (!is_atom_char(local.ptr[i]) && local.ptr[i] != '.')
            return false;
    return true;
}

/* RFC 1123 section 2.1 */
static bool is_label(sv label)
{
    if (!label.len || label.len > LABEL_MAX || label.ptr[0] == '-' ||
        label.ptr[label.len - 1] == '-')
        return false;
    for (size_t i = 0; i < label.len; i++)
        if (!is_alnum(label.ptr[i]) && label.ptr[i] != '-')
            return false;
    return true;
}

static bool is_host_name(sv domain)
{
    size_t labels = 0;
    for (size_t end = 0; end != SV_NPOS; labels++) {
        end = sv_find_byte(domain, '.');
        if (!is_label(sv_sub(domain, 0, end)))
            return false;
        domain = sv_skip(domain, end == SV_NPOS ? domain.len : end + 1);
    }
    return labels > 1;
}

const char *policy_unsafe(sv address)
{
    size_t at = sv_rfind_byte(address, '@');
    sv local = local_part(address);
    if (at == SV_NPOS)
        return "no domain";
    if (local.len > LOCAL_PART_MAX || address.len > ADDRESS_MAX)
        return "longer than RFC 5321 allows";
    if (!is_dot_atom(local))
        return "the local part is no plain dot-atom";
    if (sv_find_byte(local, '*') != SV_NPOS)
        return "a wild card to programs that read lists";
    if (strchr("#=+-@|!^/", local.ptr[0]))
        return "begins with a character that has a meaning to programs that read lists";
    if (!is_host_name(sv_skip(address, at + 1)))
        return "the domain is no ASCII host name";
    return NULL;
}
