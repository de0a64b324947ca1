#include "fuzz.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "bouncelog/base/text.h"
#include "bouncelog/pattern/patterns.h"

void fuzz_check(bool holds, const char *words)
{
    if (holds)
        return;
    (void)fprintf(stderr, "does not hold: %s\n", words);
    abort();
}

uint8_t fuzz_choice(sv *input)
{
    if (!input->len)
        return 0;
    return (uint8_t)input->ptr[--input->len];
}

enum { PATHS_MAX = 8, PATH_BYTES = 80 };

static char paths[PATHS_MAX][PATH_BYTES];

static void remove_files(void)
{
    for (size_t i = 0; i < PATHS_MAX && paths[i][0]; i++)
        unlink(paths[i]);
}

const char *fuzz_path(const char *ending)
{
    char path[PATH_BYTES];
    size_t i = 0;
    (void)snprintf(path, sizeof path, "%s/bouncelog-fuzz-%ld%s",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (long)getpid(), ending);
    while (i < PATHS_MAX && paths[i][0] && strcmp(paths[i], path) != 0)
        i++;
    fuzz_check(i < PATHS_MAX, "there is room for the name of the file");
    if (i == 0 && !paths[0][0])
        (void)atexit(remove_files);
    memcpy(paths[i], path, sizeof path);
    return paths[i];
}

void fuzz_write(const char *path, sv bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    fuzz_check(fd >= 0, "the file can be made");
    fuzz_check(write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len, "the file can be written");
    close(fd);
}

const char *fuzz_file(sv bytes)
{
    const char *path = fuzz_path("");
    fuzz_write(path, bytes);
    return path;
}

const struct patterns *fuzz_patterns(void)
{
    static struct patterns loaded;
    static bool is_loaded;
    struct err err;
    if (!is_loaded)
        fuzz_check(patterns_load(&loaded, &(struct patterns_options){0}, &err) == 0,
                   "the embedded patterns are right");
    is_loaded = true;
    return &loaded;
}

void fuzz_check_json(sv text)
{
    while (text.len) {
        size_t n = utf8_sequence(text);
        fuzz_check(n > 0, "output is UTF-8");
        unsigned char first = (unsigned char)text.ptr[0];
        fuzz_check(first == '\n' || (first >= 0x20 && first != 0x7F),
                   "output has no control bytes");
        fuzz_check(n != 2 || first != 0xC2 || (unsigned char)text.ptr[1] >= 0xA0,
                   "output has no C1 characters");
        text = sv_skip(text, n);
    }
}
