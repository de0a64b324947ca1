/* order: rotated logs from the oldest to the newest.
 *
 * Members of a set share folder and base name: mail.log, mail.log.1, mail.log.2.gz (the higher the
 * older), mail.log-20260101.xz or mail.log-20260101-1767225600.gz (by date; logrotate's dateext).
 * Sets stay in the order of their first mention. */
#ifndef BOUNCELOG_INPUT_ORDER_H
#define BOUNCELOG_INPUT_ORDER_H

#include <stddef.h>

/* Reorders paths in place. */
void order_paths(const char **paths, size_t count);

#endif
