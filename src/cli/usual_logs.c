/* Where the mail logs of a host usually are, in the order in which they are looked for. A system
 * log counts only where there is no log of mail alone, and only if mail is in it: most hosts write
 * each line to both. */
#include "usual_logs.h"

#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bouncelog/base/mem.h"

const char *const usual_logs[] = {"/var/log/mail.log", "/var/log/maillog", "/var/log/exim4/mainlog",
                                  "/var/log/exim/mainlog", NULL};
const char *const system_logs[] = {"/var/log/syslog", "/var/log/messages", NULL};

static const char *newest_of(const glob_t *found)
{
    const char *newest = NULL;
    time_t when = 0;
    for (size_t i = 0; i < found->gl_pathc; i++) {
        struct stat file;
        if (stat(found->gl_pathv[i], &file) != 0 || (newest && file.st_mtime <= when))
            continue;
        newest = found->gl_pathv[i];
        when = file.st_mtime;
    }
    return newest;
}

bool usual_log_find(const char *log, struct buf *path)
{
    struct buf pattern = {0};
    glob_t found;
    buf_clear(path);
    if (access(log, F_OK) == 0) {
        buf_add(path, sv_from(log));
        return true;
    }
    buf_printf(&pattern, "%s[.-][0-9]*", log);
    int result = glob(buf_cstr(&pattern), 0, NULL, &found);
    buf_release(&pattern);
    if (result == GLOB_NOSPACE)
        mem_exhausted();
    if (result != 0)
        return false;
    const char *newest = newest_of(&found);
    if (newest)
        buf_add(path, sv_from(newest));
    globfree(&found);
    return newest != NULL;
}
