/* Where an address stands on the lists, from run to run: since when, whether mail behind its entry
 * was refused or taken, and whether it is let go for one mail.
 *
 * Nothing is decided here but who is probed. */
#include "listings.h"

#include "bouncelog/base/date.h"
#include "bouncelog/base/hash.h"

enum { SECONDS_A_DAY = 86400 };

bool listing_took_mail(const struct address_record *record)
{
    return record->delivered_at && date_step(record->delivered_at, DELIVERY_STEP) >=
                                       date_step(record->listing.last_failure, DELIVERY_STEP);
}

/* What a person said of mail that he got is no matter of servers. */
enum fate listing_fate(const struct address_record *record)
{
    enum fate fate = record->listing.since ? record->listing.fate : FATE_UNTESTED;
    if (!record->listing.since || fate == FATE_ACCEPTED)
        return fate;
    for (const struct failure *at = record->failures; at; at = at->next) {
        if (failure_is_lasting(at))
            return fate;
        if (at->last_seen > record->listing.since && at->facts.outcome != OUTCOME_DEFERRED)
            fate = FATE_REFUSED;
    }
    return listing_took_mail(record) ? FATE_ACCEPTED : fate;
}

/* By chance, but the same one every night. */
bool listing_is_probed(const struct suppress_options *options, sv address,
                       const struct address_record *record, const struct decision *decision)
{
    const struct probe_rule *probe = &options->policy->probe;
    const struct listing *listing = &record->listing;
    if (!probe->per_million || !listing->since || decision->fate != FATE_UNTESTED ||
        failure_is_lasting(decision->failure) ||
        options->now - listing->since < (int64_t)probe->after_days * SECONDS_A_DAY)
        return false;
    uint64_t draw =
        hash_mix(hash_mix(hash_bytes(address), (uint64_t)listing->since), (uint64_t)probe->seed);
    return draw % 1000000 < (uint64_t)probe->per_million;
}

struct listing suppress_listing(const struct address_record *record,
                                const struct decision *decision, bool filtered, int64_t now)
{
    struct listing listing = record->listing;
    bool took_mail = listing_took_mail(record);
    if (decision && (decision->hold == HOLD_INCIDENT || decision->hold == HOLD_OURS) &&
        decision->failure->last_seen > listing.excused)
        listing.excused = decision->failure->last_seen;
    if (decision && decision->ruling == RULING_LISTED) {
        if (!listing.since) {
            listing.since = now;
            listing.rule = hash_bytes(failure_text(decision->failure, FAILURE_RULE));
        }
        listing.last_failure = decision->failure->last_seen;
        listing.tier = decision->tier;
        listing.fate = decision->fate;
        listing.probed = decision->probed;
    } else if (listing.since && (!filtered || took_mail)) {
        if (took_mail)
            listing.cleared_at = now;
        listing.since = 0;
        listing.tier = TIER_NONE;
        listing.fate = FATE_UNTESTED;
        listing.probed = false;
        listing.rule = 0;
    }
    return listing;
}
