/* queue_id: what the queue ids of several MTAs have in common; each MTA's own form stands with it
 * (postfix.c, exim.c, sendmail.c). */
#ifndef BOUNCELOG_PARSE_MTA_QUEUE_ID_H
#define BOUNCELOG_PARSE_MTA_QUEUE_ID_H

#include "bouncelog/base/sv.h"

enum { QUEUE_ID_MIN = 5, QUEUE_ID_MAX = 40 };
enum { QUEUE_ID_TIMED = 12 }; /* shorter ones do not say when */

/* Letters and digits at the start of v; more than QUEUE_ID_MAX are not looked at. */
size_t queue_id_run(sv v);
/* The length of an id of letters and digits alone at the start of v, 0: there is none. */
size_t queue_id_plain_length(sv v);
/* Takes `ID: ` off the front of *message, `skipped` bytes between the id and the colon with it. */
sv queue_id_take_before_colon(sv *message, size_t id_len, size_t skipped);
/* 0 to 61 for 0-9, A-Z, a-z, by which sendmail and Exim count; negative: it is none of them. */
static inline int queue_id_digit(char c)
{
    return c < '0'    ? -1
           : c <= '9' ? c - '0'
           : c < 'A'  ? -1
           : c <= 'Z' ? c - 'A' + 10
           : c < 'a'  ? -1
           : c <= 'z' ? c - 'a' + 36
                      : -1;
}
/* Digits of an alphabet, the most significant first; false: one is none of them. */
bool queue_id_number(sv digits, sv alphabet, int64_t *number);

#endif
