/* textfile: a small file that an option names, read whole. */
#ifndef BOUNCELOG_CLI_TEXTFILE_H
#define BOUNCELOG_CLI_TEXTFILE_H

#include "bouncelog/base/buf.h"
#include "bouncelog/base/err.h"

/* ERR_USAGE naming the option and the file. The caller releases the text, also on failure. */
int textfile_read(struct buf *text, const char *option, const char *path,
                  struct err *err) MUST_CHECK;

#endif
