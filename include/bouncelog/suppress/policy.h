/* policy: what follows from one failure, and when failures suffice to suppress an address.
 *
 * Pure functions over patterns/policy.yaml; docs/POLICY.md gives the reasons. Thread: any. */
#ifndef BOUNCELOG_SUPPRESS_POLICY_H
#define BOUNCELOG_SUPPRESS_POLICY_H

#include "bouncelog/model/event.h"
#include "bouncelog/model/policy_table.h"

/* The action on one attempt. `suppress` and `count` only for failures that may count against the
 * address at all: event.suppressible, an address that may ever be listed, no agent of our own
 * host, and a stage that speaks of the recipient. */
enum action policy_action(const struct policy_table *policy, const struct taxonomy *taxonomy,
                          const struct event *event);

/* The action where the list leaves out the address, which it would otherwise count against. */
enum action policy_action_left_out(const struct event *event);

/* Must the lists stay as they are? So many addresses would come or go, of so many recipients tried
 * or addresses there. */
bool policy_brakes(const struct brake *brake, int64_t changed, int64_t all);

/* Null sender, MAILER-DAEMON, postmaster, unknown, no domain: never listed. */
bool policy_may_list(sv address);

/* Do failures of distinct messages at these times (any order) reach the rule's threshold? */
bool policy_reached(const struct policy_rule *rule, const int64_t *times, size_t count);

/* Why an address must not stand in a list that other programs read; NULL: it may. Lists are read
 * by shells, maps, spreadsheets and SQL, each with its own special characters, so only a plain
 * dot-atom (RFC 5322 section 3.2.3) at an ASCII domain gets there. */
const char *policy_unsafe(sv address);

#endif
