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

static char path[64];

static void remove_file(void)
{
    unlink(path);
}

const char *fuzz_file(sv bytes)
{
    if (!path[0]) {
        (void)snprintf(path, sizeof path, "%s/bouncelog-fuzz-%ld",
                       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (long)getpid());
        (void)atexit(remove_file);
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    fuzz_check(fd >= 0, "the file can be made");
    fuzz_check(write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len, "the file can be written");
    close(fd);
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
