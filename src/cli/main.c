/* bouncelog: finds the command, reads its options and runs it; and what all commands need before:
 * signals that leave no half-written file, an end that says so where memory runs out. The options
 * live here; commands only read them. */
#include <signal.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/outfile.h"
#include "bouncelog/history/history.h"
#include "bouncelog/input/input.h"
#include "bouncelog/output/output.h"
#include "bouncelog/pattern/regex.h"
#include "cli.h"
#include "commands.h"
#include "confine.h"
#include "options/config.h"
#include "options/help.h"
#include "version.h"

/* As on_signal: what was begun goes away. */
static void on_exhausted(void)
{
    static const char text[] = "bouncelog: out of memory\n";
    outfile_abandon_all();
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    _exit(EXIT_MEMORY);
}

/* No output is half-written: what was begun goes away, what was there stays. */
static void on_signal(int number)
{
    outfile_abandon_all();
    raise(number); /* SA_RESETHAND: this one ends the program as the signal does */
}

static void catch_signals(void)
{
    static const int numbers[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGXCPU};
    signal(SIGXFSZ, SIG_IGN); /* a file too large is an error of its write: exit 6 */
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction old; /* ignored by whoever started us (nohup): stays so */
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
    }
}

/* Where things stand in tables is nobody's business: see hash_place. */
static void scatter_tables(void)
{
    uint64_t secret = 0;
    if (getrandom(&secret, sizeof secret, GRND_NONBLOCK) != (ssize_t)sizeof secret)
        secret = hash_mix((uint64_t)time(NULL), (uint64_t)getpid());
    hash_scatter(secret);
}

static int print_version(void)
{
    char pcre2[64];
    const char *journal = input_journal_library();
    struct buf text = {0};
    regex_library_version(pcre2, sizeof pcre2);
    buf_printf(&text, "bouncelog %s\nPCRE2 %s, %s; %s; %s; %s\n", BOUNCELOG_VERSION, pcre2,
               regex_has_jit() ? "JIT" : "without JIT: slower", history_library(), input_codecs(),
               journal ? journal : "without the journal");
    confine_describe(&text);
    buf_add_byte(&text, '\n');
    int rc = print_result(buf_sv(&text));
    buf_release(&text);
    return rc;
}

/* "scan, explain or codes", for messages. */
static const char *command_names(void)
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

static int unknown_command(sv name)
{
    say("unknown command '%.*s' (%s; see --help)", SV_FMT(name), command_names());
    return EXIT_USAGE;
}

static int print_text(struct buf *text)
{
    int code = print_result(buf_sv(text));
    buf_release(text);
    return code;
}

static int print_program_help(void)
{
    struct buf text = {0};
    help_add_program(&text);
    return print_text(&text);
}

static int print_help(sv name)
{
    enum command command = command_find(name);
    struct buf text = {0};
    if (command == COMMAND_COUNT)
        return unknown_command(name);
    help_add_command(&text, command);
    return print_text(&text);
}

/* Not for people: what manuals and completions are made of. */
static int dump_options(void)
{
    struct buf text = {0};
    dump_add(&text);
    return print_text(&text);
}

static int run_command(sv name, int argc, char **argv)
{
    enum command command = command_find(name);
    if (command == COMMAND_COUNT)
        return unknown_command(name);
    struct options *options = mem_zero(1, sizeof *options);
    struct err err;
    int code;
    if (options_read(options, command, argc, argv, &err) < 0)
        code = fail(&err);
    else if (options->help)
        code = print_help(name);
    else if (options->print_config)
        code = config_print(options);
    else
        code = command_rows[command].run(options);
    options_release(options);
    mem_free(options);
    return code;
}

int main(int argc, char **argv)
{
    mem_on_exhausted(on_exhausted);
    output_use_mem();
    catch_signals();
    scatter_tables();
    if (argc < 2) {
        say("no command (%s; see --help)", command_names());
        return EXIT_USAGE;
    }
    sv first = sv_from(argv[1]);
    if (sv_eq(first, SV("--help")) || sv_eq(first, SV("-h")) || sv_eq(first, SV("help")))
        return argc > 2 && sv_eq(first, SV("help")) ? print_help(sv_from(argv[2]))
                                                    : print_program_help();
    if (sv_eq(first, SV("--version")) || sv_eq(first, SV("-V")))
        return print_version();
    if (sv_eq(first, SV("--print-config")))
        return run_command(SV("scan"), argc, argv);
    if (sv_eq(first, SV("--dump-options")))
        return dump_options();
    if (first.len > 1 && first.ptr[0] == '-') {
        say("unknown option '%s' (a command comes first; see --help)", argv[1]);
        return EXIT_USAGE;
    }
    return run_command(first, argc - 1, argv + 1);
}
