/* hash: 64-bit fingerprints of bytes (XXH3), and sets of them.
 *
 * Fingerprints stand for addresses in exact counts: at 100 million distinct addresses the chance
 * of one collision is 3 in 10 000. The seed is fixed so that output never depends on the run. */
#ifndef BOUNCELOG_BASE_HASH_H
#define BOUNCELOG_BASE_HASH_H

#include "bouncelog/base/sv.h"

uint64_t hash_bytes(sv bytes);
/* As hash_bytes of the ASCII-lower-cased bytes. */
uint64_t hash_nocase(sv bytes);
/* Of a short text that nobody chooses to deceive us, a queue id or a host of ours: cheaper. */
uint64_t hash_long_id(sv id);
/* Of an address, by its one spelling (mailbox.h), and of the domain behind its last @ (0: there is
 * none): as hash_bytes of those. */
uint64_t hash_address(sv address, uint64_t *domain);
uint64_t hash_mailbox(sv address);

/* Of two numbers of which one is a hash: the finalizer of MurmurHash3. */
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
    uint64_t x = a ^ (b * UINT64_C(0x9E3779B97F4A7C15) + UINT64_C(0x632BE59BD9B4E019));
    x = (x ^ x >> 33) * UINT64_C(0xFF51AFD7ED558CCD);
    x = (x ^ x >> 33) * UINT64_C(0xC4CEB9FE1A85EC53);
    return x ^ x >> 33;
}

/* Both halves of a product depend on all bytes (Wang Yi's wyhash, 2019). */
static inline uint64_t hash_id(sv id)
{
    uint64_t a, b;
    if (id.len < 8 || id.len > 16)
        return hash_long_id(id);
    memcpy(&a, id.ptr, sizeof a);
    memcpy(&b, id.ptr + id.len - sizeof b, sizeof b);
    unsigned __int128 product = (unsigned __int128)(a ^ UINT64_C(0xA0761D6478BD642F)) *
                                (b ^ UINT64_C(0xE7037ED1A0B428DB) ^ id.len);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* As hash_id was in 1.0.0, which histories have: ids that differ in their last byte, and for 15 or
 * 16 bytes in their eighth as well, could be the same. */
uint64_t hash_id_before(sv id);

/* Where the search for a fingerprint begins in a table of cap places, a power of two
 * (multiply-shift hashing: Dietzfelbinger and others, 1997). Strangers choose the addresses that
 * fail, and could choose them so that the low bits of their fingerprints, which anybody can
 * compute, are the same; the factor they do not know. No output may depend on the places. */
extern uint64_t hash_factor;

static inline size_t hash_place(uint64_t fingerprint, size_t cap)
{
    return (size_t)(fingerprint * hash_factor >> (64 - __builtin_ctzll(cap)));
}

/* Sets the factor; before any table is made, and before any other thread starts. */
void hash_scatter(uint64_t secret);

/* A set of fingerprints with up to four flag bits each: 8 bytes an entry, at most 3/4 full. With
 * marks (fpset_mark) each has a number as well, the largest that it was given: 2 bytes more.
 * Zero-initialise; fpset_release frees. */
struct fpset {
    uint64_t *slots;
    uint16_t *marks; /* NULL: none was ever given; [i] 0: slots[i] has none */
    int64_t base;    /* the mark that 0 would be */
    size_t count, cap;
};

enum { FPSET_FLAG_BITS = 4, FPSET_FLAG_SETS = 1 << FPSET_FLAG_BITS };

/* What a set keeps of a fingerprint. */
static inline uint64_t fpset_kept(uint64_t fingerprint)
{
    return fingerprint & ~(uint64_t)((1u << (FPSET_FLAG_BITS + 1)) - 1);
}

/* Adds the fingerprint if new, sets the flags, returns the flags that it had before
 * (FPSET_NEW: it was not there). */
enum { FPSET_NEW = -1 };
int fpset_add(struct fpset *set, uint64_t fingerprint, unsigned flags);
/* The same, and gives it a mark if that is larger than the one it has. Marks of one set must not
 * lie further apart than FPSET_MARKS; one beyond that counts as the last one within. */
enum { FPSET_MARKS = 32000 };
int fpset_mark(struct fpset *set, uint64_t fingerprint, unsigned flags, int64_t mark);
/* The largest mark; FPSET_UNMARKED: it has none, or is not there. */
#define FPSET_UNMARKED INT64_MIN
int64_t fpset_marked(const struct fpset *set, uint64_t fingerprint);
/* Makes room for so many more. Fingerprints in the order of a table (fpset_each) must not go into
 * one that grows meanwhile: all of them would come to lie in its first half, one behind the other.
 */
void fpset_reserve(struct fpset *set, size_t more);
/* Adds all of another set with their flags. */
void fpset_merge(struct fpset *into, const struct fpset *from);
/* Fetches the place of a fingerprint that will be added soon. */
void fpset_prefetch(const struct fpset *set, uint64_t fingerprint);
/* The flags, or FPSET_NEW when absent. */
int fpset_get(const struct fpset *set, uint64_t fingerprint);
/* False: it was not there. */
bool fpset_remove(struct fpset *set, uint64_t fingerprint);
/* How many have just these flags, by flags. */
void fpset_count(const struct fpset *set, size_t counts[FPSET_FLAG_SETS]);
void fpset_each(const struct fpset *set, void (*visit)(void *context, uint64_t fp, unsigned flags),
                void *context);
void fpset_each_marked(const struct fpset *set,
                       void (*visit)(void *context, uint64_t fp, unsigned flags, int64_t mark),
                       void *context);
void fpset_release(struct fpset *set);

#endif
