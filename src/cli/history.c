/* bouncelog history: look into it, allow, forget, prune, undo; bouncelog merge.
 *
 * What a person does to a history by hand, a verb each. Every change is one commit, or nothing. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bouncelog/archive/archive.h"
#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/text.h"
#include "cli.h"
#include "options/table.h"
#include "task.h"

enum { SECONDS_A_DAY = 86400 };

int task_open(struct task *task, enum history_use use, const char *what, struct err *err)
{
    struct archive_options options = {.path = task->options->history,
                                      .use = use,
                                      .wait_seconds = task->options->wait_seconds,
                                      .patterns = &task->patterns,
                                      .now = now_seconds(),
                                      .what = what};
    if (patterns_load(&task->patterns, &task->options->patterns, err) < 0)
        return -1;
    return archive_open(&task->archive, &options, err);
}

/* An address as lists carry it, or @ and a domain: whatever else protects nobody. */
static bool may_be_allowed(sv address)
{
    size_t at = sv_rfind_byte(address, '@');
    if (at == SV_NPOS || at + 1 == address.len)
        return false;
    for (size_t i = 0; i < address.len; i++)
        if ((unsigned char)address.ptr[i] <= ' ' || strchr("<>,;*\x7F", address.ptr[i]))
            return false;
    return address.ptr[address.len - 1] != '.' && address.ptr[at + 1] != '.';
}

/* What became of an address, in a line. */
static void tell(struct task *task, sv address, const char *what)
{
    text_add_visible(&task->text, address);
    buf_printf(&task->text, " %s\n", what);
}

static int allow_one(struct task *task, sv address, struct err *err)
{
    char bytes[MAILBOX_MAX];
    struct history *history = archive_history(task->archive);
    sv key = mailbox_key(address, bytes), origin = history_origin(history);
    const struct address_record *record;
    struct buf value = {0};
    int before = history_get(history, ITEM_ALLOW, key, origin, &value, err);
    buf_release(&value);
    if (before)
        tell(task, address, "is allowed already; nothing was changed");
    if (before)
        return before < 0 ? -1 : 0;
    if (history_put(history, ITEM_ALLOW, key, origin, SV("1"), false, err) < 0)
        return -1;
    task->changed = true;
    if (key.ptr[0] == '@') {
        tell(task, address, "is allowed: no address of this domain will be listed");
        return 0;
    }
    int known = archive_find(task->archive, address, &record, err);
    if (known >= 0)
        tell(task, address,
             known ? "is allowed: it will not be listed"
                   : "is allowed: it will not be listed; nothing in the history speaks against it");
    return known < 0 ? -1 : 0;
}

static int disallow_one(struct task *task, sv address, struct err *err)
{
    char bytes[MAILBOX_MAX];
    int found = archive_disallow(task->archive, mailbox_key(address, bytes), err);
    if (found < 0)
        return -1;
    tell(task, address, found ? "is not allowed any more" : "was not allowed; nothing was changed");
    task->changed = task->changed || found;
    return 0;
}

/* Nothing changed leaves no run behind. */
static int commit_changes(struct task *task, struct err *err)
{
    return task->changed ? archive_commit(task->archive, err) : 0;
}

static int allow(struct task *task, struct err *err)
{
    if (task_open(task, HISTORY_CHANGE, "allow", err) < 0)
        return -1;
    for (size_t i = 0; i < task->count; i++) {
        sv address = sv_from(task->operands[i]);
        if (address.len > MAILBOX_MAX || !may_be_allowed(address))
            return err_set(err, ERR_USAGE, "'%s': expected an address or @domain",
                           task->operands[i]);
        if ((task->options->remove ? disallow_one : allow_one)(task, address, err) < 0)
            return -1;
    }
    return commit_changes(task, err);
}

static int forget(struct task *task, struct err *err)
{
    if (task_open(task, HISTORY_CHANGE, "forget", err) < 0)
        return -1;
    for (size_t i = 0; i < task->count; i++) {
        sv address = sv_from(task->operands[i]);
        if (address.len < 3 || sv_find_byte(address, '@') == SV_NPOS)
            return err_set(err, ERR_USAGE, "'%s': expected an address", task->operands[i]);
        int found = archive_forget(task->archive, address, err);
        if (found < 0)
            return -1;
        tell(task, address,
             found ? "is forgotten: it stands nowhere in the history any more"
                   : "is nowhere in the history; nothing was changed");
        task->changed = task->changed || found;
    }
    return commit_changes(task, err);
}

static int prune(struct task *task, struct err *err)
{
    const struct options *options = task->options;
    int64_t today = now_seconds() / SECONDS_A_DAY * SECONDS_A_DAY;
    struct archive_ages before = {today - (int64_t)options->days * SECONDS_A_DAY,
                                  today - (int64_t)options->evidence_days * SECONDS_A_DAY,
                                  today - (int64_t)options->event_days * SECONDS_A_DAY};
    if (task_open(task, HISTORY_CHANGE, "prune", err) < 0 ||
        archive_prune(task->archive, &before, err) < 0)
        return -1;
    return archive_commit(task->archive, err);
}

struct sought {
    int64_t run;
    bool forgets;
};

static int look_at_run(void *context, const struct history_run *run, struct err *err)
{
    struct sought *sought = context;
    (void)err;
    sought->forgets |= run->id == sought->run && sv_eq(run->what, SV("forget"));
    return 0;
}

static int undo_run(struct history *history, int64_t run, struct err *err)
{
    struct sought sought = {.run = run};
    if (history_each_run(history, look_at_run, &sought, err) < 0)
        return -1;
    if (sought.forgets)
        return err_set(err, ERR_USAGE, "run %lld erased addresses: that alone cannot be taken back",
                       (long long)run);
    return history_undo(history, run, err);
}

static int undo(struct task *task, struct err *err)
{
    uint64_t run;
    struct history *history;
    if (task->count != 1 || !sv_to_u64(sv_from(task->operands[0]), &run) || run > INT32_MAX)
        return err_set(err, ERR_USAGE,
                       "history undo: expected the number of one run (see "
                       "`bouncelog history show`)");
    /* Not by way of the archive: this is no run of its own. */
    if (history_open(&history, task->options->history, HISTORY_CHANGE, task->options->wait_seconds,
                     err) < 0)
        return -1;
    int result = undo_run(history, (int64_t)run, err);
    history_close(history);
    return result;
}

static void tell_change(void *context, sv key, sv before, sv after)
{
    struct task *task = context;
    text_add_visible(&task->text, key);
    buf_printf(&task->text, "  %.*s -> %.*s\n", SV_FMT(before),
               SV_FMT(after.len ? after : SV("nothing is held against it")));
}

static int rejudge(struct task *task, struct err *err)
{
    if (task_open(task, HISTORY_CHANGE, "rejudge", err) < 0 ||
        archive_rejudge(task->archive, tell_change, task, err) < 0)
        return -1;
    return task->options->dry_run || !task->text.len ? 0 : archive_commit(task->archive, err);
}

static const struct {
    const char *name;
    int (*run)(struct task *task, struct err *err);
    bool needs_operands, takes_operands;
} verbs[] = {{"show", history_show, false, true}, {"allow", allow, true, true},
             {"forget", forget, true, true},      {"prune", prune, false, false},
             {"rejudge", rejudge, false, false},  {"undo", undo, true, true}};

/* Options that are of one verb alone. */
static int check_options(const struct options *options, const char *verb, struct err *err)
{
    for (size_t i = 0; i < options->given_count; i++) {
        const struct option_row *row = options->given[i].row;
        if (row->verb && strcmp(row->verb, verb) != 0)
            return err_set(err, ERR_USAGE, "--%s is for `history %s`", row->name, row->verb);
    }
    return 0;
}

static int find_verb(const struct task *task, size_t *verb, struct err *err)
{
    if (!task->count)
        return err_set(err, ERR_USAGE, "history: show, allow, forget, prune, rejudge or undo?");
    for (*verb = 0; *verb < sizeof verbs / sizeof *verbs; ++*verb)
        if (strcmp(task->operands[0], verbs[*verb].name) == 0)
            return 0;
    return err_set(err, ERR_USAGE,
                   "history: '%s': expected show, allow, forget, prune, rejudge or undo",
                   task->operands[0]);
}

static int run_verb(struct task *task, struct err *err)
{
    size_t verb = 0;
    if (find_verb(task, &verb, err) < 0)
        return -1;
    task->operands++;
    task->count--;
    if (!task->options->history)
        return err_set(err, ERR_USAGE, "--history DB is missing (see --help)");
    if (verbs[verb].needs_operands && !task->count)
        return err_set(err, ERR_USAGE, "history %s: which %s?%s", verbs[verb].name,
                       verbs[verb].run == undo ? "run" : "address",
                       verbs[verb].run == undo ? " `bouncelog history show` lists them" : "");
    if (!verbs[verb].takes_operands && task->count)
        return err_set(err, ERR_USAGE, "history %s: unexpected argument '%s'", verbs[verb].name,
                       task->operands[0]);
    if (check_options(task->options, verbs[verb].name, err) < 0)
        return -1;
    return verbs[verb].run(task, err);
}

static int merge(struct task *task, struct err *err)
{
    bool any = false;
    if (!task->options->history)
        return err_set(err, ERR_USAGE, "--into DB is missing (see --help)");
    if (!task->count)
        return err_set(err, ERR_USAGE, "merge: which histories?");
    for (size_t i = 0; i < task->count; i++) /* before the one that takes them is made */
        if (access(task->operands[i], R_OK) != 0)
            return err_set(err, ERR_HISTORY, "%s: cannot open: %s", task->operands[i],
                           strerror(errno));
    if (task_open(task, HISTORY_CREATE, "merge", err) < 0)
        return -1;
    for (size_t i = 0; i < task->count; i++) {
        enum merged merged;
        if (archive_merge(task->archive, task->operands[i], &merged, err) < 0)
            return -1;
        if (merged == MERGED_SAME_LOGS)
            say("%s: nothing of it was taken: its logs are known by another history of them",
                task->operands[i]);
        any = any || merged == MERGED;
    }
    /* Nothing new leaves no run behind. */
    return any ? archive_commit(task->archive, err) : 0;
}

static int run_task(const struct options *options, int (*run)(struct task *task, struct err *err))
{
    struct task task = {
        .options = options, .operands = options->operands, .count = options->operand_count};
    struct err err;
    int code = EXIT_DONE;
    if (run(&task, &err) < 0)
        code = fail(&err);
    else if (task.text.len)
        code = print_result(buf_sv(&task.text));
    archive_close(task.archive);
    patterns_release(&task.patterns);
    buf_release(&task.text);
    return code;
}

int history_command(const struct options *options)
{
    return run_task(options, run_verb);
}

int merge_command(const struct options *options)
{
    return run_task(options, merge);
}
