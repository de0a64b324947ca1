/* Reads a small file that an option names, whole: a list of addresses, a key, a
 * list of before. What cannot be read is a mistake of the user, told with the
 * name of the option. */
#include "textfile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bouncelog/base/mem.h"

int textfile_read(struct buf *text, const char *option, const char *path, struct err *err)
{
    FILE *file = fopen(path, "re");
    if (!file) {
        mem_check(errno);
        return err_set(err, ERR_USAGE, "%s %s: cannot open: %s", option, path, strerror(errno));
    }
    for (size_t got = 1; got;) {
        buf_reserve(text, 64 * 1024);
        got = fread(text->ptr + text->len, 1, text->cap - text->len, file);
        text->len += got;
    }
    int rc = 0;
    if (ferror(file))
        rc = err_set(err, ERR_USAGE, "%s %s: cannot read: %s", option, path, strerror(errno));
    fclose(file);
    return rc;
}
