/* Sentences about one address. Times are to the minute and say UTC; where a bound is a second
 * within that minute, the minute after it is named, so that what is said always holds.
 */
#include "why_words.h"

#include "bouncelog/base/date.h"

enum { MINUTE = 60 };

/* "30 November 2026 10:00 UTC" */
static void add_time(struct buf *text, int64_t time)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    struct civil at = date_to_civil(time);
    buf_printf(text, "%d %s %d %02d:%02d UTC", at.day, months[at.month - 1], at.year, at.hour,
               at.minute);
}

static void add_after(struct buf *text, int64_t time)
{
    buf_add(text, SV("after "));
    add_time(text, date_step(time + MINUTE - 1, MINUTE) * MINUTE);
}

static void add_days(struct buf *text, const char *before, int64_t days)
{
    if (days)
        buf_printf(text, " %s %lld day%s", before, (long long)days, days == 1 ? "" : "s");
}

static void add_need(struct buf *text, const struct lack *lack, const struct taxonomy *taxonomy)
{
    const struct policy_rule *rule = lack->rule;
    sv name = taxonomy->categories[lack->failure->category].name;
    buf_printf(text, "%.*s needs ", SV_FMT(name));
    if (rule->at_once)
        buf_printf(text, "one final refusal in clear words%s", rule->messages ? ", or " : "");
    if (!rule->messages)
        return;
    buf_printf(text, "%d message%s", rule->messages, rule->messages == 1 ? "" : "s");
    add_days(text, "over", rule->span_days);
    add_days(text, "within", rule->within_days);
}

static void add_have(struct buf *text, const struct lack *lack, sv address)
{
    bool one = lack->messages == 1;
    buf_printf(text, "; there %s %lld", one ? "is" : "are", (long long)lack->messages);
    if (!one && lack->rule->span_days)
        buf_printf(text, " over %lld", (long long)(lack->span / DATE_DAY));
    if (lack->rule->per_domain)
        buf_printf(text, " at all of %.*s", SV_FMT(sv_after_last(address, '@')));
}

void why_add_lack(struct buf *text, const struct lack *lack, sv address,
                  const struct taxonomy *taxonomy, int64_t now)
{
    if (!lack->more && !lack->lapsed)
        return;
    add_need(text, lack, taxonomy);
    add_have(text, lack, address);
    if (lack->lapsed) {
        buf_printf(text, ", which lapsed after %d days", lack->rule->lapse_days);
        return;
    }
    if (!lack->rule->messages)
        return;
    bool later = lack->from > now;
    if (lack->more == 1)
        buf_add(text, later ? SV("; one ") : SV("; one more "));
    else
        buf_printf(text, later ? "; %d more, the last " : "; %d more ", lack->more);
    if (later) {
        add_after(text, lack->from);
        buf_add_byte(text, ' ');
    }
    if (lack->until != INT64_MAX) {
        buf_add(text, SV("until "));
        add_time(text, lack->until);
        buf_add_byte(text, ' ');
    }
    buf_add(text, SV("would list it"));
}

void why_add_after_hold(struct buf *text, const struct decision *decision,
                        const struct address_record *record)
{
    if (decision->hold == HOLD_INCIDENT) {
        int64_t end = decision->incident ? decision->incident->last : record->listing.excused;
        buf_add(text, SV("a failure when the incident is over, "));
        add_after(text, end);
        buf_add(text, SV(", would list it"));
        return;
    }
    buf_add(text, SV("it took mail just before it failed; a failure of another day, "));
    add_after(text, decision->from);
    buf_add(text, SV(" and without a delivery between, would list it"));
}

const char *why_never_words(enum never_listed never)
{
    switch (never) {
    case NEVER_NULL:
        return "the null sender is nobody's address";
    case NEVER_NO_DOMAIN:
        return "a user of your own host, without a domain, is never listed";
    case NEVER_NAME:
        return "postmaster, mailer-daemon and their like are never listed";
    case NEVER_SENDER:
        return "this host sends mail in its name: your own senders are never listed";
    case NEVER_UNKNOWN:
        return "--recipients does not know it: only addresses in that file are listed";
    case MAY_BE_LISTED:
        break;
    }
    return "";
}

static const char *scope_words(enum scope scope)
{
    switch (scope) {
    case SCOPE_SENDER:
        return "you, the sender";
    case SCOPE_CONTENT:
        return "the message";
    case SCOPE_NETWORK:
        return "the network";
    case SCOPE_REMOTE_SYSTEM:
        return "the other server";
    case SCOPE_LOCAL:
        return "your own host";
    default:
        return "something else";
    }
}

static const char *const reasons[UNCOUNTED_REASONS] = {
    [UNCOUNTED_NOT] = "which counts",
    [UNCOUNTED_LOCAL_AGENT] = "of a user of your own host",
    [UNCOUNTED_NULL_SENDER] = "of mail with the null sender, a notification",
    [UNCOUNTED_STRANGE_TIME] = "at a time that cannot be",
    [UNCOUNTED_AMBIGUOUS] = "in a line that can be read in two ways",
    [UNCOUNTED_STAGE] = "before the address was named, so about you, the sender",
    [UNCOUNTED_POLICY] = "which the policy does not count",
};

void why_add_uncounted(struct buf *text, const struct why_uncounted *uncounted,
                       const struct taxonomy *taxonomy)
{
    sv name = taxonomy_category_name(taxonomy, uncounted->category);
    buf_printf(text, "%s%lld failure%s ", text->len ? "; " : "", (long long)uncounted->count,
               uncounted->count == 1 ? "" : "s");
    if (name.len)
        buf_printf(text, "by %.*s ", SV_FMT(name));
    if (uncounted->reason == UNCOUNTED_SCOPE)
        buf_printf(text, "say%s nothing of the address, but of %s",
                   uncounted->count == 1 ? "s" : "",
                   scope_words(taxonomy->categories[uncounted->category].scope));
    else
        buf_printf(text, "%s", reasons[uncounted->reason]);
}

void why_add_elsewhere(struct buf *text, const struct failure *failure, size_t count,
                       const struct taxonomy *taxonomy)
{
    sv original = failure_text(failure, FAILURE_ORIGINAL);
    bool is_final = !failure_text(failure, FAILURE_FINAL).len;
    buf_printf(text, "%s%zu failure%s by %.*s ", text->len ? "; " : "", count,
               count == 1 ? "" : "s", SV_FMT(taxonomy->categories[failure->category].name));
    if (is_final && original.len)
        buf_printf(text, "against %.*s, which was mailed, or others that were", SV_FMT(original));
    else
        buf_add(text, SV("against the final addresses, since it stands for more than one"));
}

static void add_quoted(struct buf *text, sv word)
{
    bool plain = word.len && word.ptr[0] != '-';
    for (size_t i = 0; i < word.len; i++)
        plain =
            plain && (is_alnum(word.ptr[i]) || sv_find_byte(SV("@._-+/"), word.ptr[i]) != SV_NPOS);
    if (plain) {
        buf_add(text, word);
        return;
    }
    buf_add_byte(text, '\'');
    for (size_t i = 0; i < word.len; i++)
        if (word.ptr[i] == '\'')
            buf_add(text, SV("'\\''"));
        else
            buf_add_byte(text, word.ptr[i]);
    buf_add_byte(text, '\'');
}

void why_add_place(struct buf *text, const char *history, sv address)
{
    buf_add(text, SV(" --history "));
    if (history)
        add_quoted(text, sv_from(history));
    else
        buf_add(text, SV("DB"));
    if (!address.len)
        return;
    buf_add_byte(text, ' ');
    if (address.ptr[0] == '-')
        buf_add(text, SV("-- "));
    add_quoted(text, address);
}
