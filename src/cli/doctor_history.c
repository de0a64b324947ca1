/* Can this user read the history and go on with it, and who else can?
 *
 * Going on takes more than a writable file: SQLite makes a journal, and the run a lock, beside it.
 */
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bouncelog/base/date.h"
#include "bouncelog/history/history.h"
#include "cli.h"
#include "doctor.h"

/* Where the nightly run of the packages keeps it. */
#define NIGHTLY_HISTORY "/var/lib/bouncelog/history.db"

static int take_newest(void *context, const struct history_run *run, struct err *err)
{
    (void)err;
    *(int64_t *)context = run->started;
    return 1;
}

/* SQLite makes its journal beside the file, and the lock is a file there. */
static bool folder_takes_files(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct buf folder = {0};
    buf_add(&folder, slash ? sv_make(path, (size_t)(slash - path)) : SV("."));
    if (slash == path)
        buf_add_byte(&folder, '/');
    bool takes = access(buf_cstr(&folder), W_OK | X_OK) == 0;
    buf_release(&folder);
    return takes;
}

static void check_content(struct doctor *doctor, const char *path)
{
    struct history *history;
    struct err err;
    char when[DATE_TEXT];
    int64_t last = 0;
    if (history_open(&history, path, HISTORY_READ, 0, &err) < 0) {
        doctor_say(doctor, "WRONG", "%s", err.text);
        doctor_say(doctor, "",
                   "It is never repaired: take a copy from your backup, or begin anew.");
        doctor_found(doctor, EXIT_HISTORY);
        return;
    }
    int rc = history_check_whole(history, &err) < 0
                 ? -1
                 : history_each_run(history, take_newest, &last, &err);
    history_close(history);
    if (rc < 0) {
        doctor_say(doctor, "WRONG", "%s", err.text);
        doctor_found(doctor, EXIT_HISTORY);
    } else if (last) {
        date_format(last, when);
        doctor_say(doctor, "ok", "history %s: the last run was at %s", path, when);
    } else {
        doctor_say(doctor, "ok", "history %s: no run yet", path);
    }
}

static void say_denied(struct doctor *doctor, const char *path, const char *what, uid_t owner)
{
    const struct passwd *user = getpwuid(owner);
    doctor_say(doctor, "WRONG", "history %s: this user cannot %s", path, what);
    if (user)
        doctor_say(doctor, "",
                   "It belongs to %s: run bouncelog as that user, or give it to this one.",
                   user->pw_name);
    else
        doctor_say(doctor, "", "It belongs to a user who is gone (%lu): give it to this one.",
                   (unsigned long)owner);
    doctor_found(doctor, EXIT_HISTORY);
}

static void check_writable(struct doctor *doctor, const char *path, const struct stat *file)
{
    struct buf lock = {0};
    buf_printf(&lock, "%s.lock", path);
    bool locks = access(buf_cstr(&lock), F_OK) < 0 || access(buf_cstr(&lock), W_OK) == 0;
    buf_release(&lock);
    if (access(path, W_OK) < 0 || !locks || !folder_takes_files(path))
        say_denied(doctor, path, "write it, its lock or its folder", file->st_uid);
}

static void check_missing(struct doctor *doctor, const char *path)
{
    if (folder_takes_files(path)) {
        doctor_say(doctor, "ok", "history %s: the first run will make it", path);
        return;
    }
    doctor_say(doctor, "WRONG", "history %s: this user cannot make a file there", path);
    doctor_say(doctor, "", "Make its folder, and give it to the user who runs bouncelog.");
    doctor_found(doctor, EXIT_HISTORY);
}

void doctor_check_history(struct doctor *doctor)
{
    const char *named = doctor->asked->history ? doctor->asked->history : doctor->options.history;
    const char *path = named ? named : NIGHTLY_HISTORY;
    struct stat file;
    if (stat(path, &file) < 0) {
        if (named)
            check_missing(doctor, path);
        return;
    }
    if (access(path, R_OK) < 0) {
        say_denied(doctor, path, "read it", file.st_uid);
        return;
    }
    check_content(doctor, path);
    check_writable(doctor, path, &file);
    if (file.st_mode & (S_IRGRP | S_IROTH)) {
        doctor_say(doctor, "note", "history %s: others on this host can read who wrote to whom",
                   path);
        doctor_say(doctor, "", "chmod go-r keeps it to its owner.");
    }
}
