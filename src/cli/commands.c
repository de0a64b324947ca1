/* The table of commands. Their options are not here: options/options.def says which commands have
 * an option. Printed helps (options/help.c), manuals and completions (options/dump.c) are made of
 * both tables. */
#include "commands.h"

#include <stdio.h>

#include "cli.h"
#include "options/nearest.h"

const char program_about[] = "bouncelog reads the logs of mail servers and says what bounced, "
                             "why, and whom to stop mailing.";
const char program_example[] = "bouncelog scan --suppress bad-addresses.txt /var/log/mail.log*";

const struct command_row command_rows[COMMAND_COUNT] = {
    [COMMAND_SCAN] =
        {.name = "scan",
         .operands = "[OPTIONS] FILE...",
         .summary = "logs in, one JSON summary out",
         .usages = {"scan [OPTIONS] FILE..."},
         .about =
             "Reads mail logs (plain, gzip, zstd, xz, bzip2; rotated sets in any order; \"-\" is "
             "standard input) and writes one JSON summary to standard output.",
         .exits = {{EXIT_DONE, "done"},
                   {EXIT_CONDITION, "a --fail-on condition held"},
                   {EXIT_USAGE, "usage"},
                   {EXIT_INCOMPLETE,
                    "something could not be read or understood, the summary says what"},
                   {EXIT_CONFIG, "a pattern, policy or configuration file is wrong"},
                   {EXIT_HISTORY, "the history failed"},
                   {EXIT_OUTPUT, "an output could not be written"},
                   {EXIT_BUSY, "another run holds the history"},
                   {EXIT_BRAKE, "the brake held the lists back (far more or far fewer addresses "
                                "than before), all else was written"},
                   {EXIT_BUG, "a bug in bouncelog"},
                   {EXIT_MEMORY, "out of memory"}},
         .takes_files = true,
         .reads_config = true,
         .run = scan_command},
    [COMMAND_EXPLAIN] =
        {.name = "explain",
         .operands = "[REPLY|-]",
         .summary = "what an SMTP reply, or a log line, means",
         .usages = {"explain [--json|--rules] [--mta MTA] [REPLY|-]",
                    "explain [--json|--rules] --mail PATH"},
         .about = "Says what one SMTP reply, or one whole log line, means and what to do about it. "
                  "With \"-\" it reads one per line from standard input. With --mail it says what "
                  "bounces say that came back as mail: whom, which reply, and what that means.",
         .example = "bouncelog explain '550 5.1.1 <joe@example.com>: User unknown'",
         .run = explain_command},
    [COMMAND_WHY] =
        {.name = "why",
         .operands = "ADDRESS [LOG...]",
         .summary = "one address: listed or not, and why",
         .usages = {"why [OPTIONS] ADDRESS LOG...", "why --history DB [OPTIONS] ADDRESS [LOG...]"},
         .about =
             "For a support desk: all attempts on one address in the order of time, whether it "
             "is on the list and since when, what holds it, what the policy still lacks, what "
             "never counts and why, and the commands that change it. Logs are judged as scan "
             "does, with --history over what that holds, and nothing is written. A history "
             "alone keeps failures that count and the last delivery, not every attempt.",
         .example = "bouncelog why joe@example.com /var/log/mail.log*",
         .exits = {{EXIT_DONE, "answered, also when the address was never seen"},
                   {EXIT_USAGE, "usage"},
                   {EXIT_INCOMPLETE, "answered, but something could not be read or understood"},
                   {EXIT_CONFIG, "a pattern, policy or configuration file is wrong"},
                   {EXIT_HISTORY, "the history cannot be read"}},
         .takes_files = true,
         .reads_config = true,
         .run = why_command},
    [COMMAND_CODES] =
        {.name = "codes",
         .operands = "[CODE...]",
         .summary = "reply and enhanced codes, with remedies",
         .usages = {"codes [--json] [CODE...]"},
         .about =
             "Lists SMTP reply codes and enhanced status codes: meaning, class, remedy. With "
             "codes (550, 5.1.1), all that is known about them; \"guide\" is what a common "
             "guide for senders says and advises, where practice (\"meaning\", \"remedy\") may "
             "know better.",
         .run = codes_command},
    [COMMAND_CATEGORIES] =
        {.name = "categories",
         .operands = "[NAME...]",
         .summary = "what a failure can mean, and what follows",
         .usages = {"categories [--json] [NAME...]"},
         .about = "Lists the categories of failures: name, who is at fault (scope), what bouncelog "
                  "does in a clear case (action), meaning, remedy. With names, all that is known "
                  "about them, also when the policy lists an address for it.",
         .example = "bouncelog categories mailbox_full",
         .run = categories_command},
    [COMMAND_SUPPRESS] =
        {.name = "suppress",
         .operands = "--history DB",
         .summary = "suppression lists from the history",
         .usages = {"suppress --history DB [-s FILE[:FORMAT]]..."},
         .about = "Writes suppression lists from the history; without -s the plain one to standard "
                  "output.",
         .reads_config = true,
         .run = suppress_command},
    [COMMAND_REPORT] =
        {.name = "report",
         .operands = "--history DB",
         .summary = "summary, page, metrics of any period of it",
         .usages = {"report --history DB [OPTIONS]"},
         .about = "Writes the summary of any period of the history to standard output, in the form "
                  "that scan writes. Reads no logs. With --sender, --provider or "
                  "--recipient-domain, of that part of the mail alone: several of one kind are "
                  "alternatives, different kinds must all hold.",
         .reads_config = true,
         .run = report_command},
    [COMMAND_MERGE] =
        {.name = "merge",
         .operands = "--into DB DB...",
         .summary = "add the histories of other hosts",
         .usages = {"merge --into DB DB..."},
         .about =
             "Adds the histories of other hosts to DB (made when it is not there). Merging one "
             "again changes nothing, merging a newer state of it replaces the older one; the "
             "order is of no matter. Two histories that hold the same log are refused: it "
             "would be counted twice.",
         .takes_files = true,
         .run = merge_command},
    [COMMAND_HISTORY] =
        {.name = "history",
         .operands = "show|allow|forget|prune|rejudge|undo --history DB",
         .summary = "look into it, exempt, erase, drop, undo",
         .usages = {"history show --history DB [--json] [ADDRESS...]",
                    "history allow --history DB [--remove] ADDRESS|@DOMAIN...",
                    "history forget --history DB ADDRESS...",
                    "history prune --history DB [--days N] [--evidence-days N]",
                    "history rejudge --history DB [--dry-run]", "history undo --history DB RUN"},
         .verbs = {{"show", "what the history holds; with an address, all that is held against it"},
                   {"allow", "never suppress the address, or any of the domain"},
                   {"forget", "erase the address wherever it stands; counts stay"},
                   {"prune", "drop old days, and old evidence that put nobody on a list"},
                   {"rejudge", "judge the evidence by the rules of today, and say what changes"},
                   {"undo", "take back RUN and all runs after it, of the last seven; the next scan "
                            "reads those lines again"}},
         .run = history_command},
    [COMMAND_PATTERNS] =
        {.name = "patterns",
         .operands = "check [DIR]",
         .summary = "verify pattern files",
         .usages = {"patterns check [DIR]"},
         .about = "Runs every example of every pattern: header forms, line shapes, frames and "
                  "rules. Fails when a hit is not hit, a miss is hit, another rule takes a hit "
                  "first, a literal is not in a hit, or a pattern is unsafe. Without DIR, the "
                  "built-in patterns are checked. DIR holds a whole set; a site's own patterns are "
                  "checked with --patterns-extra.",
         .verbs = {{"check", NULL}},
         .takes_files = true,
         .run = patterns_command},
    [COMMAND_DOCTOR] =
        {.name = "doctor",
         .operands = "[LOG...]",
         .summary = "is all in place here; if not, what to do",
         .usages = {"doctor [OPTIONS] [LOG...]"},
         .about =
             "Looks at this host and says, a line each, what is in place (ok), what is worth "
             "knowing (note) and what has to be mended (WRONG), with what to do below: whether "
             "patterns become machine code, which packed logs can be read, whether the "
             "configuration file is right, the time zone, whether the history can be read and "
             "written, and by whom else, and for each LOG whether it can be read, whose it is, how "
             "its lines begin, how old the newest line is, and whether another one has the same "
             "lines. Without LOG, the usual ones are looked for. It reads the end of each log and "
             "changes nothing.",
         .exits = {{EXIT_DONE, "nothing has to be mended"},
                   {EXIT_USAGE, "usage"},
                   {EXIT_INCOMPLETE,
                    "a log cannot be read or understood, or two logs have the same lines"},
                   {EXIT_CONFIG, "a pattern, policy or configuration file is wrong"},
                   {EXIT_HISTORY, "the history cannot be read or written"}},
         .takes_files = true,
         .run = doctor_command},
    [COMMAND_CHANGES] =
        {.name = "changes",
         .operands = "[OLD] NEW",
         .summary = "what is new in one summary against another",
         .usages = {"changes [--addresses] [OLD] NEW"},
         .about =
             "Compares two summaries that `bouncelog scan -o` wrote, of last night and of the "
             "night before, and prints a line for each change: who newly blocks you and since "
             "when, which addresses and domains are newly dead, which came off the list, which "
             "log had lines before and has none now. Prints nothing where nothing changed. "
             "Without OLD all is new.",
         .example = "bouncelog changes last-night.json summary.json",
         .exits = {{EXIT_DONE, "compared, whether anything changed or not"},
                   {EXIT_USAGE, "usage"},
                   {EXIT_INCOMPLETE, "a summary cannot be read, or is none"}},
         .takes_files = true,
         .run = changes_command},
    [COMMAND_BACKTEST] =
        {.name = "backtest",
         .operands = "LOG...|-d DB",
         .summary = "what a policy would have done to the past",
         .usages = {"backtest [OPTIONS] LOG...", "backtest -d DB [OPTIONS]"},
         .about =
             "Goes through the days that the logs or the history hold, in their order, and says of "
             "each policy whom it would have suppressed each night by what was known then, and "
             "what became of mail that was sent to them all the same: refused (saved) or accepted "
             "(lost, and the entry was wrong). Shares have exact bounds at 95 %; who got no mail "
             "is not tested. The policy in use comes first, then others that you name, then what "
             "mailing tools commonly do.",
         .example = "bouncelog backtest /var/log/mail.log*",
         .exits = {{EXIT_DONE, "tested"},
                   {EXIT_USAGE, "usage"},
                   {EXIT_INCOMPLETE, "tested, but something could not be read or understood"},
                   {EXIT_CONFIG, "a pattern, policy or configuration file is wrong"},
                   {EXIT_HISTORY, "the history cannot be read"}},
         .takes_files = true,
         .reads_config = true,
         .run = backtest_command},
    [COMMAND_RECONCILE] =
        {.name = "reconcile",
         .operands = "-d DB --list FILE",
         .summary = "the list of a mailing tool against ours",
         .usages = {"reconcile -d DB --list FILE... [OPTIONS]"},
         .about =
             "Compares what a mailing tool or a service has on its suppression list with what the "
             "history knows: whom it lacks, who of them has taken mail since, whom a guard or you "
             "hold back here, against whom there is too little, and who is not known here at all. "
             "Writes nothing. FILE is an export of theirs: an address a line, CSV, or JSON.",
         .example = "bouncelog reconcile -d history.db --list exported.csv",
         .exits = {{EXIT_DONE, "compared, whether the lists agree or not"},
                   {EXIT_USAGE, "usage"},
                   {EXIT_INCOMPLETE, "a list cannot be read, or has entries without an address"},
                   {EXIT_CONFIG, "a pattern, policy or configuration file is wrong"},
                   {EXIT_HISTORY, "the history cannot be read"},
                   {EXIT_OUTPUT, "the result cannot be written"}},
         .reads_config = true,
         .run = reconcile_command},
};

enum command command_find(sv name)
{
    enum command command = COMMAND_SCAN;
    while (command < COMMAND_COUNT && !sv_eq(name, sv_from(command_rows[command].name)))
        command++;
    return command;
}

const char *command_names(void)
{
    static char text[256];
    size_t count = COMMAND_COUNT, len = 0;
    for (size_t i = 0; i < count && len < sizeof text; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
                                i == 0           ? ""
                                : i + 1 == count ? " or "
                                                 : ", ",
                                command_rows[i].name);
    return text;
}

int command_unknown(sv name)
{
    struct nearest near = nearest_to(name);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        nearest_offer(&near, sv_from(command_rows[i].name));
    if (sv_eq(name, SV("version")))
        near.word = SV("--version");
    if (near.word.len)
        say("there is no command \"%.*s\"; did you mean \"%.*s\"?", SV_FMT(name),
            SV_FMT(near.word));
    else
        say("there is no command \"%.*s\" (%s; see --help)", SV_FMT(name), command_names());
    return EXIT_USAGE;
}
