/* program: which MTA, and which daemon of it, a program name stands for.
 *
 * Where the pattern file says `daemons_in_path`, the last element of a path is a daemon: Postfix
 * logs as `syslog_name/daemon` with any text for the name (postfix-out/smtp, postfix/relay/smtp,
 * 192.0.2.7/smtp). */
#ifndef BOUNCELOG_PARSE_PROGRAM_H
#define BOUNCELOG_PARSE_PROGRAM_H

#include "bouncelog/base/bytes.h"
#include "bouncelog/pattern/patterns.h"

struct program {
    uint8_t mta;     /* MTA_UNKNOWN: nobody we know */
    uint64_t daemon; /* its bit in mta_patterns.daemons; 0: a daemon of no interest */
};

enum { PROGRAM_SLOTS = 64 /* 2 to the 6: see program_slot */, PROGRAM_NAME_MAX = 48 };

/* A direct-mapped memory of the last names seen: fixed size, whatever a log contains. */
struct program_table {
    const struct patterns *patterns;
    uint8_t only; /* MTA_UNKNOWN: any */
    struct program_slot {
        char name[PROGRAM_NAME_MAX + BYTES_SLACK];
        size_t len; /* 0: free */
        struct program program;
    } slots[PROGRAM_SLOTS];
};

/* name: at least one byte, readable for 32 bytes from its start. */
static inline struct program_slot *program_slot(struct program_table *table, sv name)
{
    uint64_t bytes = 0;
    if (name.len >= sizeof bytes)
        memcpy(&bytes, name.ptr + name.len - sizeof bytes, sizeof bytes);
    else
        bytes = (uint64_t)(unsigned char)name.ptr[0] << 8 | (unsigned char)name.ptr[name.len - 1];
    return &table->slots[((bytes + name.len) * UINT64_C(0x9E3779B97F4A7C15)) >> 58];
}

struct program program_find(struct program_table *table, sv name);
/* The MTA alone, of any. */
uint8_t program_mta(const struct patterns *patterns, sv name);

/* The same, quick for a name that was asked for before. */
static inline struct program program_again(struct program_table *table, sv name)
{
    const struct program_slot *slot = program_slot(table, name);
    if (slot->len == name.len && name.len < 32 &&
        bytes_equal32(slot->name, name.ptr, (1u << name.len % 32) - 1))
        return slot->program;
    return program_find(table, name);
}

/* The program of a log that an MTA writes itself, which names none. */
struct program program_of_mta(const struct program_table *table, uint8_t mta);

#endif
