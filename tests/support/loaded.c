#include "loaded.h"

#include "bouncelog/base/date.h"

struct patterns patterns;

int load_patterns(void **state)
{
    struct patterns_options options = {0};
    struct err err;
    (void)state;
    if (patterns_load(&patterns, &options, &err) < 0) {
        print_error("%s\n", err.text);
        return -1;
    }
    return 0;
}

int release_patterns(void **state)
{
    (void)state;
    patterns_release(&patterns);
    return 0;
}

uint8_t category_of(const char *name)
{
    uint8_t category = taxonomy_category(&patterns.taxonomy, sv_from(name));
    if (category == CATEGORY_NONE)
        fail_msg("no category %s", name);
    return category;
}

uint8_t mta_of(const char *name)
{
    uint8_t mta = taxonomy_mta(&patterns.taxonomy, sv_from(name));
    if (mta == MTA_UNKNOWN)
        fail_msg("no MTA %s", name);
    return mta;
}

int64_t at(const char *text)
{
    int64_t seconds = 0;
    if (!date_parse(sv_from(text), &seconds))
        fail_msg("no time: %s", text);
    return seconds;
}
