/* bouncelog reconcile: the suppression list of a mailing tool against what the history knows.
 *
 * Nothing is written: whom to import and whom to lift there, a person decides. */
#include "bouncelog/archive/archive.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/output/output.h"
#include "bouncelog/report/reconciled.h"
#include "cli.h"
#include "listed.h"
#include "past.h"

struct reconcile {
    struct setup setup;
    struct past past;
    struct listed theirs; /* -> int64_t, when it took mail last */
    struct reconciled result;
};

static int read_lists(struct reconcile *run, struct err *err)
{
    const struct texts *lists = &run->setup.options->their_lists;
    if (!lists->count)
        return err_set(err, ERR_USAGE, "which list? --list FILE names an export of theirs");
    for (size_t i = 0; i < lists->count; i++)
        if (listed_read(&run->theirs, lists->list[i].ptr, err) < 0)
            return -1;
    return 0;
}

static int compare(struct reconcile *run, struct err *err)
{
    const struct archive_window all = {INT64_MIN, INT64_MAX};
    unsigned tiers = run->setup.options->tiers;
    if (past_open(&run->past.archive, &run->setup, "reconcile", err) < 0 ||
        past_decide(&run->past, &run->setup, all, err) < 0 ||
        archive_last_deliveries(run->past.archive, &run->theirs.addresses, err) < 0)
        return -1;
    reconciled_make(
        &run->result,
        &(struct reconciled_source){
            .theirs = &run->theirs.addresses,
            .known = run->past.how.known,
            .decisions = &run->past.decisions,
            .taxonomy = &run->setup.patterns.taxonomy,
            .tiers = tiers ? tiers : list_form_tiers((struct list_form){.format = LIST_PLAIN})});
    return archive_check(run->past.archive, err);
}

static int print(const struct reconcile *run)
{
    struct err err;
    struct outfile *out = outfile_open("-", &err);
    if (!out)
        return fail(&err);
    (run->setup.options->json ? output_reconciled_json : output_reconciled_text)(out, &run->result);
    return outfile_commit(out, &err) < 0 ? fail(&err) : EXIT_DONE;
}

static int run_reconcile(struct reconcile *run)
{
    struct err err;
    if (setup_load(&run->setup, &err) < 0 || read_lists(run, &err) < 0 || compare(run, &err) < 0)
        return fail(&err);
    int code = print(run);
    if (!run->theirs.strange)
        return code;
    bool one = run->theirs.strange == 1;
    say("%lld %s of the lists %s no address, or more than one, and %s left out",
        (long long)run->theirs.strange, one ? "entry" : "entries", one ? "has" : "have",
        one ? "was" : "were");
    return code == EXIT_DONE ? EXIT_INCOMPLETE : code;
}

int reconcile_command(const struct options *options)
{
    struct reconcile *run = mem_zero(1, sizeof *run);
    setup_init(&run->setup, options);
    past_init(&run->past);
    listed_init(&run->theirs, sizeof(int64_t));
    int code = run_reconcile(run);
    reconciled_release(&run->result);
    past_release(&run->past);
    listed_release(&run->theirs);
    setup_release(&run->setup);
    mem_free(run);
    return code;
}
