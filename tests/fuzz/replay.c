/* Calls a target with every file of the folders and with the files that are named: a folder's
 * corpus is a test of every build, with or without libFuzzer.
 * usage: replay_TARGET FILE_OR_FOLDER... */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fuzz.h"

static size_t count;

static void replay_file(const char *path)
{
    struct buf bytes = {0};
    add_inputs(&bytes, path);
    buf_reserve(&bytes, 1);
    char *exact = malloc(bytes.len + 1); /* of its own size, for AddressSanitizer */
    sv_put(exact, buf_sv(&bytes));
    LLVMFuzzerTestOneInput((const uint8_t *)exact, bytes.len);
    free(exact);
    buf_release(&bytes);
    count++;
}

static void replay(const char *path)
{
    struct stat info;
    struct dirent **entries;
    if (stat(path, &info) != 0)
        return; /* a target may have no corpus of its own yet */
    if (!S_ISDIR(info.st_mode)) {
        replay_file(path);
        return;
    }
    int n = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char name[1024];
        (void)snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            replay(name);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        replay(argv[i]);
    printf("%zu inputs\n", count);
    return count == 0;
}
