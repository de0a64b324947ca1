/* bouncelog history: look into it, allow, forget, prune, undo; bouncelog merge. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "bouncelog/archive/archive.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/scan.h"
#include "bouncelog/base/text.h"
#include "cli.h"
#include "task.h"
#include "values.h"

enum { DAYS_DEFAULT = 400, EVIDENCE_DAYS_DEFAULT = 90, DAYS_LIMIT = 36500, SECONDS_A_DAY = 86400 };
enum { WAIT_LIMIT = 86400 };

enum option {
    OPT_HISTORY,
    OPT_INTO,
    OPT_WAIT,
    OPT_REMOVE,
    OPT_DRY_RUN,
    OPT_DAYS,
    OPT_EVIDENCE_DAYS,
    OPT_PATTERNS,
    OPT_PATTERNS_EXTRA,
    OPT_POLICY,
    OPT_HELP
};

static const struct arg_spec specs[] = {
    {"history", 'd', true, OPT_HISTORY},
    {"into", 0, true, OPT_INTO},
    {"wait", 0, true, OPT_WAIT},
    {"remove", 0, false, OPT_REMOVE},
    {"dry-run", 0, false, OPT_DRY_RUN},
    {"days", 0, true, OPT_DAYS},
    {"evidence-days", 0, true, OPT_EVIDENCE_DAYS},
    {"patterns", 0, true, OPT_PATTERNS},
    {"patterns-extra", 0, true, OPT_PATTERNS_EXTRA},
    {"policy", 0, true, OPT_POLICY},
    {"help", 'h', false, OPT_HELP},
};

static int set_days(const char *name, const char *value, int64_t *days, struct err *err)
{
    uint64_t number;
    if (read_number(name, value, 1, DAYS_LIMIT, &number, err) < 0)
        return -1;
    *days = (int64_t)number;
    return 0;
}

static int set_option(void *context, int id, const char *value, struct err *err)
{
    struct task *task = context;
    uint64_t number;
    switch (id) {
    case OPT_HISTORY:
    case OPT_INTO:
        task->path = value;
        return 0;
    case OPT_WAIT:
        if (read_number("wait", value, 0, WAIT_LIMIT, &number, err) < 0)
            return -1;
        task->wait_seconds = (unsigned)number;
        return 0;
    case OPT_REMOVE:
        task->remove = true;
        return 0;
    case OPT_DRY_RUN:
        task->dry_run = true;
        return 0;
    case OPT_DAYS:
        return set_days("days", value, &task->days, err);
    case OPT_EVIDENCE_DAYS:
        return set_days("evidence-days", value, &task->evidence_days, err);
    case OPT_PATTERNS:
        task->how.dir = value;
        return 0;
    case OPT_PATTERNS_EXTRA:
        task->how.extra = value;
        return 0;
    case OPT_POLICY:
        task->how.policy = value;
        return 0;
    default:
        task->help = true;
        return 0;
    }
}

int task_open(struct task *task, enum history_use use, const char *what, struct err *err)
{
    struct archive_options options = {.path = task->path,
                                      .use = use,
                                      .wait_seconds = task->wait_seconds,
                                      .patterns = &task->patterns,
                                      .now = now_seconds(),
                                      .what = what};
    if (patterns_load(&task->patterns, &task->how, err) < 0)
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

static int allow(struct task *task, struct err *err)
{
    char lower[TASK_ADDRESS_MAX];
    if (task_open(task, HISTORY_CHANGE, "allow", err) < 0)
        return -1;
    struct history *history = archive_history(task->archive);
    for (int i = 0; i < task->count; i++) {
        sv address = sv_from(task->operands[i]);
        if (address.len > sizeof lower || !may_be_allowed(address))
            return err_set(err, ERR_USAGE, "'%s': expected an address or @domain",
                           task->operands[i]);
        scan_lower(lower, address);
        sv key = sv_make(lower, address.len), origin = history_origin(history);
        if (task->remove ? archive_disallow(task->archive, key, err) < 0
                         : history_put(history, ITEM_ALLOW, key, origin, SV("1"), false, err) < 0)
            return -1;
    }
    return archive_commit(task->archive, err);
}

static int forget(struct task *task, struct err *err)
{
    if (task_open(task, HISTORY_CHANGE, "forget", err) < 0)
        return -1;
    for (int i = 0; i < task->count; i++) {
        sv address = sv_from(task->operands[i]);
        if (address.len < 3 || sv_find_byte(address, '@') == SV_NPOS)
            return err_set(err, ERR_USAGE, "'%s': expected an address", task->operands[i]);
        if (archive_forget(task->archive, address, err) < 0)
            return -1;
    }
    return archive_commit(task->archive, err);
}

static int prune(struct task *task, struct err *err)
{
    int64_t today = now_seconds() / SECONDS_A_DAY * SECONDS_A_DAY;
    if (task_open(task, HISTORY_CHANGE, "prune", err) < 0 ||
        archive_prune(task->archive, today - task->days * SECONDS_A_DAY,
                      today - task->evidence_days * SECONDS_A_DAY, err) < 0)
        return -1;
    return archive_commit(task->archive, err);
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
    if (history_open(&history, task->path, HISTORY_CHANGE, task->wait_seconds, err) < 0)
        return -1;
    int result = history_undo(history, (int64_t)run, err);
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
    return task->dry_run || !task->text.len ? 0 : archive_commit(task->archive, err);
}

static const struct {
    const char *name;
    int (*run)(struct task *task, struct err *err);
    bool needs_operands, takes_operands;
} verbs[] = {{"show", history_show, false, true}, {"allow", allow, true, true},
             {"forget", forget, true, true},      {"prune", prune, false, false},
             {"rejudge", rejudge, false, false},  {"undo", undo, true, true}};

/* Options that are of one verb alone. */
static int check_options(const struct task *task, const char *verb, struct err *err)
{
    const struct {
        const char *name, *verb;
        bool given;
    } rows[] = {{"dry-run", "rejudge", task->dry_run},
                {"remove", "allow", task->remove},
                {"days", "prune", task->days != DAYS_DEFAULT},
                {"evidence-days", "prune", task->evidence_days != EVIDENCE_DAYS_DEFAULT}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].given && strcmp(rows[i].verb, verb) != 0)
            return err_set(err, ERR_USAGE, "--%s is for `history %s`", rows[i].name, rows[i].verb);
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
    if (!task->path)
        return err_set(err, ERR_USAGE, "--history DB is missing (see --help)");
    if (verbs[verb].needs_operands && !task->count)
        return err_set(err, ERR_USAGE, "history %s: which %s?", verbs[verb].name,
                       verbs[verb].run == undo ? "run" : "address");
    if (!verbs[verb].takes_operands && task->count)
        return err_set(err, ERR_USAGE, "history %s: unexpected argument '%s'", verbs[verb].name,
                       task->operands[0]);
    if (check_options(task, verbs[verb].name, err) < 0)
        return -1;
    return verbs[verb].run(task, err);
}

static int merge(struct task *task, struct err *err)
{
    bool any = false;
    if (!task->path)
        return err_set(err, ERR_USAGE, "--into DB is missing (see --help)");
    if (!task->count)
        return err_set(err, ERR_USAGE, "merge: which histories?");
    if (check_options(task, "merge", err) < 0)
        return -1;
    for (int i = 0; i < task->count; i++) /* before the one that takes them is made */
        if (access(task->operands[i], R_OK) != 0)
            return err_set(err, ERR_HISTORY, "%s: cannot open: %s", task->operands[i],
                           strerror(errno));
    if (task_open(task, HISTORY_CREATE, "merge", err) < 0)
        return -1;
    for (int i = 0; i < task->count; i++) {
        bool changed;
        if (archive_merge(task->archive, task->operands[i], &changed, err) < 0)
            return -1;
        if (!changed)
            message("%s: nothing in it is new", task->operands[i]);
        any = any || changed;
    }
    /* Nothing new leaves no run behind. */
    return any ? archive_commit(task->archive, err) : 0;
}

static int run_task(int argc, char **argv, const char *help,
                    int (*run)(struct task *task, struct err *err))
{
    struct task *task = mem_zero(1, sizeof *task);
    struct err err;
    int code = EXIT_DONE;
    task->days = DAYS_DEFAULT;
    task->evidence_days = EVIDENCE_DAYS_DEFAULT;
    task->count =
        args_parse(argc, argv, specs, sizeof specs / sizeof *specs, set_option, task, &err);
    task->operands = argv + 1;
    if (task->count < 0)
        code = fail(&err);
    else if (task->help)
        code = print_result(sv_from(help));
    else if (run(task, &err) < 0)
        code = fail(&err);
    else if (task->text.len)
        code = print_result(buf_sv(&task->text));
    archive_close(task->archive);
    patterns_release(&task->patterns);
    buf_release(&task->text);
    mem_free(task);
    return code;
}

int history_command(int argc, char **argv)
{
    return run_task(argc, argv, help_history, run_verb);
}

int merge_command(int argc, char **argv)
{
    return run_task(argc, argv, help_merge, merge);
}
