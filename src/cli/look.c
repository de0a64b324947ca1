/* bouncelog alone, at a terminal: what bounced on this host in the last 24 hours.
 *
 * Logs are looked for where doctor and the nightly run look: the usual ones with their rotated
 * parts; else a system log with mail in it; else the journal. */
#include "look.h"

#include <errno.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/input/input.h"
#include "cli.h"
#include "doctor_logs.h"
#include "journal.h"
#include "options/options.h"
#include "usual_logs.h"

enum { FILES_MAX = 256 };

struct look {
    struct options options;
    struct patterns patterns; /* loaded when a log has to be looked into */
    const char *files[FILES_MAX];
    size_t count;
    struct buf names; /* of what is read */
};

/* The log itself, and what was rotated away since the oldest message that can have an attempt in
 * the last 24 hours came in. */
static bool may_count(const char *path, const char *log)
{
    struct stat file;
    if (strcmp(path, log) == 0)
        return true;
    return stat(path, &file) == 0 && S_ISREG(file.st_mode) &&
           file.st_mtime >= now_seconds() - (1 + QUEUE_DAYS) * (int64_t)DATE_DAY;
}

static void add_file(struct look *look, const char *path)
{
    if (look->count < FILES_MAX)
        look->files[look->count++] = arena_cstr(&look->options.arena, sv_from(path));
}

/* With its rotated parts, if it is there. */
static void add_log(struct look *look, const char *log)
{
    struct buf pattern = {0}, there = {0};
    glob_t found;
    bool is = usual_log_find(log, &there);
    buf_release(&there);
    if (!is)
        return;
    buf_printf(&pattern, "%s*", log);
    buf_printf(&look->names, "%s%s*", look->names.len ? ", " : "", log);
    int result = glob(buf_cstr(&pattern), 0, NULL, &found);
    buf_release(&pattern);
    if (result == GLOB_NOSPACE)
        mem_exhausted();
    if (result != 0) { /* its folder may be entered, but not listed */
        add_file(look, log);
        return;
    }
    for (size_t i = 0; i < found.gl_pathc; i++)
        if (may_count(found.gl_pathv[i], log))
            add_file(look, found.gl_pathv[i]);
    globfree(&found);
}

/* NULL: the journal. */
static bool has_mail(struct look *look, const char *path)
{
    struct log_look seen;
    log_look(&seen, path, &look->options, &look->patterns);
    bool has = !seen.error[0] && log_look_mail(&seen);
    log_look_release(&seen);
    return has;
}

/* Where no log of mail alone is. */
static int look_further(struct look *look, struct err *err)
{
    if (patterns_load(&look->patterns, &look->options.patterns, err) < 0)
        return -1;
    for (size_t i = 0; !look->count && system_logs[i]; i++)
        if (access(system_logs[i], F_OK) == 0 && has_mail(look, system_logs[i]))
            add_log(look, system_logs[i]);
    if (!look->count && input_journal_library() && has_mail(look, NULL))
        look->options.journal = true;
    return 0;
}

static int find_logs(struct look *look, struct err *err)
{
    for (size_t i = 0; usual_logs[i]; i++)
        add_log(look, usual_logs[i]);
    if (!look->count && !look->options.journal && look_further(look, err) < 0)
        return -1;
    if (look->options.journal)
        buf_printf(&look->names, "%sthe journal", look->names.len ? ", " : "");
    return 0;
}

static int run(struct look *look)
{
    static char scan[] = "scan", text[] = "--text", since[] = "--since", day[] = "24h",
                nothing[] = "/dev/null";
    char *argv[] = {scan, text, since, day, nothing, NULL};
    struct err err;
    if (options_look(&look->options, 5, argv, &err) < 0 || find_logs(look, &err) < 0)
        return fail(&err);
    if (!look->names.len) {
        say("no mail log is where they usually are: name yours (bouncelog FILE), or see what "
            "bouncelog doctor finds");
        return EXIT_INCOMPLETE;
    }
    say("the last 24 hours of %s; of other logs: bouncelog FILE, all else: bouncelog --help",
        buf_cstr(&look->names));
    look->options.operands = look->files;
    look->options.operand_count = look->count;
    return scan_command(&look->options);
}

int look_at_host(void)
{
    struct look *look = mem_zero(1, sizeof *look);
    int code = run(look);
    buf_release(&look->names);
    patterns_release(&look->patterns);
    options_release(&look->options);
    mem_free(look);
    return code;
}
