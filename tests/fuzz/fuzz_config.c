/* A configuration file of any command that reads one. Whatever is wrong with it must end in words
 * that say where. */
#include "cli/options/options.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sv input = {(const char *)data, size};
    static char command[] = "scan", option[] = "--config", log[] = "samples/postfix.log";
    static const enum command readers[] = {COMMAND_SCAN, COMMAND_REPORT, COMMAND_SUPPRESS};
    enum command which = readers[fuzz_choice(&input) % 3];
    char path[128];
    (void)snprintf(path, sizeof path, "%s", fuzz_file(input));
    char *arguments[] = {command, option, path, which == COMMAND_SCAN ? log : NULL, NULL};
    int count = which == COMMAND_SCAN ? 4 : 3;
    struct options options;
    struct err err = {0};
    if (options_read(&options, which, count, arguments, &err) < 0) {
        fuzz_check(err.kind == ERR_CONFIG || err.kind == ERR_USAGE, "the file is at fault");
        fuzz_check(err.text[0] != 0, "an error has words");
        fuzz_check(err.kind != ERR_CONFIG || strstr(err.text, path), "an error names the file");
    } else {
        for (size_t i = 0; i < options.given_count; i++)
            fuzz_check(options.given[i].place.line >= 0, "an option stands somewhere");
        fuzz_check(options.list_count <= LISTS_MAX && options.conditions.count <= CONDITIONS_MAX,
                   "there are as many as there is room for");
    }
    options_release(&options);
    return 0;
}
