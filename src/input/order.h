/* order: rotated logs from the oldest to the newest.
 *
 * Members of a set share folder and base name. Oldest first:
 *   dated      mail.log-20260101.xz, mail.log-2026010113 (hourly), mail.log-20260101-1767225600.gz,
 *              mail.log-2026-01-01, mail.log.20260101, mail.log-1767225600, mail-20260101.log
 *   numbered   mail.log.2.gz, mail.log.1, mainlog.01: the higher the older
 *   current    mail.log
 * Sets stay in the order of their first mention; members that tie, in the order of theirs. */
#ifndef BOUNCELOG_INPUT_ORDER_H
#define BOUNCELOG_INPUT_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* order[i] becomes the index of the path to be read as the i-th, sets[i] the fingerprint of its
 * set's name, rotated[i] whether that name is one of a log that was put away. */
void order_paths(const char *const *paths, size_t count, size_t *order, uint64_t *sets,
                 bool *rotated);

#endif
