/* Journal entries as lines, and whom to believe, without a journal: by this machine's users, where
 * the number of an MTA's user is known. (Whole journals, and those of other machines:
 * history/journal.py.) */
#include "bouncelog/parse/journal.h"
#include "input/journal.h"
#include "loaded.h"
#include "testing.h"

enum { POSTFIX = 101, EXIM = 105, USER = 1000 };

static bool uid_of(const char *user, uint64_t *uid)
{
    *uid = strcmp(user, "root") == 0 ? 0 : strcmp(user, "postfix") == 0 ? POSTFIX : EXIM;
    return *uid != EXIM || strcmp(user, "Debian-exim") == 0;
}

#define UNIT "postfix@-.service"
#define PROGRAM "/usr/lib/postfix/sbin/smtp"
#define NO "" /* journald did not know it */

static const struct {
    const char *name, *user, *command, *program, *unit;
    enum journal_voice own, foreign;
} senders[] = {
    {"postfix/smtp", "101", "smtp", PROGRAM, UNIT, JOURNAL_MTA, JOURNAL_MTA},
    {"postfix/smtp", "101", NO, NO, NO, JOURNAL_MTA, JOURNAL_PRETENDING},
    {"postfix/smtp", "101", "smtp", NO, NO, JOURNAL_MTA, JOURNAL_PRETENDING},
    {"postfix/smtp", "101", "logger", NO, NO, JOURNAL_PRETENDING, JOURNAL_PRETENDING},
    {"postfix/smtp", "101", "smtp", NO, "x.service", JOURNAL_PRETENDING, JOURNAL_PRETENDING},
    {"postfix/smtp", "101", "smtp", PROGRAM, "x.service", JOURNAL_MTA, JOURNAL_MTA},
    {"postfix/smtp", "101", "smtp", "/home/smtp", NO, JOURNAL_PRETENDING, JOURNAL_PRETENDING},
    {"postfix/smtp", "33", "smtp", PROGRAM, UNIT, JOURNAL_PRETENDING, JOURNAL_MTA},
    {"postfix/smtp", "105", "smtp", NO, UNIT, JOURNAL_PRETENDING, JOURNAL_MTA},
    {"postfix/smtp", "1000", "smtp", PROGRAM, UNIT, JOURNAL_PRETENDING, JOURNAL_PRETENDING},
    {"postfix/smtp", "0", NO, NO, NO, JOURNAL_MTA, JOURNAL_MTA},
    {"postfix/smtp", "", "smtp", PROGRAM, UNIT, JOURNAL_PRETENDING, JOURNAL_PRETENDING},
    {"postfix/smtp", "-1", "smtp", PROGRAM, UNIT, JOURNAL_PRETENDING, JOURNAL_PRETENDING},
    {"postfix/smtp", "4294967295", NO, NO, NO, JOURNAL_PRETENDING, JOURNAL_PRETENDING},
    {"relay/smtp", "33", NO, NO, NO, JOURNAL_PRETENDING, JOURNAL_PRETENDING},
    {"exim", "105", NO, NO, NO, JOURNAL_MTA, JOURNAL_PRETENDING},
    {"exim", "101", "smtp", PROGRAM, UNIT, JOURNAL_PRETENDING, JOURNAL_PRETENDING},
    {"kumod", "0", NO, NO, NO, JOURNAL_PRETENDING, JOURNAL_PRETENDING}, /* no key `journal` */
    {"sshd", "0", NO, NO, NO, JOURNAL_OTHER, JOURNAL_OTHER},
    {"smtp", "0", NO, NO, NO, JOURNAL_OTHER, JOURNAL_OTHER},
};

static void test_voices(void **state)
{
    (void)state;
    struct journal_trust *own = journal_trust_new(&patterns, uid_of, false);
    struct journal_trust *foreign = journal_trust_new(&patterns, uid_of, true);
    for (size_t i = 0; i < sizeof senders / sizeof *senders; i++) {
        struct journal_sender sender = {.command = sv_from(senders[i].command),
                                        .program = sv_from(senders[i].program),
                                        .unit = sv_from(senders[i].unit),
                                        .transport = SV("syslog"),
                                        .user = sv_from(senders[i].user)};
        sv name = sv_from(senders[i].name);
        bool right = journal_voice(own, name, &sender) == senders[i].own &&
                     journal_voice(foreign, name, &sender) == senders[i].foreign;
        if (!right)
            fail_msg("sender %zu: %s of user %s", i, senders[i].name, senders[i].user);
    }
    journal_trust_free(own);
    journal_trust_free(foreign);
}

static enum entry_share share_of(void *context, const struct entry_sender *sender)
{
    (void)sender;
    return *(const enum entry_share *)context;
}

static void check_line(enum entry_share share, struct entry entry, const char *wanted)
{
    struct buf line = {0};
    struct journal_options options = {.share = share_of, .share_context = &share};
    bool believed = entry_line(&line, &entry, &options);
    assert_string_equal(buf_cstr(&line), wanted);
    assert_int_equal(believed, share != ENTRY_NAMELESS);
    buf_release(&line);
}

static void test_lines(void **state)
{
    (void)state;
    struct entry entry = {0};
    check_line(ENTRY_WHOLE, entry, "1970-01-01T00:00:00.000000+00:00 localhost unknown: \n");
    entry.microseconds = INT64_C(1795460400000042);
    assert_true(entry_wants(&entry, SV("_PID=7")));
    assert_false(entry_wants(&entry, SV("_PIDS=7")));
    assert_false(entry_wants(&entry, SV("_PID")));
    entry_take(&entry, SV("_PID=7"));
    assert_false(entry_wants(&entry, SV("_PID=8"))); /* the first one counts */
    entry_take(&entry, SV("_HOSTNAME=mx1 x\n"));
    entry_take(&entry, SV("_COMM=smtp"));
    entry_take(&entry, SV("MESSAGE=a\tb\nc"));
    check_line(ENTRY_WHOLE, entry, "2026-11-23T19:00:00.000042+00:00 mx1_x_ smtp[7]: a\tb\n");
    entry_take(&entry, SV("SYSLOG_IDENTIFIER=postfix/smtp[1]: x\n"));
    check_line(ENTRY_HEADER, entry,
               "2026-11-23T19:00:00.000042+00:00 mx1_x_ postfix/smtp_1___x_[7]: \n");
    check_line(ENTRY_NAMELESS, entry,
               "2026-11-23T19:00:00.000042+00:00 mx1_x_ not-believed[7]: \n");
    entry.pid = SV("7]");
    check_line(ENTRY_NAMELESS, entry, "2026-11-23T19:00:00.000042+00:00 mx1_x_ not-believed: \n");
    entry.said_pid = SV("12345678901");
    check_line(ENTRY_NAMELESS, entry, "2026-11-23T19:00:00.000042+00:00 mx1_x_ not-believed: \n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_voices), cmocka_unit_test(test_lines)};
    return cmocka_run_group_tests(tests, load_patterns, release_patterns);
}
