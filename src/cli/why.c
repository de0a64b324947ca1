/* bouncelog why: one address, for a support desk: all attempts on it, whether it is on the list,
 * what holds it and what is missing.
 *
 * Logs go the way of a scan, over a history as in a dry run; nothing is written. With both, the
 * logs are read twice: whole, since the history has read most of them and did not keep every
 * attempt, and then what is new in them, for the decision.
 */
#include <assert.h>
#include <string.h>
#include <unistd.h>

#include "bouncelog/base/bytes.h"
#include "bouncelog/base/mem.h"
#include "cli.h"
#include "confine.h"
#include "past.h"
#include "scan.h"
#include "why_attempts.h"

enum { ADDRESS_MAX = 512 };

struct asked {
    struct options options; /* without the address */
    struct options alone;   /* ...and without a history */
    char address[ADDRESS_MAX];
    struct scan_run *logs, *decided; /* who gives the attempts (NULL: there are no logs); and the
                                      * decision: the same one where there is no history */
    struct archive *kept; /* the history once more: as it was before the logs were read over it */
    struct attempts attempts;
};

/* The logs first, and the address behind them. */
static bool is_turned_round(const struct options *options)
{
    if (options->operand_count < 2)
        return false;
    const char *last = options->operands[options->operand_count - 1];
    return strchr(last, '@') && access(last, F_OK) < 0 && !strchr(options->operands[0], '@') &&
           access(options->operands[0], F_OK) == 0;
}

static int check(struct asked *asked, const struct options *options, struct err *err)
{
    if (is_turned_round(options))
        return err_set(err, ERR_USAGE, "'%s' is a file: the address comes first, then the logs",
                       options->operands[0]);
    if (!options->operand_count)
        return err_set(err, ERR_USAGE, "which address? (see --help)");
    sv address = sv_trim(sv_from(options->operands[0]));
    if (address.len >= 2 && address.ptr[0] == '<' && address.ptr[address.len - 1] == '>')
        address = sv_sub(address, 1, address.len - 1);
    else if (!address.len)
        return err_set(err, ERR_USAGE, "which address? (see --help)");
    if (address.len > sizeof asked->address)
        return err_set(err, ERR_USAGE, "the address is longer than %d bytes", ADDRESS_MAX);
    bytes_lower(asked->address, address);
    asked->attempts.address = sv_make(asked->address, address.len);
    asked->options = *options;
    asked->options.operands++;
    asked->options.operand_count--;
    asked->options.dry_run = true;
    asked->alone = asked->options;
    asked->alone.history = NULL;
    for (size_t i = 0; options->history && i < asked->options.operand_count; i++)
        if (strcmp(asked->options.operands[i], "-") == 0)
            return err_set(err, ERR_USAGE,
                           "\"-\" cannot be read twice: with --history, name the logs");
    return 0;
}

static struct scan_run *new_run(const struct options *options)
{
    struct scan_run *run = mem_zero(1, sizeof *run);
    scan_run_init(run, options);
    return run;
}

/* As a report does. */
static int decide_by_history(struct scan_run *run, struct err *err)
{
    struct archive_view view;
    struct archive_window all = {INT64_MIN, INT64_MAX};
    if (archive_view(run->archive, all, &view, &run->source, err) < 0 ||
        past_ask(run->archive, &run->setup, &run->held, &run->how, err) < 0)
        return -1;
    suppress_decide(&run->decisions, &run->source, &run->how);
    return archive_check(run->archive, err);
}

static int open_all(struct asked *asked, struct err *err)
{
    bool has_logs = asked->options.operand_count > 0 || asked->options.journal;
    if (has_logs)
        asked->logs = new_run(&asked->alone);
    asked->decided = asked->options.history || !has_logs ? new_run(&asked->options) : asked->logs;
    if (setup_load(&asked->decided->setup, err) < 0)
        return -1;
    if (!has_logs && !asked->options.history)
        return err_set(err, ERR_USAGE, "where shall it look? Name logs, or --history DB");
    if (asked->options.history &&
        (past_open(&asked->decided->archive, &asked->decided->setup, "why", err) < 0 ||
         past_open(&asked->kept, &asked->decided->setup, "why", err) < 0))
        return -1;
    if (has_logs && asked->logs != asked->decided && setup_load(&asked->logs->setup, err) < 0)
        return -1;
    asked->attempts.patterns = &asked->decided->setup.patterns;
    return 0;
}

static void read_logs(struct asked *asked)
{
    struct scan_run *run = asked->logs;
    asked->attempts.patterns = &run->setup.patterns;
    run->sink = attempts_take;
    run->sink_context = &asked->attempts;
    scan_logs(run);
    scan_describe_inputs(run);
}

static int take_kept(struct asked *asked, struct err *err)
{
    struct attempts *attempts = &asked->attempts;
    const struct address_record *record;
    int64_t taken = 0;
    if (!asked->kept)
        return 0;
    int found = archive_find(asked->kept, attempts->address, &record, err);
    if (found < 0 || archive_last_delivery(asked->kept, attempts->address, &taken, err) < 0)
        return -1;
    attempts_take_kept(attempts, found ? record : NULL, taken);
    return 0;
}

static int decide(struct asked *asked, struct err *err)
{
    struct scan_run *run = asked->decided;
    assert(run); /* one is begun for logs as for a history */
    if (asked->logs && run != asked->logs)
        scan_logs(run);
    if (asked->logs ? scan_decide(run, err) < 0 : decide_by_history(run, err) < 0)
        return -1;
    if (asked->logs && run != asked->logs && scan_decide(asked->logs, err) < 0)
        return -1;
    if (asked->logs)
        scan_make_report(asked->logs);
    return take_kept(asked, err);
}

/* What is to be said where no decision says anything. Never a wrong "nothing". */
static void say_seen(const struct asked *asked, struct why *why, struct buf *text)
{
    const struct report *report = asked->logs ? &asked->logs->report : NULL;
    if (why->state.len)
        return;
    sv mailed = asked->attempts.mailed;
    if (asked->attempts.failed_count && mailed.len)
        buf_printf(text, "No failure of it counts against it; %.*s is what was mailed.",
                   SV_FMT(mailed));
    else if (asked->attempts.failed_count)
        buf_add(text, SV("No failure of it counts against it."));
    else if (asked->attempts.count)
        buf_add(text, SV("No attempt failed, and none is known to have been delivered."));
    else if (report)
        buf_printf(text, "It was never seen in these logs (%lld lines, %lld attempts)%s.",
                   (long long)report->lines.total, (long long)report->attempts_total,
                   report->incomplete || report->lines.unparsed
                       ? ", not all of which could be read and understood"
                       : "");
    if (!asked->attempts.count && asked->decided->archive)
        buf_printf(text, "%sThe history does not know it.", report ? " " : "");
    why->state = buf_sv(text);
}

static sv note_of(const struct asked *asked)
{
    if (!asked->decided->archive)
        return SV_EMPTY;
    if (!asked->logs)
        return SV("a history keeps failures that count and when it took mail last (to four hours), "
                  "not every attempt: name the logs to see the others");
    return asked->attempts.kept_count
               ? SV("attempts that are not in these logs are the history's, which keeps failures "
                    "that count and when it took mail last (to four hours)")
               : SV_EMPTY;
}

/* What the history allows: the address, or all of its domain. */
static sv allowed(const struct asked *asked)
{
    sv address = asked->attempts.address;
    sv domain = sv_skip(address, sv_rfind_byte(address, '@'));
    const struct map *map = asked->kept ? archive_allowed(asked->kept) : NULL;
    return map && map_get(map, address) ? address : map && map_get(map, domain) ? domain : SV_EMPTY;
}

static int show(struct asked *asked)
{
    struct err err;
    const struct scan_run *run = asked->decided;
    int64_t now = now_seconds();
    struct why why;
    struct buf out = {0}, state = {0};
    struct why_source from = {.address = asked->attempts.address,
                              .source = &run->source,
                              .options = &run->how,
                              .decisions = &run->decisions,
                              .uncounted = asked->attempts.uncounted,
                              .uncounted_count = asked->attempts.uncounted_count,
                              .delivered_at = asked->attempts.delivered_at,
                              .now = run->source.latest > now ? run->source.latest : now,
                              .allowed = allowed(asked),
                              .history = asked->options.history};
    why_make(&why, &from);
    say_seen(asked, &why, &state);
    attempts_show(&asked->attempts, &why);
    if (asked->options.json)
        output_why_json(&out, &why);
    else
        output_why_text(&out, &why, note_of(asked));
    bool known = !run->archive || archive_check(run->archive, &err) == 0;
    int code = known ? print_result(buf_sv(&out)) : fail(&err);
    mem_free(why.attempts);
    why_release(&why);
    buf_release(&out);
    buf_release(&state);
    return code;
}

static int answer(struct asked *asked, const struct options *options)
{
    struct err err;
    if (check(asked, options, &err) < 0 || open_all(asked, &err) < 0)
        return fail(&err);
    if (asked->logs) {
        confine(&asked->options);
        read_logs(asked);
    }
    if (decide(asked, &err) < 0)
        return fail(&err);
    int code = show(asked);
    if (!asked->logs)
        return code;
    results_tell_gaps(&asked->logs->report);
    return code == EXIT_DONE && asked->logs->report.incomplete ? EXIT_INCOMPLETE : code;
}

static void release(struct scan_run *run)
{
    if (!run)
        return;
    if (!run->input)
        decisions_release(&run->decisions);
    scan_run_release(run);
    mem_free(run);
}

int why_command(const struct options *options)
{
    struct asked *asked = mem_zero(1, sizeof *asked);
    int code = answer(asked, options);
    attempts_release(&asked->attempts);
    archive_close(asked->kept);
    if (asked->logs != asked->decided)
        release(asked->logs);
    release(asked->decided);
    mem_free(asked);
    return code;
}
