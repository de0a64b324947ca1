/* address: the small things that stand in the groups of a line shape. */
#ifndef BOUNCELOG_PARSE_ADDRESS_H
#define BOUNCELOG_PARSE_ADDRESS_H

#include "bouncelog/base/arena.h"

/* Can `to=<A>` of a Postfix line be read with a longer A? Postfix before 3.5 writes local parts
 * without quotes, so `to=<x>, relay=none, ... (y@example.com>, relay=...` may be one address
 * (global/info_log_addr_form.c). line begins with `to=<`; original may be empty. */
bool address_is_ambiguous(sv line, sv recipient, sv original);

/* Exim prints "local part"@domain without its quotes and escapes, the local part in lower case
 * (deliver.c, string_log_address): is `plain` that form of `quoted`? */
bool address_is_unquoted_form(sv plain, sv quoted);

/* In how many ways an Exim line's words can be read as an address and, in <> behind it, its quoted
 * form; `shown` begins with the address. A local part may hold what looks like such a pair: the
 * true one is the longest, unless the line was cut, or somebody else's words at its end go on. */
size_t address_quoted_forms(sv shown, sv *longest);

/* rsyslog turned the control bytes of a quoted local part, and bytes beyond ASCII, into #ooo. */
sv address_undo_syslog(sv address, struct arena *arena);

/* The queue id that an accepting reply names ("queued as X", "X Message accepted for delivery"), or
 * empty. */
sv address_queued_as(sv text);

/* "1.2", "1m2s", "0.012s", "00:00:01", "1+14:41:13"; negative when it is none of these. */
double address_seconds(sv text);

#endif
