/* bouncelog doctor: whether all is in place on this host, and what to do where it is not.
 *
 * The program, the configuration as scan would read it, the time zone, the history
 * (doctor_history.c) and a look at each log (doctor_logs.c), a line each. Nothing is changed. */
#include <ctype.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/text.h"
#include "bouncelog/input/input.h"
#include "cli.h"
#include "doctor.h"
#include "json_text.h"
#include "list_forms.h"
#include "options/config.h"
#include "options/types.h"
#include "unread.h"
#include "usual_logs.h"
#include "version.h"
#include "zone.h"

enum { OLD_DAYS = 2, SHARED_MIN = 10 };

static void end_json(struct buf *out)
{
    if (!out->len)
        return;
    json_close(out, ']');
    json_end(out);
}

/* A finding is an object on a line; it stays open for what there is to do about it. */
static void add_json(struct buf *out, const char *level, sv text)
{
    if (!*level) {
        json_add_text(out, NULL, text);
        return;
    }
    end_json(out);
    json_open(out, NULL, '{');
    json_add_text(out, "level", strcmp(level, "WRONG") == 0 ? SV("wrong") : sv_from(level));
    json_add_text(out, "text", text);
    json_open(out, "advice", '[');
}

void doctor_say(struct doctor *doctor, const char *level, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (doctor->asked->json) {
        add_json(&doctor->out, level, sv_from(text));
        return;
    }
    buf_printf(&doctor->out, "%-6s", level);
    text_add_visible(&doctor->out, sv_from(text));
    buf_add_byte(&doctor->out, '\n');
}

/* A wrong configuration hides what follows from it. */
void doctor_found(struct doctor *doctor, int code)
{
    if (doctor->code != EXIT_CONFIG)
        doctor->code = code;
}

static void check_program(struct doctor *doctor)
{
    char pcre2[64];
    regex_library_version(pcre2, sizeof pcre2);
    const char *journal = input_journal_library();
    doctor_say(doctor, "ok", "bouncelog %s; reads plain text, %s", BOUNCELOG_VERSION,
               input_codecs());
    if (journal)
        doctor_say(doctor, "ok", "reads the journal (%s)", journal);
    else
        doctor_say(doctor, "note", "cannot read the journal: it was built without libsystemd");
    if (regex_jit_works()) {
        doctor_say(doctor, "ok", "PCRE2 %s compiles patterns to machine code", pcre2);
        return;
    }
    doctor_say(doctor, "note", "PCRE2 %s cannot compile patterns to machine code: ten times slower",
               pcre2);
    doctor_say(doctor, "", "%s",
               regex_has_jit()
                   ? "Something forbids memory that can be written and executed: systemd's "
                     "MemoryDenyWriteExecute=, SELinux."
                   : "Use a PCRE2 that was built with JIT.");
}

/* As scan would read it; with the logs, since an output must not go to one of them. */
static bool check_config(struct doctor *doctor)
{
    static char scan[] = "scan", option[] = "--config", end[] = "--", nothing[] = "/dev/null";
    const struct options *asked = doctor->asked;
    char **argv = mem_zero(asked->operand_count + 6, sizeof *argv);
    int argc = 0;
    struct err err;
    argv[argc++] = scan;
    if (asked->config) {
        argv[argc++] = option;
        argv[argc++] = (char *)(uintptr_t)asked->config;
    }
    argv[argc++] = end;
    for (size_t i = 0; i < asked->operand_count; i++)
        argv[argc++] = (char *)(uintptr_t)asked->operands[i];
    if (!asked->operand_count)
        argv[argc++] = nothing;
    uint8_t only;
    struct list_form forms[LISTS_MAX];
    bool fine = options_read(&doctor->options, COMMAND_SCAN, argc, argv, &err) == 0 &&
                zone_set(doctor->options.zone, &err) == 0 &&
                patterns_load(&doctor->patterns, &doctor->options.patterns, &err) == 0 &&
                list_forms_find(forms, &doctor->options, &doctor->patterns, &err) == 0 &&
                read_mta(doctor->options.mta, &doctor->patterns.taxonomy, &only, &err) == 0;
    mem_free(argv);
    if (!fine) {
        doctor_say(doctor, "WRONG", "%s", err.text);
        doctor_say(doctor, "", "Nothing runs until this is mended; see bouncelog.yaml(5).");
        doctor_found(doctor, EXIT_CONFIG);
    } else if (asked->config || access(CONFIG_FILE, F_OK) == 0) {
        doctor_say(doctor, "ok", "%s is understood", asked->config ? asked->config : CONFIG_FILE);
    } else {
        doctor_say(doctor, "ok", "no %s: every option has its default", CONFIG_FILE);
    }
    return fine;
}

static void check_zone(struct doctor *doctor)
{
    int offset = date_zone_offset(now_seconds()) / 60;
    doctor_say(doctor, "ok", "time zone of stamps that carry none: %s (now UTC%c%02d:%02d)",
               doctor->options.zone ? doctor->options.zone : "this machine's",
               offset < 0 ? '-' : '+', (offset < 0 ? -offset : offset) / 60,
               (offset < 0 ? -offset : offset) % 60);
}

/* Who may read it, and how to become that. */
static void advise_permission(struct doctor *doctor, const char *path)
{
    struct stat stat_of;
    struct passwd *user = getpwuid(geteuid());
    struct group *group = stat(path, &stat_of) == 0 ? getgrgid(stat_of.st_gid) : NULL;
    if (group && user && (stat_of.st_mode & S_IRGRP))
        doctor_say(doctor, "", "Its group may: adduser %s %s, then log in again.", user->pw_name,
                   group->gr_name);
    else
        doctor_say(doctor, "",
                   "Only its owner may: run bouncelog as root, or change the mode (Postfix's "
                   "own maillog_file: maillog_file_permissions).");
}

static void describe_zone(struct doctor *doctor, const struct log_look *look)
{
    int minutes = look->offset_s / 60;
    if (look->has_zone || !look->zone_of_ids || doctor->options.zone)
        return;
    doctor_say(doctor, "note",
               "%s: its queue ids say that its stamps are UTC%c%02d:%02d, not this machine's zone",
               look->path, minutes < 0 ? '-' : '+', (minutes < 0 ? -minutes : minutes) / 60,
               (minutes < 0 ? -minutes : minutes) % 60);
    doctor_say(doctor, "", "They are believed; --timezone says otherwise.");
}

static void describe_lines(struct doctor *doctor, const struct log_look *look)
{
    const int64_t *classes = look->classes;
    struct buf mtas = {0};
    for (uint8_t mta = MTA_UNKNOWN + 1; mta < MTA_MAX; mta++)
        if (look->mtas[mta])
            buf_printf(&mtas, "%s%.*s", mtas.len ? ", " : "",
                       SV_FMT(taxonomy_mta_name(&doctor->patterns.taxonomy, mta)));
    doctor_say(doctor, "ok",
               "%s: %s, %s, header %.*s, stamps %s a zone, %lld deliveries among %lld lines",
               look->path, look->packed, mtas.len ? buf_cstr(&mtas) : "no MTA", SV_FMT(look->form),
               look->has_zone ? "with" : "without", (long long)classes[LINE_DELIVERY],
               (long long)(log_look_mail(look) + classes[LINE_OTHER]));
    buf_release(&mtas);
    if (classes[LINE_UNPARSED] > 10 &&
        classes[LINE_UNPARSED] * 1000 > classes[LINE_DELIVERY] + classes[LINE_UNPARSED]) {
        doctor_say(doctor, "WRONG", "%s: %lld delivery lines were not understood", look->path,
                   (long long)classes[LINE_UNPARSED]);
        doctor_say(doctor, "",
                   "`unparsed` in the summary of bouncelog scan shows them; see "
                   "bouncelog-patterns(5).");
        doctor_found(doctor, EXIT_INCOMPLETE);
    }
    describe_zone(doctor, look);
}

static void describe(struct doctor *doctor, const struct log_look *look)
{
    if (look->error[0]) {
        doctor_say(doctor, "WRONG", "%s: %s", look->path, look->error);
        const char *hint = look->journal || look->denied ? NULL : unread_hint(look->path);
        if (look->denied)
            advise_permission(doctor, look->path);
        else if (hint)
            doctor_say(doctor, "", "%c%s.", toupper(hint[0]), hint + 1);
        doctor_found(doctor, EXIT_INCOMPLETE);
    } else if (log_look_mail(look)) {
        describe_lines(doctor, look);
    } else if (!look->classes[LINE_OTHER]) {
        doctor_say(doctor, "note", "%s: is empty", look->path);
    } else {
        doctor_say(doctor, "WRONG", "%s: no line of Postfix, Exim or sendmail among %lld",
                   look->path, (long long)look->classes[LINE_OTHER]);
        if (look->kind)
            doctor_say(doctor, "", "%c%s.", toupper(look->kind[0]), look->kind + 1);
        else
            doctor_say(doctor, "",
                       "If it is a mail log, its lines begin in a way of their own: "
                       "bouncelog-patterns(5), \"A header of your own\".");
        doctor_found(doctor, EXIT_INCOMPLETE);
    }
}

/* Two files with the same lines count every failure twice. */
static void check_twins(struct doctor *doctor, bool both_wanted)
{
    for (size_t i = 0; i < doctor->look_count; i++)
        for (size_t j = i + 1; j < doctor->look_count; j++) {
            const struct log_look *a = &doctor->looks[i], *b = &doctor->looks[j];
            size_t shared = log_look_shared(a, b);
            if (shared < SHARED_MIN)
                continue;
            doctor_say(doctor, both_wanted ? "WRONG" : "note", "%s and %s have %zu lines in common",
                       a->path, b->path, shared);
            doctor_say(doctor, "", "Read only one of them, or attempts count twice.");
            if (both_wanted)
                doctor_found(doctor, EXIT_INCOMPLETE);
        }
}

/* Of a rotated set, the newest part counts. */
static void check_age(struct doctor *doctor)
{
    const struct log_look *newest = NULL;
    char last[DATE_TEXT];
    for (size_t i = 0; i < doctor->look_count; i++)
        if (doctor->looks[i].last && (!newest || doctor->looks[i].last > newest->last))
            newest = &doctor->looks[i];
    if (!newest || newest->last >= now_seconds() - OLD_DAYS * 86400)
        return;
    date_format(newest->last, last);
    doctor_say(doctor, "note", "%s: the newest line about mail that was read is of %s",
               newest->path, last);
    doctor_say(doctor, "", "%s",
               !newest->journal && strcmp(newest->packed, "plain") != 0
                   ? "Of a packed log the beginning is read alone."
                   : "Does mail go to another file by now?");
}

static struct log_look *look_at(struct doctor *doctor, const char *path)
{
    struct log_look *look = &doctor->looks[doctor->look_count++];
    log_look(look, path, &doctor->options, &doctor->patterns);
    return look;
}

/* Where there is no other log. False: it has nothing to say. */
static bool check_journal(struct doctor *doctor)
{
    const struct log_look *look = input_journal_library() ? look_at(doctor, NULL) : NULL;
    if (look && look->error[0])
        doctor_say(doctor, "note", "%s: %s", look->path, look->error);
    if (!look || look->error[0] || !log_look_mail(look))
        return false;
    describe(doctor, look);
    doctor_say(doctor, "", "No mail log is here: bouncelog scan --journal reads it.");
    return true;
}

static void check_usual_logs(struct doctor *doctor)
{
    size_t seen = 0;
    for (size_t i = 0; usual_logs[i]; i++) {
        struct buf path = {0};
        if (usual_log_find(usual_logs[i], &path)) {
            describe(doctor, look_at(doctor, arena_cstr(&doctor->options.arena, buf_sv(&path))));
            seen++;
        }
        buf_release(&path);
    }
    for (size_t i = 0; system_logs[i]; i++) {
        if (access(system_logs[i], F_OK) < 0)
            continue;
        const struct log_look *look = look_at(doctor, system_logs[i]);
        if (!seen && log_look_mail(look)) {
            describe(doctor, look);
            seen++;
        }
    }
    if (seen || check_journal(doctor))
        return;
    doctor_say(doctor, "WRONG", "no mail log where they usually are");
    doctor_say(
        doctor, "",
        "Name yours: bouncelog doctor FILE. With the journal alone: bouncelog scan --journal");
    doctor_found(doctor, EXIT_INCOMPLETE);
}

static int run(struct doctor *doctor)
{
    size_t count = doctor->asked->operand_count;
    check_program(doctor);
    if (check_config(doctor)) {
        check_zone(doctor);
        doctor_check_history(doctor);
        for (size_t i = 0; i < count; i++)
            describe(doctor, look_at(doctor, doctor->asked->operands[i]));
        if (!count)
            check_usual_logs(doctor);
        check_age(doctor);
        check_twins(doctor, count > 0);
    }
    if (doctor->asked->json)
        end_json(&doctor->out);
    int printed = print_result(buf_sv(&doctor->out));
    return printed == EXIT_DONE ? doctor->code : printed;
}

int doctor_command(const struct options *options)
{
    if (options->operand_count > LOGS_MAX) {
        say("doctor: more than %d logs", LOGS_MAX);
        return EXIT_USAGE;
    }
    struct doctor *doctor = mem_zero(1, sizeof *doctor);
    doctor->asked = options;
    int code = run(doctor);
    for (size_t i = 0; i < doctor->look_count; i++)
        log_look_release(&doctor->looks[i]);
    patterns_release(&doctor->patterns);
    options_release(&doctor->options);
    buf_release(&doctor->out);
    mem_free(doctor);
    return code;
}
