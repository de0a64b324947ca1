/* journal: whom to believe that he is an MTA.
 *
 * Anybody can log under any name (`logger -t postfix/smtp`). Of each entry journald itself notes
 * who sent it; the key `journal` of an MTA's pattern file says which of these senders are the MTA:
 *
 *   its user is one of `users`; without a user nobody is believed,
 *   its command is one of `comm`, where journald knew it,
 *   its unit is one of `units`, or its program one of `exe`; either, where journald knew neither.
 *
 * What journald did not know is no reason for doubt: of a process that ended at once it knows the
 * user alone, and a user of an MTA is nobody else's. A user alone is no proof where the journal may
 * be of another machine (`foreign`), whose users have other numbers, but for root's: there, numbers
 * of systems' users (below 1000) are let through, and are proof only together with a unit or a
 * program.
 *
 * Thread: any, once made. */
#ifndef BOUNCELOG_PARSE_JOURNAL_H
#define BOUNCELOG_PARSE_JOURNAL_H

#include "bouncelog/pattern/patterns.h"

enum journal_voice {
    JOURNAL_MTA,        /* an MTA that is believed to be it */
    JOURNAL_OTHER,      /* the name is of no MTA */
    JOURNAL_PRETENDING, /* the name is of an MTA, the sender is not */
};

/* What journald notes itself; empty: it did not know. */
struct journal_sender {
    sv command, program, unit, transport; /* _COMM, _EXE, _SYSTEMD_UNIT, _TRANSPORT */
    sv user;                              /* _UID, a number */
};

struct journal_trust;

/* uid_of: the number of a user; false: there is no such user. The patterns must outlive it. */
struct journal_trust *journal_trust_new(const struct patterns *patterns,
                                        bool (*uid_of)(const char *user, uint64_t *uid),
                                        bool foreign);
void journal_trust_free(struct journal_trust *trust);

/* name: under which it logs, SYSLOG_IDENTIFIER. */
enum journal_voice journal_voice(const struct journal_trust *trust, sv name,
                                 const struct journal_sender *sender);

#endif
