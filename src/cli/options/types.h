/* types: what the values of options mean, one row a type. */
#ifndef BOUNCELOG_CLI_OPTIONS_TYPES_H
#define BOUNCELOG_CLI_OPTIONS_TYPES_H

#include "bouncelog/base/buf.h"
#include "options.h"

enum type_name {
    TYPE_FLAG,
    TYPE_WORD,
    TYPE_FILE,
    TYPE_FOLDER,
    TYPE_NUMBER,
    TYPE_CHOICE,
    TYPE_WHEN, /* a choice; without a value, its second one */
    TYPE_TIME, /* see moment.c */
    TYPE_ZONE,
    TYPE_DISPLAY_ZONE, /* or local */
    TYPE_MTA,
    TYPE_TEXTS, /* any number of texts */
    TYPE_UNITS, /* of the journal: none, or any number of texts, also several with commas between */
    TYPE_LISTS, /* any number of FILE or FILE:FORMAT */
    TYPE_COUNT
};

struct type {
    const char *name;
    bool takes_value, adds, may_lack; /* may_lack: its value */
    /* Sets the field of the option, and says in an ERR_USAGE what it expected. */
    int (*read)(struct options *options, const struct option_row *option, const char *value,
                struct err *err);
    /* Appends the words that a value may be, a blank between two; NULL: any. */
    void (*add_words)(struct buf *out, const struct option_row *option);
};

extern const struct type option_types[TYPE_COUNT];

/* What --mta means: auto, or an MTA of the pattern files; name NULL: auto. */
int read_mta(const char *name, const struct taxonomy *taxonomy, uint8_t *mta,
             struct err *err) MUST_CHECK;

#endif
