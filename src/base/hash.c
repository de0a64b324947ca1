/* Fingerprints are XXH3 (github.com/Cyan4973/xxHash), of addresses in lower case, of which long
 * ones are taken in parts. The set of fingerprints is a table with linear probing that doubles
 * at three quarters. A slot is one word: the upper 59 bits are the fingerprint, the low ones
 * hold the flags and whether the slot is taken, so a hundred million addresses take less than
 * two gigabytes. */
#include "bouncelog/base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "bouncelog/base/bytes.h"
#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/mem.h"

enum { LOWER_MAX = MAILBOX_MAX };

uint64_t hash_factor = UINT64_C(0x9E3779B97F4A7C15);

void hash_scatter(uint64_t secret)
{
    hash_factor = secret | 1;
}

uint64_t hash_bytes(sv bytes)
{
    return XXH3_64bits(bytes.ptr, bytes.len);
}

uint64_t hash_long_id(sv id)
{
    return XXH3_64bits(id.ptr, id.len);
}

uint64_t hash_id_before(sv id)
{
    uint64_t a, b;
    if (id.len < sizeof a || id.len > 2 * sizeof a)
        return hash_long_id(id);
    memcpy(&a, id.ptr, sizeof a);
    memcpy(&b, id.ptr + id.len - sizeof b, sizeof b);
    return hash_mix(a ^ id.len, b);
}

uint64_t hash_nocase(sv bytes)
{
    char lower[LOWER_MAX];
    if (bytes.len <= sizeof lower) {
        bytes_lower(lower, bytes);
        return XXH3_64bits(lower, bytes.len);
    }
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    for (size_t at = 0; at < bytes.len; at += sizeof lower) {
        sv part = sv_sub(bytes, at, at + sizeof lower);
        bytes_lower(lower, part);
        XXH3_64bits_update(&state, lower, part.len);
    }
    return XXH3_64bits_digest(&state);
}

/* In other letters. */
static __attribute__((noinline)) uint64_t hash_key(sv address, uint64_t *domain)
{
    char bytes[MAILBOX_MAX];
    sv key = mailbox_key(address, bytes);
    size_t at = sv_rfind_byte(key, '@');
    *domain = at == SV_NPOS ? 0 : hash_bytes(sv_skip(key, at + 1));
    return hash_bytes(key);
}

uint64_t hash_mailbox(sv address)
{
    return hash_address(address, &(uint64_t){0});
}

uint64_t hash_address(sv address, uint64_t *domain)
{
    char lower[LOWER_MAX];
    size_t at = sv_rfind_byte(address, '@');
    sv name = at == SV_NPOS ? SV_EMPTY : sv_skip(address, at + 1);
    if (address.len > sizeof lower) {
        *domain = at == SV_NPOS ? 0 : hash_nocase(name);
        return hash_nocase(address);
    }
    if (!bytes_lower(lower, address))
        return hash_key(address, domain);
    *domain = at == SV_NPOS ? 0 : XXH3_64bits(lower + at + 1, name.len);
    return XXH3_64bits(lower, address.len);
}

/* A slot holds the fingerprint without its low bits, which hold the flags and a bit that says
 * "taken"; 59 bits of fingerprint remain. */
#define TAKEN 1u
#define FLAGS_SHIFT 1
enum { FPSET_CAP = 1024 };
#define LOW_MASK ((uint64_t)((1u << (FPSET_FLAG_BITS + 1)) - 1))

static size_t slot_of(const struct fpset *set, uint64_t fp)
{
    size_t at = hash_place(fp & ~LOW_MASK, set->cap);
    while (set->slots[at] && (set->slots[at] & ~LOW_MASK) != (fp & ~LOW_MASK))
        at = (at + 1) & (set->cap - 1);
    return at;
}

static void grow_to(struct fpset *set, size_t cap)
{
    struct fpset bigger = {.count = set->count, .cap = cap, .base = set->base};
    bigger.slots = mem_table(bigger.cap, sizeof *bigger.slots);
    if (set->marks)
        bigger.marks = mem_table(bigger.cap, sizeof *bigger.marks);
    for (size_t i = 0; i < set->cap; i++) {
        if (!set->slots[i])
            continue;
        size_t at = slot_of(&bigger, set->slots[i]);
        bigger.slots[at] = set->slots[i];
        if (set->marks)
            bigger.marks[at] = set->marks[i];
    }
    mem_free(set->slots);
    mem_free(set->marks);
    *set = bigger;
}

void fpset_reserve(struct fpset *set, size_t more)
{
    size_t cap = set->cap ? set->cap : FPSET_CAP;
    while (set->count + more >= cap / 4 * 3)
        cap *= 2;
    if (cap > set->cap)
        grow_to(set, cap);
}

static int64_t mark_at(const struct fpset *set, size_t at)
{
    return set->marks && set->marks[at] ? set->base + set->marks[at] : FPSET_UNMARKED;
}

static unsigned flags_at(const struct fpset *set, size_t at)
{
    return (unsigned)((set->slots[at] & LOW_MASK) >> FLAGS_SHIFT);
}

static void copy(struct fpset *into, const struct fpset *from, size_t at)
{
    int64_t mark = mark_at(from, at);
    if (mark == FPSET_UNMARKED)
        fpset_add(into, from->slots[at] & ~LOW_MASK, flags_at(from, at));
    else
        fpset_mark(into, from->slots[at] & ~LOW_MASK, flags_at(from, at), mark);
}

void fpset_merge(struct fpset *into, const struct fpset *from)
{
    if (!from->count)
        return;
    fpset_reserve(into, from->count);
    for (size_t i = 0; i < from->cap; i++)
        if (from->slots[i])
            copy(into, from, i);
}

void fpset_prefetch(const struct fpset *set, uint64_t fp)
{
    if (!set->cap)
        return;
    size_t at = hash_place(fp & ~LOW_MASK, set->cap);
    __builtin_prefetch(&set->slots[at]);
    if (set->marks)
        __builtin_prefetch(&set->marks[at]);
}

static int add(struct fpset *set, uint64_t fp, unsigned flags, size_t *at)
{
    if (set->count >= set->cap / 4 * 3)
        grow_to(set, set->cap ? set->cap * 2 : FPSET_CAP);
    *at = slot_of(set, fp);
    uint64_t old = set->slots[*at];
    if (!old) {
        set->count++;
        set->slots[*at] = (fp & ~LOW_MASK) | (uint64_t)flags << FLAGS_SHIFT | TAKEN;
        return FPSET_NEW;
    }
    set->slots[*at] = old | (uint64_t)flags << FLAGS_SHIFT;
    return (int)((old & LOW_MASK) >> FLAGS_SHIFT);
}

int fpset_add(struct fpset *set, uint64_t fp, unsigned flags)
{
    size_t at;
    return add(set, fp, flags, &at);
}

int fpset_mark(struct fpset *set, uint64_t fp, unsigned flags, int64_t mark)
{
    size_t at;
    int before = add(set, fp, flags, &at);
    if (!set->marks) {
        set->marks = mem_table(set->cap, sizeof *set->marks);
        set->base = mark - FPSET_MARKS;
    }
    int64_t above = mark - set->base;
    uint16_t kept = above < 1 ? 1 : above > UINT16_MAX ? UINT16_MAX : (uint16_t)above;
    if (kept > set->marks[at])
        set->marks[at] = kept;
    return before;
}

int64_t fpset_marked(const struct fpset *set, uint64_t fp)
{
    return set->cap ? mark_at(set, slot_of(set, fp)) : FPSET_UNMARKED;
}

int fpset_get(const struct fpset *set, uint64_t fp)
{
    if (!set->cap)
        return FPSET_NEW;
    uint64_t slot = set->slots[slot_of(set, fp)];
    return slot ? (int)((slot & LOW_MASK) >> FLAGS_SHIFT) : FPSET_NEW;
}

/* Takes all out and puts the others in again: it is rare. */
bool fpset_remove(struct fpset *set, uint64_t fp)
{
    struct fpset kept = {0};
    if (fpset_get(set, fp) == FPSET_NEW)
        return false;
    fpset_reserve(&kept, set->count);
    for (size_t i = 0; i < set->cap; i++)
        if (set->slots[i] && (set->slots[i] & ~LOW_MASK) != (fp & ~LOW_MASK))
            copy(&kept, set, i);
    fpset_release(set);
    *set = kept;
    return true;
}

void fpset_count(const struct fpset *set, size_t counts[FPSET_FLAG_SETS])
{
    size_t places[FPSET_FLAG_SETS * 2] = {0}; /* by the low bits, of which one says "taken" */
    for (size_t i = 0; i < set->cap; i++)
        places[set->slots[i] & LOW_MASK]++;
    for (unsigned flags = 0; flags < FPSET_FLAG_SETS; flags++)
        counts[flags] = places[flags << FLAGS_SHIFT | TAKEN];
}

void fpset_each(const struct fpset *set, void (*visit)(void *, uint64_t, unsigned), void *context)
{
    for (size_t i = 0; i < set->cap; i++)
        if (set->slots[i])
            visit(context, set->slots[i] & ~LOW_MASK, flags_at(set, i));
}

void fpset_each_marked(const struct fpset *set, void (*visit)(void *, uint64_t, unsigned, int64_t),
                       void *context)
{
    for (size_t i = 0; i < set->cap; i++)
        if (set->slots[i])
            visit(context, set->slots[i] & ~LOW_MASK, flags_at(set, i), mark_at(set, i));
}

void fpset_release(struct fpset *set)
{
    mem_free(set->slots);
    mem_free(set->marks);
    *set = (struct fpset){0};
}
