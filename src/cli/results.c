/* The outputs of a command from opening to commit: the same steps for every kind.
 *
 * All are opened before the work, written after it, and put in place together; where something
 * fails before that, all old files are still there. */
#include "results.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "bouncelog/archive/archive.h"
#include "bouncelog/base/mem.h"
#include "cli.h"
#include "unread.h"

static struct outfile *open_removed(const char *list, struct err *err)
{
    struct buf path = {0};
    buf_printf(&path, "%s.removed", list);
    struct outfile *out =
        outfile_open(outfile_is_stdout(list) ? "/dev/null" : buf_cstr(&path), err);
    buf_release(&path);
    return out;
}

/* The first of the groups that this machine has. */
static const struct group *reader_of(enum list_format format)
{
    const struct group *found = NULL;
    struct buf name = {0};
    sv names = sv_from(list_format_readers(format));
    while (names.len && !found) {
        buf_clear(&name);
        buf_add(&name, sv_cut(names, ' ', &names));
        errno = 0;
        found = getgrnam(buf_cstr(&name));
        mem_check(errno);
    }
    buf_release(&name);
    return found;
}

/* The list, its parts and FILE.removed. False: not to that group. */
static bool set_access(struct result *result, struct outfile_access access)
{
    bool given = outparts_set_access(result->parts, access);
    return (!result->removed || outfile_set_access(result->removed, access)) && given;
}

/* A new list of a daemon that cannot read it may stop all mail. */
static void give_to_reader(struct result *result, enum list_format format)
{
    const struct group *reader = reader_of(format);
    if (!reader || outfile_is_stdout(result->output.path))
        return;
    if (!set_access(result, (struct outfile_access){0640, reader->gr_gid}))
        say("%s: the group %s, which is to read it, cannot, and this user may not give it to that "
            "group",
            result->output.path, reader->gr_name);
}

/* What was asked for, else what the file had; a group that is to read it reads it. */
static int give_list(struct result *result, const struct options *options, struct err *err)
{
    int mode = options->lists[result->output.list].mode;
    int64_t group = options->lists[result->output.list].group;
    struct outfile_access access = outparts_access(result->parts);
    bool is_new = access.group == (gid_t)-1 && mode < 0 && group < 0;
    access.group = group >= 0 ? (gid_t)group : access.group;
    access.mode = mode >= 0 ? (mode_t)mode : access.mode | S_IRGRP;
    if (is_new)
        give_to_reader(result, options->lists[result->output.list].format);
    if (mode < 0 && group < 0)
        return 0;
    return set_access(result, access) || group < 0
               ? 0
               : err_set(err, ERR_OUTPUT, "%s: cannot give it to the group %lld: %s",
                         result->output.path, (long long)group, strerror(errno));
}

static int open_list(struct result *result, const struct options *options, struct err *err)
{
    bool splits = list_format_splits(options->lists[result->output.list].format);
    const char *path = result->output.path;
    if (!(result->parts = outparts_open(path, splits, err)))
        return -1;
    if (options->delta && !(result->removed = open_removed(path, err)))
        return -1;
    return give_list(result, options, err);
}

static int open_result(struct result *result, const struct options *options, struct err *err)
{
    const struct output_kind *kind = result->output.kind;
    if (kind->lists)
        return open_list(result, options, err);
    result->file = (kind->public ? outfile_open_public : outfile_open)(result->output.path, err);
    return result->file ? 0 : -1;
}

int results_open(struct results *results, const struct options *options, struct err *err)
{
    struct output outputs[OUTPUTS_MAX];
    size_t count = outputs_of(options, outputs);
    for (size_t i = 0; i < count; i++) {
        struct result *result = &results->list[results->count++];
        *result = (struct result){.output = outputs[i]};
        if (open_result(result, options, err) < 0)
            return -1;
        if (outputs[i].kind->streams) {
            results->events = result->file;
            outfile_pack(result->file, packing_of(result->output.path));
        }
    }
    return 0;
}

static void tell_brake(const struct setup *setup, const struct report *report)
{
    if (!setup->options->list_count)
        return;
    switch (report->brake_why) {
    case BRAKE_MORE:
        say("the lists stay as they were: %zu addresses would be new on them (see \"suppress\" "
            "in the summary, then --force)",
            report->fresh_count);
        break;
    case BRAKE_FEWER:
        say("the lists stay as they were: %zu of %zu addresses would go from them (if that is "
            "right, --force)",
            report->lost_count, report->before_count);
        break;
    case BRAKE_STAYS:
        say("the lists stay as they were, since the brake held them in an earlier run: %zu "
            "addresses would be new on them, %zu would go (see \"suppress\" in the summary, then "
            "--force)",
            report->fresh_count, report->lost_count);
        break;
    case BRAKE_BLIND:
        say("the lists stay as they were: nothing in the inputs was read and understood (--force "
            "empties them)");
        break;
    case BRAKE_NONE:
        break;
    }
}

static void discard(struct result *result)
{
    if (result->file)
        outfile_discard(result->file);
    if (result->parts)
        outparts_discard(result->parts);
    if (result->removed)
        outfile_discard(result->removed);
    *result = (struct result){.output = result->output};
}

static void hold_lists(struct results *results)
{
    for (size_t i = 0; i < results->count; i++)
        if (results->list[i].output.kind->held_by_brake)
            discard(&results->list[i]);
}

static void finish(struct result *result)
{
    if (result->file)
        outfile_finish(result->file);
    if (result->parts)
        outparts_finish(result->parts);
    if (result->removed)
        outfile_finish(result->removed);
}

void results_write(struct results *results, const struct setup *setup, const struct report *report)
{
    if (report->brake) {
        tell_brake(setup, report);
        hold_lists(results);
    }
    for (size_t i = 0; i < results->count; i++) {
        struct result *result = &results->list[i];
        bool there = result->file || result->parts;
        if (there && result->output.kind->write)
            result->output.kind->write(result, setup, report);
        finish(result);
    }
}

static void commit(struct outfile **out, int *code)
{
    struct outfile *done = *out;
    struct err err;
    *out = NULL;
    if (done && outfile_commit(done, &err) < 0)
        *code = fail(&err);
}

static void commit_list(struct outparts **out, int *code)
{
    struct outparts *done = *out;
    struct err err;
    *out = NULL;
    if (done && outparts_commit(done, &err) < 0)
        *code = fail(&err);
}

/* Every output that can be written is written, even when another one fails. */
static int commit_all(struct results *results)
{
    int code = EXIT_DONE;
    for (size_t i = 0; i < results->count; i++) {
        commit(&results->list[i].file, &code);
        commit_list(&results->list[i].parts, &code);
        commit(&results->list[i].removed, &code);
    }
    return code;
}

int results_commit(struct results *results, struct archive *saved)
{
    struct err err;
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    int code = commit_all(results);
    if (saved && code == EXIT_DONE && archive_commit(saved, &err) < 0)
        code = fail(&err);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return code;
}

void results_discard(struct results *results)
{
    for (size_t i = 0; i < results->count; i++)
        discard(&results->list[i]);
}

static void tell_unread(const struct input_status *input)
{
    struct buf path = {0};
    buf_add(&path, input->file);
    const char *hint = unread_hint(buf_cstr(&path));
    say("%.*s: %.*s%s%s", SV_FMT(input->file), SV_FMT(input->error), hint ? "; " : "",
        hint ? hint : "");
    buf_release(&path);
}

/* Says what may be missing. */
void results_tell_gaps(const struct report *report)
{
    for (size_t i = 0; i < report->input_count; i++)
        if (report->inputs[i].error.len)
            tell_unread(&report->inputs[i]);
    if (report->unparsed_too_many)
        say("%lld of %lld delivery lines were not understood (see \"unparsed\" in the "
            "summary)",
            (long long)report->lines.unparsed,
            (long long)(report->lines.delivery + report->lines.unparsed));
    if (report->evicted)
        say("%lld open messages with deferred recipients were forgotten for lack of room",
            (long long)report->evicted);
    if (report->strange_times)
        say("%lld attempts have times that cannot be, after now or years from the lines beside "
            "them: they count, and speak against nobody (repair the clock)",
            (long long)report->strange_times);
}
