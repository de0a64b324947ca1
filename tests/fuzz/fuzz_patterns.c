/* A pattern file of a site, of any kind, on top of the categories that it may name; and the same
 * bytes as a configuration file. Whatever is wrong with it must end in words, not in a crash. */
#include "bouncelog/pattern/patterns.h"
#include "bouncelog/pattern/settings.h"
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

static void load_settings(const char *path)
{
    struct arena arena = {0};
    struct settings settings;
    struct err err = {0};
    if (settings_load(&settings, path, &arena, &err) == 0)
        settings_release(&settings);
    else
        fuzz_check(err.kind == ERR_CONFIG && err.text[0], "an error has words");
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file((sv){(const char *)data, size});
    load(path);
    load_settings(path);
    return 0;
}
