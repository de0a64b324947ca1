/* bouncelog: finds the command, reads its options and runs it; and what all commands need before:
 * signals that leave no half-written file, an end that says so where memory runs out. The options
 * live here; commands only read them. */
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/outfile.h"
#include "bouncelog/history/history.h"
#include "bouncelog/input/input.h"
#include "bouncelog/notify/notice.h"
#include "bouncelog/output/output.h"
#include "bouncelog/pattern/regex.h"
#include "cli.h"
#include "commands.h"
#include "confine.h"
#include "look.h"
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
    const char *journal = input_journal_library(), *mail = notice_library();
    struct buf text = {0};
    regex_library_version(pcre2, sizeof pcre2);
    buf_printf(&text, "bouncelog %s\nPCRE2 %s, %s; %s; %s; %s; %s\n", BOUNCELOG_VERSION, pcre2,
               regex_has_jit() ? "JIT" : "without JIT: slower", history_library(), input_codecs(),
               journal ? journal : "without the journal", mail ? mail : "without mail");
    confine_describe(&text);
    buf_add_byte(&text, '\n');
    int rc = print_result(buf_sv(&text));
    buf_release(&text);
    return rc;
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
        return command_unknown(name);
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
        return command_unknown(name);
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

/* `bouncelog FILE...` is `bouncelog scan --text FILE...`. */
static int scan_files(int count, char **files)
{
    static char scan[] = "scan", text[] = "--text";
    char **argv = mem_zero((size_t)count + 3, sizeof *argv);
    argv[0] = scan;
    argv[1] = text;
    memcpy(argv + 2, files, (size_t)count * sizeof *argv);
    int code = run_command(SV("scan"), count + 2, argv);
    mem_free(argv);
    return code;
}

/* A word with a dot or a slash was meant for a file, whether it is there or not. */
static bool names_file(sv word)
{
    return command_find(word) == COMMAND_COUNT &&
           (sv_eq(word, SV("-")) || sv_find_byte(word, '/') != SV_NPOS ||
            sv_find_byte(word, '.') != SV_NPOS || access(word.ptr, F_OK) == 0);
}

/* Somebody who tries it out wants to see what it does; a program that calls it so is in error. */
static int run_alone(void)
{
    static char standard_input[] = "-", *const files[] = {standard_input};
    struct stat input;
    if (!isatty(STDOUT_FILENO)) {
        say("no command (%s; see --help)", command_names());
        return EXIT_USAGE;
    }
    if (fstat(STDIN_FILENO, &input) == 0 && (S_ISREG(input.st_mode) || S_ISFIFO(input.st_mode)))
        return scan_files(1, (char **)files);
    return look_at_host();
}

int main(int argc, char **argv)
{
    mem_on_exhausted(on_exhausted);
    output_use_mem();
    catch_signals();
    scatter_tables();
    if (argc < 2)
        return run_alone();
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
    if (names_file(first))
        return scan_files(argc - 1, argv + 1);
    if (first.len && first.ptr[0] == '-') {
        say("unknown option '%s' (a command comes first; see --help)", argv[1]);
        return EXIT_USAGE;
    }
    return run_command(first, argc - 1, argv + 1);
}
