#include "testing.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bouncelog/base/text.h"

static void add_shown(struct buf *text, const char *label, sv bytes)
{
    buf_add(text, sv_from(label));
    text_add_visible(text, bytes);
    buf_add_byte(text, '\n');
}

void expect_sv_at(const char *file, int line, sv got, sv want, sv what)
{
    if (sv_eq(got, want))
        return;
    struct buf text = {0};
    add_shown(&text, "of:     ", what);
    add_shown(&text, "got:    ", got);
    add_shown(&text, "wanted: ", want);
    print_error("%s", buf_cstr(&text));
    buf_release(&text);
    _fail(file, line);
}

void expect_int_at(const char *file, int line, int64_t got, int64_t want, sv what)
{
    if (got == want)
        return;
    struct buf text = {0};
    add_shown(&text, "of:     ", what);
    print_error("%sgot:    %lld\nwanted: %lld\n", buf_cstr(&text), (long long)got, (long long)want);
    buf_release(&text);
    _fail(file, line);
}

void add_file(struct buf *buf, const char *path)
{
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    for (size_t got = 1; got;) {
        buf_reserve(buf, 65536);
        got = fread(buf->ptr + buf->len, 1, 65536, file);
        buf->len += got;
    }
    (void)fclose(file);
}

static int digit(char c)
{
    return is_digit(c) ? c - '0' : to_lower(c) - 'a' + 10;
}

void add_unescaped(struct buf *buf, sv line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (sv_starts(sv_skip(line, i), SV("\\x")) && i + 3 < line.len) {
            buf_add_byte(buf, (char)(digit(line.ptr[i + 2]) * 16 + digit(line.ptr[i + 3])));
            i += 3;
        } else {
            buf_add_byte(buf, line.ptr[i]);
        }
    }
}

void add_inputs(struct buf *buf, const char *path)
{
    if (!sv_ends(sv_from(path), SV(".cases"))) {
        add_file(buf, path);
        return;
    }
    struct buf file = {0};
    add_file(&file, path);
    sv rest = buf_sv(&file);
    while (rest.len) {
        sv line = sv_cut(rest, '\n', &rest);
        if (sv_starts(line, SV("x> ")))
            add_unescaped(buf, sv_skip(line, 3));
        else if (sv_starts(line, SV("> ")))
            buf_add(buf, sv_skip(line, 2));
        else
            continue;
        buf_add_byte(buf, '\n');
    }
    buf_release(&file);
}

/* George Marsaglia, "Xorshift RNGs" (2003). */
uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

void guarded_init(struct guarded *guarded, size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    guarded->size = (size + page - 1) / page * page;
    guarded->pages = mmap(NULL, guarded->size + page, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(guarded->pages != MAP_FAILED);
    assert_int_equal(mprotect(guarded->pages + guarded->size, page, PROT_NONE), 0);
}

sv guarded_put(const struct guarded *guarded, sv bytes, size_t slack)
{
    assert_true(bytes.len + slack <= guarded->size);
    char *end = guarded->pages + guarded->size, *at = end - slack - bytes.len;
    sv_put(at, bytes);
    memset(end - slack, 0, slack);
    if (slack)
        end[-(ptrdiff_t)slack] = '\n';
    return (sv){at, bytes.len};
}

void guarded_release(struct guarded *guarded)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    munmap(guarded->pages, guarded->size + page);
}
