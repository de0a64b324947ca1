/* bouncelog backtest: what policies would have done to the mail of the past.
 *
 * Logs go the way of a scan, which keeps what failed; a history has kept it. Then all policies go
 * through the same days. Nothing is written but the result. */
#include "bouncelog/backtest/backtest.h"
#include "bouncelog/archive/archive.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/classify/classify.h"
#include "cli.h"
#include "confine.h"
#include "options/nearest.h"
#include "scan.h"
#include "version.h"

enum { POLICIES_MAX = 2 * TEXTS_MAX + RIVAL_COUNT + 1 };

/* Patterns of a policy beside the one in use. */
struct other {
    struct patterns patterns;
    struct classifier *classifier; /* NULL: its rules are those in use */
};

struct backtest_run {
    struct options options; /* without a history where logs are named */
    struct scan_run scan;
    struct scan_run *again; /* over the same logs; NULL: once was enough */
    struct backtest_policy policies[POLICIES_MAX];
    size_t count;
    struct other *others;
    size_t other_count;
    struct arena names;
    struct backtest *backtest;
    struct tried tried;
    struct outfile *page; /* NULL: not asked for, or done with */
};

/* --- policies */

static void judge_by_policy(void *patterns, struct event *event)
{
    pipeline_judge(patterns, event);
}

static void judge_by_rules(void *context, struct event *event)
{
    const struct other *other = context;
    pipeline_rejudge(&other->patterns, other->classifier, event);
}

static void add_policy(struct backtest_run *run, const struct backtest_policy *policy)
{
    run->policies[run->count++] = *policy;
}

/* A policy file, or a whole set of patterns; the other stays as it is in use. */
static int add_other(struct backtest_run *run, sv path, bool rules, struct err *err)
{
    struct patterns_options files = run->options.patterns;
    const char *name = arena_cstr(&run->names, path);
    struct other *other = &run->others[run->other_count];
    if (rules)
        files.dir = name;
    else
        files.policy = name;
    if (patterns_load(&other->patterns, &files, err) < 0)
        return -1;
    run->other_count++;
    if (rules)
        other->classifier = classifier_new(&other->patterns);
    add_policy(run, &(struct backtest_policy){.name = name,
                                              .taxonomy = &other->patterns.taxonomy,
                                              .table = &other->patterns.policy,
                                              .judge = rules ? judge_by_rules : judge_by_policy,
                                              .context = rules ? (void *)other : &other->patterns});
    return 0;
}

static void add_rival(struct backtest_run *run, enum rival rival)
{
    add_policy(run, &(struct backtest_policy){.name = rival_name(rival),
                                              .rival = rival,
                                              .taxonomy = &run->scan.setup.patterns.taxonomy});
}

static int add_named_rival(struct backtest_run *run, sv name, struct err *err)
{
    struct nearest near = nearest_to(name);
    if (sv_eq(name, SV("none")))
        return 0;
    for (int rival = RIVAL_NONE + 1; rival < RIVAL_COUNT; rival++) {
        sv is = sv_from(rival_name((enum rival)rival));
        if (sv_eq(name, is)) {
            add_rival(run, (enum rival)rival);
            return 0;
        }
        nearest_offer(&near, is);
    }
    if (near.word.len)
        return err_set(err, ERR_USAGE, "--against '%.*s': did you mean '%.*s'?", SV_FMT(name),
                       SV_FMT(near.word));
    return err_set(err, ERR_USAGE,
                   "--against '%.*s': expected any-5xx, first-hard, three-bounces, 3-in-14-days or "
                   "none",
                   SV_FMT(name));
}

static int add_policies(struct backtest_run *run, struct err *err)
{
    const struct options *options = &run->options;
    struct patterns *patterns = &run->scan.setup.patterns;
    run->others =
        mem_zero(options->policies.count + options->rules_of.count + 1, sizeof *run->others);
    add_policy(run, &(struct backtest_policy){.name = "current",
                                              .taxonomy = &patterns->taxonomy,
                                              .table = &patterns->policy,
                                              .judge = judge_by_policy,
                                              .context = patterns});
    for (size_t i = 0; i < options->policies.count; i++)
        if (add_other(run, options->policies.list[i], false, err) < 0)
            return -1;
    for (size_t i = 0; i < options->rules_of.count; i++)
        if (add_other(run, options->rules_of.list[i], true, err) < 0)
            return -1;
    for (size_t i = 0; i < options->rivals.count; i++)
        if (add_named_rival(run, options->rivals.list[i], err) < 0)
            return -1;
    for (int rival = RIVAL_NONE + 1; rival < RIVAL_COUNT && !options->rivals.count; rival++)
        add_rival(run, (enum rival)rival);
    return 0;
}

/* --- the past */

static void begin(struct backtest_run *run, struct backtest_options options)
{
    options.policies = run->policies;
    options.policy_count = run->count;
    options.allow = &run->scan.setup.allow;
    run->backtest = backtest_new(&options);
}

/* Logs of several hosts, or in another order, hide deliveries before a failure that is read later:
 * then they are read once more, knowing who failed. */
static int read_again(struct backtest_run *run, struct err *err)
{
    const struct trials *trials = &run->scan.scan.trials;
    if (!trials->missed)
        return 0;
    for (size_t i = 0; i < run->options.operand_count; i++)
        if (strcmp(run->options.operands[i], "-") == 0)
            return err_set(err, ERR_USAGE,
                           "these logs have to be read twice, and \"-\" cannot be: name the files");
    run->again = mem_zero(1, sizeof *run->again);
    scan_run_init(run->again, &run->options);
    run->again->keeps_trials = true;
    run->again->awaited_trials = trials;
    if (setup_load(&run->again->setup, err) < 0)
        return -1;
    scan_logs(run->again);
    return 0;
}

static int replay_logs(struct backtest_run *run, struct err *err)
{
    struct scan_run *scan = &run->scan;
    confine(&run->options);
    scan->keeps_trials = true;
    scan_logs(scan);
    scan_describe_inputs(scan);
    if (scan_decide(scan, err) < 0)
        return -1;
    scan_make_report(scan);
    if (read_again(run, err) < 0)
        return -1;
    begin(run, (struct backtest_options){.senders = &scan->scan.evidence.senders,
                                         .each_activity = scan->source.each_activity,
                                         .activity_context = scan->source.activity_context});
    const struct trials *trials = run->again ? &run->again->scan.trials : &scan->scan.trials;
    backtest_replay(run->backtest, trials, &run->tried.first, &run->tried.last);
    return 0;
}

static int replay_history(struct backtest_run *run, struct err *err)
{
    struct archive **archive = &run->scan.archive;
    struct archive_window window;
    struct archive_options how = {.path = run->options.history,
                                  .use = HISTORY_READ,
                                  .patterns = &run->scan.setup.patterns,
                                  .now = now_seconds(),
                                  .what = "backtest"};
    if (archive_open(archive, &how, err) < 0)
        return -1;
    const struct fpset *senders = archive_senders(*archive, err);
    if (!senders)
        return -1;
    setup_allow(&run->scan.setup, archive_allowed(*archive));
    begin(run, (struct backtest_options){.senders = senders,
                                         .each_activity = archive_each_activity,
                                         .by_day = true,
                                         .activity_context = *archive});
    if (archive_replay(*archive, run->backtest, &window, err) < 0)
        return -1;
    run->tried.first = window.since;
    run->tried.last = window.until - 1;
    if (run->tried.first > run->tried.last)
        say("%s does not know what failed on any of its days: runs of this version keep it, "
            "earlier ones did not",
            run->options.history);
    return 0;
}

static int print(struct backtest_run *run)
{
    struct err err;
    struct outfile *out = outfile_open("-", &err), *page = run->page;
    struct tried_page how = {SV(BOUNCELOG_VERSION), now_seconds(), run->options.addresses};
    if (!out)
        return fail(&err);
    tried_make(&run->tried, run->backtest, run->policies, run->count,
               setup_redactor(&run->scan.setup));
    (run->options.json ? output_tried_json : output_tried_text)(out, &run->tried);
    if (page)
        output_tried_page(page, &run->tried, &how);
    run->page = NULL;
    int result = page ? outfile_commit(page, &err) : 0;
    if (result < 0) {
        outfile_discard(out);
        return fail(&err);
    }
    return outfile_commit(out, &err) < 0 ? fail(&err) : EXIT_DONE;
}

/* Before the work: a wrong path shall not cost an hour. */
static int open_page(struct backtest_run *run, struct err *err)
{
    const char *path = run->options.page;
    run->page = path ? outfile_open(path, err) : NULL;
    return path && !run->page ? -1 : 0;
}

static int test(struct backtest_run *run)
{
    struct err err;
    bool logs = !run->options.history;
    if (setup_load(&run->scan.setup, &err) < 0 || add_policies(run, &err) < 0 ||
        open_page(run, &err) < 0 || (logs ? replay_logs : replay_history)(run, &err) < 0)
        return fail(&err);
    int code = print(run);
    if (!logs)
        return code;
    results_tell_gaps(&run->scan.report);
    bool incomplete = run->scan.report.incomplete || run->scan.mails_unread;
    return code == EXIT_DONE && incomplete ? EXIT_INCOMPLETE : code;
}

static void release(struct backtest_run *run)
{
    if (run->page)
        outfile_discard(run->page);
    tried_release(&run->tried);
    backtest_free(run->backtest);
    for (size_t i = 0; i < run->other_count; i++) {
        classifier_free(run->others[i].classifier);
        patterns_release(&run->others[i].patterns);
    }
    mem_free(run->others);
    arena_release(&run->names);
    scan_run_release(&run->scan);
    if (run->again)
        scan_run_release(run->again);
    mem_free(run->again);
    mem_free(run);
}

int backtest_command(const struct options *options)
{
    struct backtest_run *run = mem_zero(1, sizeof *run);
    run->options = *options;
    if (options->operand_count || options->journal)
        run->options.history = NULL;
    scan_run_init(&run->scan, &run->options);
    int code = test(run);
    release(run);
    return code;
}
