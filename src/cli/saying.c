/* Says things to people: one line on standard error, control characters made visible, because log
 * text is written by strangers; or a result on standard output, whose last write is checked. Kinds
 * of errors become exit codes here. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/outfile.h"
#include "bouncelog/base/text.h"

void say(const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct buf line = {0};
    buf_add(&line, SV("bouncelog: "));
    text_add_visible(&line, sv_sub(sv_from(text), 0, len < 0 ? 0 : (size_t)len));
    buf_add_byte(&line, '\n');
    fwrite(line.ptr, 1, line.len, stderr);
    buf_release(&line);
}

int fail(const struct err *err)
{
    say("%s", err->text);
    switch (err->kind) {
    case ERR_USAGE:
        return EXIT_USAGE;
    case ERR_INPUT:
        return EXIT_INCOMPLETE;
    case ERR_CONFIG:
        return EXIT_CONFIG;
    case ERR_HISTORY:
        return EXIT_HISTORY;
    case ERR_OUTPUT:
        return EXIT_OUTPUT;
    case ERR_BUSY:
        return EXIT_BUSY;
    case ERR_NONE:
        break;
    }
    return EXIT_BUG;
}

int64_t now_seconds(void)
{
    const char *fixed = getenv("SOURCE_DATE_EPOCH");
    uint64_t seconds;
    if (fixed && sv_to_u64(sv_from(fixed), &seconds) && seconds < UINT64_C(253402300800))
        return (int64_t)seconds;
    return (int64_t)time(NULL);
}

int64_t clock_seconds(void)
{
    int64_t clock = (int64_t)time(NULL), now = now_seconds();
    return clock > now ? clock : now;
}

int print_result(sv text)
{
    struct err err;
    struct outfile *out = outfile_open("-", &err);
    if (!out)
        return fail(&err);
    outfile_write(out, text);
    return outfile_commit(out, &err) < 0 ? fail(&err) : EXIT_DONE;
}
