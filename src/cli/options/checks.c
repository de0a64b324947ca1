/* Options that are right each by itself, and do not go together.
 *
 * What one option alone must be is said by its row and found when it is read. Outputs that would
 * overwrite something are found by output_checks.c. */
#include <unistd.h>

#include "cut.h"
#include "table.h"

/* A key serves --hash, or lists of the format hash alone. */
static int check_hash(const struct options *o, struct err *err)
{
    bool hash_list = false;
    for (size_t i = 0; i < o->list_count; i++) {
        enum list_format format = o->lists[i].format;
        hash_list = hash_list || format == LIST_HASH;
        if (o->hash && format != LIST_TEMPLATE && !list_format_takes_fingerprints(format))
            return err_set(
                err, ERR_USAGE,
                "--suppress '%s:%s': this format needs addresses, and --hash leaves none",
                o->lists[i].path, list_format_name(format));
    }
    if (o->hash && !o->hash_key_file)
        return err_set(err, ERR_USAGE, "--hash and --hash-key-file go together");
    if (o->hash_key_file && !o->hash && !hash_list)
        return err_set(err, ERR_USAGE,
                       "--hash-key-file goes with --hash, or with a list of the format hash");
    return 0;
}

static int add_tier(struct options *o, sv word, struct err *err)
{
    enum tier tier;
    if (sv_eq(word, SV("all")))
        o->tiers = 1 << TIER_DEAD | 1 << TIER_BULK | 1 << TIER_WATCH;
    else if (!tier_from_name(word, &tier) || tier == TIER_NONE)
        return err_set(err, ERR_USAGE, "--tier '%.*s': expected dead, bulk, watch or all",
                       SV_FMT(word));
    else
        o->tiers |= 1u << tier;
    return 0;
}

static int read_tiers(struct options *o, struct err *err)
{
    for (size_t i = 0; i < o->tier_names.count; i++)
        for (sv rest = o->tier_names.list[i]; rest.len;)
            if (add_tier(o, sv_trim(sv_cut(rest, ',', &rest)), err) < 0)
                return -1;
    return 0;
}

static int check_history(const struct options *o, struct err *err)
{
    bool windowed = o->since.at != INT64_MIN || o->until.at != INT64_MAX;
    if ((o->command == COMMAND_REPORT || o->command == COMMAND_SUPPRESS) && !o->history &&
        o->operand_count)
        return err_set(err, ERR_USAGE, "--history DB is missing; to read logs: bouncelog scan%s",
                       o->command == COMMAND_SUPPRESS ? " -s FILE LOG..." : " LOG...");
    if (o->command != COMMAND_SCAN && !o->history)
        return err_set(err, ERR_USAGE, "--history DB is missing (see --help)");
    if (o->command == COMMAND_REPORT && o->operand_count)
        return err_set(err, ERR_USAGE, "'%s': a report reads no logs, only the history",
                       o->operands[0]);
    if (o->command == COMMAND_RECONCILE && o->operand_count)
        return err_set(err, ERR_USAGE, "'%s': a list of theirs is named by --list", o->operands[0]);
    if (o->command == COMMAND_SUPPRESS && o->operand_count)
        return err_set(err, ERR_USAGE,
                       "'%s': what is known of one address says `bouncelog history show`",
                       o->operands[0]);
    if (o->command != COMMAND_SCAN)
        return 0;
    if (!o->operand_count && !o->journal && !o->journal_folder && isatty(STDIN_FILENO))
        return err_set(err, ERR_USAGE, "no log file (\"-\" is standard input; see --help)");
    if (o->history && windowed)
        return err_set(err, ERR_USAGE,
                       "--since and --until would lose what lies outside from the "
                       "history; `bouncelog report` shows any period of it");
    if (!o->history &&
        (o->dry_run || o->delta || o->accept_change || o->wait_seconds || o->keep_events))
        return err_set(err, ERR_USAGE, "--%s goes with --history",
                       o->dry_run         ? "dry-run"
                       : o->delta         ? "delta"
                       : o->accept_change ? "accept-change"
                       : o->keep_events   ? "keep-events"
                                          : "wait");
    return 0;
}

static int check_backtest(const struct options *o, struct err *err)
{
    bool logs = o->operand_count || o->journal;
    if (o->history && logs && !option_place(o, "history").file)
        return err_set(err, ERR_USAGE, "either logs or --history DB: a history holds its logs");
    return o->history || logs
               ? 0
               : err_set(err, ERR_USAGE, "what should be tested? Name logs, or --history DB");
}

int options_check(struct options *o, struct err *err)
{
    if (check_hash(o, err) < 0 || read_tiers(o, err) < 0)
        return -1;
    if (o->since.at >= o->until.at)
        return err_set(err, ERR_USAGE, "--since is not before --until");
    if (o->command == COMMAND_SCAN && o->tag_key_file && !o->mails.count)
        return err_set(err, ERR_USAGE, "--tag-key-file goes with --mail");
    if (cut_check(o, err) < 0)
        return -1;
    if (o->command == COMMAND_BACKTEST)
        return check_backtest(o, err);
    return o->command == COMMAND_WHY ? 0 : check_history(o, err);
}
