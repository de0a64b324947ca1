/* names: the closed vocabularies of the output, each word written once.
 *
 * X_name(value) gives the word that JSON carries, X_from_name(word, &value) the way back (false
 * when there is no such word), X_COUNT the number of values. Thread: any. */
#ifndef BOUNCELOG_MODEL_NAMES_H
#define BOUNCELOG_MODEL_NAMES_H

#include "bouncelog/base/sv.h"

#define NAMES_ENUM(constant, name) constant,

#define OUTCOME_NAMES(X)                                                                           \
    X(OUTCOME_DELIVERED, "delivered")                                                              \
    X(OUTCOME_DEFERRED, "deferred")                                                                \
    X(OUTCOME_BOUNCED, "bounced")                                                                  \
    X(OUTCOME_EXPIRED, "expired")                                                                  \
    X(OUTCOME_HANDED_OVER, "handed_over")                                                          \
    X(OUTCOME_DISCARDED, "discarded")                                                              \
    X(OUTCOME_REFUSED, "refused")                                                                  \
    X(OUTCOME_BOUNCED_LATER, "bounced_later")                                                      \
    X(OUTCOME_COMPLAINED, "complained")
enum outcome { OUTCOME_NAMES(NAMES_ENUM) OUTCOME_COUNT };
sv outcome_name(enum outcome value);
bool outcome_from_name(sv name, enum outcome *value);
/* Does a mail say so of a delivery, and no line? It is no attempt. */
static inline bool outcome_is_late(enum outcome outcome)
{
    return outcome == OUTCOME_BOUNCED_LATER || outcome == OUTCOME_COMPLAINED;
}
/* Was the recipient not reached, for now or for good, or did not want it? What our own server
 * refused is none. */
static inline bool outcome_is_failure(enum outcome outcome)
{
    return outcome == OUTCOME_DEFERRED || outcome == OUTCOME_BOUNCED ||
           outcome == OUTCOME_EXPIRED || outcome_is_late(outcome);
}

/* Who had better not mail an address that is listed. TIER_NONE: nobody knows, as of version 1.0. */
#define TIER_NAMES(X)                                                                              \
    X(TIER_NONE, "none")                                                                           \
    X(TIER_DEAD, "dead")   /* anybody: there is no such mailbox */                                 \
    X(TIER_BULK, "bulk")   /* mailing lists: it may wake up, or does not want them */              \
    X(TIER_WATCH, "watch") /* nobody yet */
enum tier { TIER_NAMES(NAMES_ENUM) TIER_COUNT };
sv tier_name(enum tier value);
bool tier_from_name(sv name, enum tier *value);

#define PROOF_NAMES(X)                                                                             \
    X(PROOF_NONE, "none")                                                                          \
    X(PROOF_PROVEN, "proven")                                                                      \
    X(PROOF_UNPROVEN, "unproven")
enum proof { PROOF_NAMES(NAMES_ENUM) PROOF_COUNT };
sv proof_name(enum proof value);
bool proof_from_name(sv name, enum proof *value);

#define SEVERITY_NAMES(X)                                                                          \
    X(SEVERITY_NONE, "none")                                                                       \
    X(SEVERITY_TRANSIENT, "transient")                                                             \
    X(SEVERITY_PERMANENT, "permanent")
enum severity { SEVERITY_NAMES(NAMES_ENUM) SEVERITY_COUNT };
sv severity_name(enum severity value);
bool severity_from_name(sv name, enum severity *value);

#define SCOPE_NAMES(X)                                                                             \
    X(SCOPE_NONE, "none")                                                                          \
    X(SCOPE_RECIPIENT, "recipient")                                                                \
    X(SCOPE_DOMAIN, "domain")                                                                      \
    X(SCOPE_SENDER, "sender")                                                                      \
    X(SCOPE_CONTENT, "content")                                                                    \
    X(SCOPE_NETWORK, "network")                                                                    \
    X(SCOPE_REMOTE_SYSTEM, "remote_system")                                                        \
    X(SCOPE_LOCAL, "local")
enum scope { SCOPE_NAMES(NAMES_ENUM) SCOPE_COUNT };
sv scope_name(enum scope value);
bool scope_from_name(sv name, enum scope *value);

#define STAGE_NAMES(X)                                                                             \
    X(STAGE_UNKNOWN, "unknown")                                                                    \
    X(STAGE_CONNECT, "connect")                                                                    \
    X(STAGE_BANNER, "banner")                                                                      \
    X(STAGE_EHLO, "ehlo")                                                                          \
    X(STAGE_STARTTLS, "starttls")                                                                  \
    X(STAGE_AUTH, "auth")                                                                          \
    X(STAGE_MAIL, "mail")                                                                          \
    X(STAGE_RCPT, "rcpt")                                                                          \
    X(STAGE_DATA, "data")                                                                          \
    X(STAGE_END_OF_DATA, "end_of_data")                                                            \
    X(STAGE_QUIT, "quit")
enum stage { STAGE_NAMES(NAMES_ENUM) STAGE_COUNT };
sv stage_name(enum stage value);
bool stage_from_name(sv name, enum stage *value);

#define ORIGIN_NAMES(X)                                                                            \
    X(ORIGIN_REMOTE, "remote")                                                                     \
    X(ORIGIN_DNS, "dns")                                                                           \
    X(ORIGIN_NETWORK, "network")                                                                   \
    X(ORIGIN_TLS, "tls")                                                                           \
    X(ORIGIN_LOCAL, "local")
enum origin { ORIGIN_NAMES(NAMES_ENUM) ORIGIN_COUNT };
sv origin_name(enum origin value);
bool origin_from_name(sv name, enum origin *value);

#define ACTION_NAMES(X)                                                                            \
    X(ACTION_NONE, "none")                                                                         \
    X(ACTION_SUPPRESS, "suppress")                                                                 \
    X(ACTION_COUNT_TOWARD, "count")                                                                \
    X(ACTION_RETRY, "retry")                                                                       \
    X(ACTION_FIX_SENDER, "fix_sender")                                                             \
    X(ACTION_FIX_CONTENT, "fix_content")                                                           \
    X(ACTION_FIX_LOCAL, "fix_local")
enum action { ACTION_NAMES(NAMES_ENUM) ACTION_COUNT };
sv action_name(enum action value);
bool action_from_name(sv name, enum action *value);

#define BASIS_NAMES(X)                                                                             \
    X(BASIS_NONE, "none")                                                                          \
    X(BASIS_RULE, "rule")                                                                          \
    X(BASIS_ENHANCED, "enhanced")                                                                  \
    X(BASIS_CODE, "code")                                                                          \
    X(BASIS_MTA, "mta")
enum basis { BASIS_NAMES(NAMES_ENUM) BASIS_COUNT };
sv basis_name(enum basis value);
bool basis_from_name(sv name, enum basis *value);

/* What a mail says about deliveries, the worst first. */
#define NOTICE_KIND_NAMES(X)                                                                       \
    X(NOTICE_FAILED, "failed")                                                                     \
    X(NOTICE_DELAYED, "delayed")                                                                   \
    X(NOTICE_RELAYED, "relayed")                                                                   \
    X(NOTICE_EXPANDED, "expanded")                                                                 \
    X(NOTICE_DELIVERED, "delivered")                                                               \
    X(NOTICE_COMPLAINT, "complaint")                                                               \
    X(NOTICE_AUTO_REPLY, "auto_reply")                                                             \
    X(NOTICE_CHALLENGE, "challenge")                                                               \
    X(NOTICE_NONE, "none")
enum notice_kind { NOTICE_KIND_NAMES(NAMES_ENUM) NOTICE_KIND_COUNT };
sv notice_kind_name(enum notice_kind value);
bool notice_kind_from_name(sv name, enum notice_kind *value);

/* The categories that the program itself must know, whatever they are called:
 * patterns/categories.yaml gives each role to one of them. */
#define ROLE_NAMES(X)                                                                              \
    X(ROLE_UNCLASSIFIED, "unclassified")       /* no rule and no code knew more */                 \
    X(ROLE_EXPIRED, "expired")                 /* the time to retry ran out */                     \
    X(ROLE_SUPPRESS_DOMAIN, "suppress_domain") /* what it says holds for the whole domain */       \
    X(ROLE_SENDER_REFUSED, "sender_refused")   /* a code about an address in answer to MAIL */     \
    X(ROLE_CLIENT_REFUSED, "client_refused")   /* ...before any address was named */               \
    X(ROLE_FIRST_CONTACT, "first_contact")     /* gets through by itself: nothing to fix */        \
    X(ROLE_ENCRYPTION, "encryption")           /* may be our end's fault: something to fix */      \
    X(ROLE_OWN_HOP, "own_hop")                 /* what fails at a hop of our own */                \
    X(ROLE_COMPLAINT, "complaint")             /* a person does not want our mail */               \
    X(ROLE_OWN_LIST, "own_list")               /* a list of ours stopped it: nothing was tried */
enum role { ROLE_NAMES(NAMES_ENUM) ROLE_COUNT };
sv role_name(enum role value);
bool role_from_name(sv name, enum role *value);

#endif
