/* Who is behind a journal entry, by what journald notes of its sender. Names of commands are chosen
 * by whoever runs them, units contain what an MTA starts for its users (a .forward file, a filter):
 * so the user decides, and the others have to agree with him. */
#include "bouncelog/parse/journal.h"

#include <stdio.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/base/text.h"
#include "header/program.h"

enum { USERS_KEPT = 16, SYSTEM_USERS_END = 1000, USER_NAME_MAX = 64 };

struct journal_trust {
    const struct patterns *patterns;
    bool foreign;
    struct {
        uint64_t ids[USERS_KEPT];
        size_t count;
    } users[MTA_MAX]; /* of each MTA */
};

static void find_users(struct journal_trust *trust, uint8_t mta,
                       bool (*uid_of)(const char *user, uint64_t *uid))
{
    const struct globs *names = &trust->patterns->mtas[mta].journal.users;
    for (size_t i = 0; i < names->count && trust->users[mta].count < USERS_KEPT; i++) {
        char name[USER_NAME_MAX];
        uint64_t *id = &trust->users[mta].ids[trust->users[mta].count];
        if (names->list[i].len >= sizeof name)
            continue;
        snprintf(name, sizeof name, "%.*s", SV_FMT(names->list[i]));
        trust->users[mta].count += uid_of(name, id);
    }
}

struct journal_trust *journal_trust_new(const struct patterns *patterns,
                                        bool (*uid_of)(const char *user, uint64_t *uid),
                                        bool foreign)
{
    struct journal_trust *trust = mem_zero(1, sizeof *trust);
    trust->patterns = patterns;
    trust->foreign = foreign;
    for (uint8_t mta = MTA_UNKNOWN + 1; mta < patterns->taxonomy.mta_count; mta++)
        find_users(trust, mta, uid_of);
    return trust;
}

void journal_trust_free(struct journal_trust *trust)
{
    mem_free(trust);
}

static bool is_one_of(const struct globs *globs, sv text)
{
    for (size_t i = 0; text.len && i < globs->count; i++)
        if (text_glob(globs->list[i], text))
            return true;
    return false;
}

static bool is_user_of(const struct journal_trust *trust, uint8_t mta, uint64_t id)
{
    for (size_t i = 0; i < trust->users[mta].count; i++)
        if (trust->users[mta].ids[i] == id)
            return true;
    return false;
}

static bool is_mta(const struct journal_trust *trust, uint8_t mta,
                   const struct journal_sender *sender)
{
    const struct journal_senders *known = &trust->patterns->mtas[mta].journal;
    bool proved =
        is_one_of(&known->units, sender->unit) || is_one_of(&known->programs, sender->program);
    bool named = sender->unit.len || sender->program.len;
    bool spoken = sv_eq(sender->transport, SV("syslog")) || sv_eq(sender->transport, SV("journal"));
    uint64_t id;
    if (!spoken || !known->users.count || !sv_to_u64(sender->user, &id))
        return false;
    if (named && !proved)
        return false;
    if (sender->command.len && known->commands.count &&
        !is_one_of(&known->commands, sender->command))
        return false;
    if (id == 0 || !trust->foreign)
        return is_user_of(trust, mta, id);
    return id < SYSTEM_USERS_END && proved;
}

enum journal_voice journal_voice(const struct journal_trust *trust, sv name,
                                 const struct journal_sender *sender)
{
    uint8_t mta = program_mta(trust->patterns, name);
    if (mta == MTA_UNKNOWN)
        return JOURNAL_OTHER;
    return is_mta(trust, mta, sender) ? JOURNAL_MTA : JOURNAL_PRETENDING;
}
