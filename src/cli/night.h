/* night: of a summary, what a morning may ask about: who is listed, who blocks us, which logs had
 * lines. All names are as the summary has them; strangers wrote some. */
#ifndef BOUNCELOG_CLI_NIGHT_H
#define BOUNCELOG_CLI_NIGHT_H

#include "bouncelog/base/err.h"
#include "bouncelog/base/map.h"

/* A category of refusals that is about us, at one provider, for one of our hosts. */
struct night_block {
    sv host, provider, category, list, since; /* empty: not known */
    int64_t count;
};

struct night {
    struct map addresses, domains; /* to suppress; keys alone */
    struct map blocks;             /* of struct night_block; keys say whose */
    struct map logs;               /* without what rotation appends; int64_t: new lines */
    sv first, last;                /* times of the attempts; empty: there were none */
    struct arena texts;
    bool is_part;     /* a report about a part of the mail */
    int64_t left_out; /* so many are to be suppressed besides */
};

void night_init(struct night *night);
/* ERR_INPUT: it cannot be read, or is no summary, or one of a part of the mail or of the list. */
int night_read(struct night *night, const char *path, struct err *err) MUST_CHECK;
void night_release(struct night *night);

#endif
