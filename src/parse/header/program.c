/* Finds whose program a name is: by the globs of the pattern files, or by the daemon that a path
 * ends with, as in postfix-out/relay/smtp. The last names are remembered in a table of fixed size,
 * whatever a log contains. */
#include "program.h"

#include "bouncelog/base/bytes.h"
#include "bouncelog/base/text.h"

static uint64_t daemon_bit(const struct mta_patterns *mta, sv name)
{
    const uint32_t *bit = map_get(&mta->daemons, name);
    return bit ? UINT64_C(1) << *bit : 0;
}

static bool is_program_of(const struct mta_patterns *mta, sv name)
{
    for (size_t i = 0; i < mta->program_count; i++)
        if (text_glob(mta->programs[i], name))
            return true;
    return false;
}

static struct program find(const struct program_table *table, sv name)
{
    size_t slash = sv_rfind_byte(name, '/');
    sv last = slash == SV_NPOS ? name : sv_skip(name, slash + 1);
    for (uint8_t mta = MTA_UNKNOWN + 1; mta < table->patterns->taxonomy.mta_count; mta++) {
        const struct mta_patterns *patterns = &table->patterns->mtas[mta];
        if (table->only != MTA_UNKNOWN && table->only != mta)
            continue;
        uint64_t daemon = daemon_bit(patterns, last);
        if ((patterns->daemons_in_path && slash != SV_NPOS && daemon) ||
            is_program_of(patterns, name))
            return (struct program){mta, daemon};
    }
    return (struct program){MTA_UNKNOWN, 0};
}

struct program program_find(struct program_table *table, sv name)
{
    if (!name.len || name.len > PROGRAM_NAME_MAX)
        return find(table, name);
    struct program_slot *slot = program_slot(table, name);
    if (slot->len != name.len || !bytes_equal(slot->name, name.ptr, name.len)) {
        slot->program = find(table, name);
        slot->len = name.len;
        memcpy(slot->name, name.ptr, name.len);
    }
    return slot->program;
}

uint8_t program_mta(const struct patterns *patterns, sv name)
{
    struct program_table table = {.patterns = patterns, .only = MTA_UNKNOWN};
    return find(&table, name).mta;
}

struct program program_of_mta(const struct program_table *table, uint8_t mta)
{
    bool wanted = table->only == MTA_UNKNOWN || table->only == mta;
    return (struct program){wanted ? mta : MTA_UNKNOWN, 0};
}
