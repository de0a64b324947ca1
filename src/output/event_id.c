/* What an event is known by, in every run and wherever its log lies by then.
 *
 * Only what the line itself says: the sender, and whether 250 was a delivery, stand in other lines,
 * which may not be there the next time; the words of an expiry, too. A digest that nobody can make
 * collide, since strangers choose words and addresses and must not replace other people's events;
 * and under --hash a keyed one, by which nobody can test a guess at the address. */
#include "event_id.h"

#include "bouncelog/base/buf.h"

enum { ID_DIGITS = 32 };

static void add_part(struct buf *identity, sv part)
{
    buf_printf(identity, "%zu:", part.len);
    buf_add(identity, part);
}

sv event_id(const struct record *attempt, const struct taxonomy *taxonomy,
            const struct redactor *redactor, struct arena *arena)
{
    bool expired = attempt->outcome == OUTCOME_EXPIRED;
    bool words = attempt->severity != SEVERITY_NONE && !expired;
    struct buf identity = {0};
    buf_printf(&identity, "%lld %d ", (long long)attempt->time, expired);
    if (outcome_is_late(attempt->outcome))
        add_part(&identity, outcome_name(attempt->outcome));
    add_part(&identity, taxonomy_mta_name(taxonomy, attempt->mta));
    add_part(&identity, attempt->host);
    add_part(&identity, attempt->queue_id);
    add_part(&identity, attempt->recipient);
    add_part(&identity, attempt->original);
    if (words) {
        buf_printf(&identity, "%d ", attempt->reply.code);
        add_part(&identity, attempt->reply.enhanced);
        add_part(&identity, attempt->dsn);
        add_part(&identity, attempt->reply.text);
        add_part(&identity, attempt->relay.host);
        add_part(&identity, attempt->relay.ip);
        add_part(&identity, attempt->has_sender ? attempt->sender : SV_EMPTY);
    }
    sv id = redact_fingerprint(redactor, buf_sv(&identity), arena);
    buf_release(&identity);
    return sv_sub(id, 0, ID_DIGITS);
}
