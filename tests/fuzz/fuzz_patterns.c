/* A pattern file of a site, of any kind, on top of the categories that it may name.
 * Whatever is wrong with it must end in words, not in a crash. */
#include "bouncelog/pattern/patterns.h"
#include "fuzz.h"

static void load(const char *path)
{
    static char base[] = "tests/fuzz/base";
    struct patterns_options options = {.dir = base, .policy = path};
    struct patterns patterns;
    struct err err = {0};
    if (patterns_load(&patterns, &options, &err) == 0)
        patterns_release(&patterns);
    else
        fuzz_check(err.kind == ERR_CONFIG && err.text[0], "an error has words");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    load(fuzz_file((sv){(const char *)data, size}));
    return 0;
}
