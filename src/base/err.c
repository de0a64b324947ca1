/* An error is one line of text with its kind. It is cut where it is too long; a prefix, which
 * says where it happened, is put in front of what is there. Nothing is allocated, so that
 * running out of memory can be told in the same way. */
#include "bouncelog/base/err.h"

#include <stdio.h>
#include <string.h>

/* In analysers these are macros. */
#undef err_set
#undef err_prefix

int err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    err->kind = kind;
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return -1;
}

int err_prefix(struct err *err, const char *format, ...)
{
    char old[sizeof err->text];
    memcpy(old, err->text, sizeof old);
    va_list args;
    va_start(args, format);
    int used = vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    if (used >= 0 && (size_t)used < sizeof err->text)
        snprintf(err->text + used, sizeof err->text - (size_t)used, "%s", old);
    return -1;
}
