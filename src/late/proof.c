/* Compares the host that a notice came from with the relay that took the mail: by address, network,
 * provider, registered domain. Behind a relay that has the domain of our own server, all senders
 * look alike. */
#include "proof.h"

#include "bouncelog/base/date.h"
#include "bouncelog/base/domain.h"
#include "bouncelog/base/text.h"
#include "bouncelog/model/operator.h"

/* Clocks of others may be wrong by as much. */
enum { CLOCK_SECONDS = 24 * 3600, WAITS_DAYS = 7 };

static bool is_in_time(const struct late_notice *notice, int64_t sent)
{
    return notice->time == INT64_MIN ||
           (notice->time >= sent - CLOCK_SECONDS &&
            notice->time <= sent + (int64_t)LATE_DAYS * DATE_DAY + CLOCK_SECONDS);
}

/* A tag is made when the mail is, which may wait before it is delivered (RFC 5321, 4.5.4.1). */
static bool has_tag_of(const struct late_notice *notice, int64_t sent)
{
    int64_t made = notice->tag_day * DATE_DAY;
    return !notice->tag.len ||
           (sent >= made - CLOCK_SECONDS && sent <= made + WAITS_DAYS * DATE_DAY + CLOCK_SECONDS);
}

static bool are_same(sv a, sv b)
{
    return a.len && sv_eq_nocase(a, b);
}

sv proof_network_of(sv ip, char *text)
{
    sv network = operator_network(ip, text);
    return operator_is_inside(ip) && network.len ? ip : network;
}

static bool share_network(sv a, sv b)
{
    char network[PROOF_NAME_MAX], other[PROOF_NAME_MAX];
    return are_same(a, b) || are_same(proof_network_of(a, network), proof_network_of(b, other));
}

sv proof_name_of(const struct patterns *patterns, sv host, char *lower)
{
    if (sv_ends(host, SV(".")))
        host.len--;
    if (host.len >= PROOF_NAME_MAX)
        return SV_EMPTY;
    bytes_lower(lower, host);
    sv name = sv_make(lower, host.len);
    sv provider = patterns_provider(patterns, name, SV_EMPTY);
    sv domain = provider.len ? provider : domain_registrable(name);
    return domain.len ? domain : name;
}

bool proof_share_name(const struct patterns *patterns, sv a, sv b)
{
    char lower[PROOF_NAME_MAX], other[PROOF_NAME_MAX];
    return are_same(proof_name_of(patterns, a, lower), proof_name_of(patterns, b, other));
}

bool late_may_speak(const struct patterns *patterns, const struct late_notice *notice, int64_t sent,
                    sv relay, sv recipient)
{
    return is_in_time(notice, sent) && has_tag_of(notice, sent) &&
           (notice->complaint || notice->null_sender) && !notice->went_on &&
           (!notice->refuser.len || sv_eq_nocase(notice->refuser, SV("localhost")) ||
            proof_share_name(patterns, notice->refuser, relay) ||
            operator_is_own(notice->refuser, sv_after_last(recipient, '@')));
}

bool proof_tag_suffices(const struct patterns *patterns, const struct late_notice *notice)
{
    return notice->tag.len &&
           (notice->complaint || !notice->source_ip.len || operator_is_inside(notice->source_ip) ||
            proof_share_name(patterns, notice->server, notice->source_host));
}

bool proof_holds(const struct patterns *patterns, const struct late_notice *notice,
                 const struct event *delivery)
{
    const struct record *attempt = &delivery->attempt;
    const struct relay *relay = &attempt->relay;
    bool from_there = !proof_share_name(patterns, notice->server, relay->host) &&
                      (share_network(notice->source_ip, relay->ip) ||
                       proof_share_name(patterns, notice->source_host, relay->host));
    return late_may_speak(patterns, notice, attempt->time, relay->host, attempt->recipient) &&
           (from_there || proof_tag_suffices(patterns, notice));
}
