/* bouncelog history: look into it, allow, forget, prune, undo; bouncelog merge. */
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "bouncelog/archive/archive.h"
#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/scan.h"
#include "bouncelog/base/text.h"
#include "cli.h"
#include "values.h"

enum { DAYS_DEFAULT = 400, EVIDENCE_DAYS_DEFAULT = 90, DAYS_LIMIT = 36500, SECONDS_A_DAY = 86400 };
enum { WAIT_LIMIT = 86400, ADDRESS_MAX = 512 };

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

struct task {
    const char *path;
    unsigned wait_seconds;
    bool remove, dry_run, help;
    int64_t days, evidence_days, floor;
    struct patterns_options how;
    struct patterns patterns;
    char **operands;
    int count;
    struct archive *archive;
    struct buf text; /* what goes to standard output */
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

static int open_archive(struct task *task, enum history_use use, const char *what, struct err *err)
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

static sv when(int64_t time, char *text)
{
    date_format(time, text);
    return sv_from(text);
}

static void show_charge(struct buf *out, const struct charge *charge,
                        const struct taxonomy *taxonomy)
{
    char first[DATE_TEXT], last[DATE_TEXT], at[DATE_TEXT];
    const struct category *category = &taxonomy->categories[charge->category];
    buf_printf(out, "  %.*s: %lld message%s on %d day%s, %.*s to %.*s\n", SV_FMT(category->name),
               (long long)(charge->message_count + charge->forgotten),
               charge->message_count + charge->forgotten == 1 ? "" : "s", charge->day_count,
               charge->day_count == 1 ? "" : "s", SV_FMT(when(charge_first_seen(charge), first)),
               SV_FMT(when(charge->last_seen, last)));
    buf_printf(out, "    %s", charge->code ? "" : "no code");
    if (charge->code)
        buf_printf(out, "%d", charge->code);
    buf_printf(out, " %.*s ", SV_FMT(charge_text(charge, CHARGE_ENHANCED)));
    text_add_visible(out, charge_text(charge, CHARGE_REPLY));
    static const enum charge_text where[] = {CHARGE_RULE, CHARGE_HOST, CHARGE_QUEUE_ID,
                                             CHARGE_FILE};
    static const char *const before[] = {"\n    by ", "; ", " ", ", "};
    for (size_t i = 0; i < sizeof where / sizeof *where; i++) {
        buf_add(out, sv_from(before[i]));
        text_add_visible(out, charge_text(charge, where[i]));
    }
    buf_printf(out, " line %lld\n", (long long)charge->line);
    for (size_t i = 0; i < charge->message_count; i++) {
        const struct charge_message *message = charge_message(charge, i);
        buf_printf(out, "      %.*s%s\n", SV_FMT(when(message->time, at)),
                   message->at_once ? "  enough by itself" : "");
    }
}

static void show_suspect(struct task *task, sv address, const struct suspect *suspect)
{
    struct buf *out = &task->text;
    char at[DATE_TEXT];
    text_add_visible(out, address);
    buf_add_byte(out, '\n');
    if (suspect->listed_at)
        buf_printf(out, "  on the lists since %.*s\n", SV_FMT(when(suspect->listed_at, at)));
    if (suspect->cleared_at)
        buf_printf(out, "  was cleared %.*s\n", SV_FMT(when(suspect->cleared_at, at)));
    if (suspect->delivered_at)
        buf_printf(out, "  took mail last, after a failure, %.*s\n",
                   SV_FMT(when(suspect->delivered_at, at)));
    for (const struct charge *charge = suspect->charges; charge; charge = charge->next)
        show_charge(out, charge, &task->patterns.taxonomy);
}

static int show_run(void *context, const struct history_run *run, struct err *err)
{
    struct task *task = context;
    char at[DATE_TEXT];
    (void)err;
    if (run->id >= task->floor)
        buf_printf(&task->text, "  run %lld  %.*s  %.*s\n", (long long)run->id,
                   SV_FMT(when(run->started, at)), SV_FMT(run->what));
    return 0;
}

static int show_overview(struct task *task, struct err *err)
{
    struct archive_overview overview;
    struct buf *out = &task->text;
    if (archive_overview(task->archive, &overview, err) < 0)
        return -1;
    buf_printf(out,
               "%lld days, %s to %s, of %lld host%s\n%lld logs\n%lld addresses with evidence, %lld "
               "on the lists; %lld domains\n",
               (long long)overview.days, overview.days ? overview.first_day : "-",
               overview.days ? overview.last_day : "-", (long long)overview.hosts,
               overview.hosts == 1 ? "" : "s", (long long)overview.logs,
               (long long)overview.addresses, (long long)overview.listed,
               (long long)overview.domains);
    const struct map *allowed = archive_allowed(task->archive);
    buf_printf(out, "%zu allowed\n", map_count(allowed));
    for (size_t i = 0; i < map_count(allowed); i++) {
        buf_add(out, SV("  "));
        text_add_visible(out, map_key_at(allowed, i));
        buf_add_byte(out, '\n');
    }
    buf_printf(out, "the last runs, which can be taken back\n");
    if (history_undo_floor(archive_history(task->archive), &task->floor, err) < 0)
        return -1;
    return history_each_run(archive_history(task->archive), show_run, task, err);
}

static int show(struct task *task, struct err *err)
{
    if (open_archive(task, HISTORY_READ, "show", err) < 0)
        return -1;
    if (!task->count)
        return show_overview(task, err);
    for (int i = 0; i < task->count; i++) {
        const struct suspect *suspect;
        sv address = sv_from(task->operands[i]);
        int found = archive_find(task->archive, address, &suspect, err);
        if (found < 0)
            return -1;
        if (found) {
            show_suspect(task, address, suspect);
        } else {
            text_add_visible(&task->text, address);
            buf_add(&task->text, SV("\n  nothing is held against it\n"));
        }
    }
    return 0;
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
    char lower[ADDRESS_MAX];
    if (open_archive(task, HISTORY_CREATE, "allow", err) < 0)
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
    if (open_archive(task, HISTORY_CHANGE, "forget", err) < 0)
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
    if (open_archive(task, HISTORY_CHANGE, "prune", err) < 0 ||
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
    if (open_archive(task, HISTORY_CHANGE, "rejudge", err) < 0 ||
        archive_rejudge(task->archive, tell_change, task, err) < 0)
        return -1;
    return task->dry_run ? 0 : archive_commit(task->archive, err);
}

static const struct {
    const char *name;
    int (*run)(struct task *task, struct err *err);
    bool needs_operands, takes_operands;
} verbs[] = {{"show", show, false, true},        {"allow", allow, true, true},
             {"forget", forget, true, true},     {"prune", prune, false, false},
             {"rejudge", rejudge, false, false}, {"undo", undo, true, true}};

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
        return err_set(err, ERR_USAGE, "history %s: of what?", verbs[verb].name);
    if (!verbs[verb].takes_operands && task->count)
        return err_set(err, ERR_USAGE, "history %s: '%s' is too much", verbs[verb].name,
                       task->operands[0]);
    return verbs[verb].run(task, err);
}

static int merge(struct task *task, struct err *err)
{
    bool any = false;
    if (!task->path)
        return err_set(err, ERR_USAGE, "--into DB is missing (see --help)");
    if (!task->count)
        return err_set(err, ERR_USAGE, "merge: which histories?");
    if (open_archive(task, HISTORY_CREATE, "merge", err) < 0)
        return -1;
    for (int i = 0; i < task->count; i++) {
        bool changed;
        if (archive_merge(task->archive, task->operands[i], &changed, err) < 0)
            return -1;
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
