/* values: what the values of options mean. Each says what it expected in an ERR_USAGE. */
#ifndef BOUNCELOG_CLI_VALUES_H
#define BOUNCELOG_CLI_VALUES_H

#include "scan_options.h"

/* auto, or an MTA of the pattern files; name NULL: auto. */
int read_mta(const char *name, const struct taxonomy *taxonomy, uint8_t *mta,
             struct err *err) MUST_CHECK;
/* RFC 3339, a day, or so long ago: 24h, 7d, 30m, 2w. `name` is that of the option. */
int read_time(const char *name, const char *value, int64_t *time, struct err *err) MUST_CHECK;
int read_number(const char *name, const char *value, uint64_t least, uint64_t most,
                uint64_t *number, struct err *err) MUST_CHECK;
int read_choice(const char *name, const char *value, const char *const *choices, size_t count,
                size_t *index, struct err *err) MUST_CHECK;
/* failures, all. */
int read_events_include(const char *value, bool *all, struct err *err) MUST_CHECK;
/* auto, never. */
int read_confine(const char *value, bool *unconfined, struct err *err) MUST_CHECK;
/* bouncelog, ecs. */
int read_events_format(const char *value, enum event_format *format, struct err *err) MUST_CHECK;
/* FILE, or FILE:FORMAT; a colon that no format follows belongs to the name. */
int add_list(struct scan_options *options, const char *value, struct err *err) MUST_CHECK;
int add_glob(const char *name, sv *list, size_t *count, const char *value,
             struct err *err) MUST_CHECK;

#endif
