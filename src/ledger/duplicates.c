/* An event is known by a fingerprint of host, queue id, recipient, second, outcome and words.
 * Each set keeps those that it told; one that another set has told already is not told again.
 * From run to run only those of the last two days are kept: what one log has more of than the
 * other when they are read, the other one tells in the next run. */
#include "bouncelog/ledger/duplicates.h"

#include "bouncelog/base/pack.h"

/* What one of two logs has more of when they are read, the other one tells in the next run, or in
 * the one after, when it could not be read in between. */
enum { SECONDS_A_DAY = 86400, PACKED_VERSION = 1, HASH_BYTES = 8, SET_LEAST = 10 };

void duplicates_release(struct duplicates *duplicates)
{
    for (size_t i = 0; i < duplicates->count; i++) {
        fpset_release(&duplicates->sets[i].events);
        fpset_release(&duplicates->sets[i].late[0]);
        fpset_release(&duplicates->sets[i].late[1]);
    }
    duplicates->count = 0;
}

static struct duplicate_set *find(struct duplicates *duplicates, uint64_t name)
{
    for (size_t i = 0; i < duplicates->count; i++)
        if (duplicates->sets[i].name == name)
            return &duplicates->sets[i];
    return NULL;
}

void duplicates_add_set(struct duplicates *duplicates, uint64_t name)
{
    if (!find(duplicates, name) && duplicates->count < DUPLICATE_SETS_MAX)
        duplicates->sets[duplicates->count++] =
            (struct duplicate_set){.name = name, .day = INT64_MIN};
}

static uint64_t fingerprint_of(const struct event *event)
{
    const struct record *a = &event->attempt;
    uint64_t what =
        hash_mix((uint64_t)a->time, (uint64_t)a->outcome * 1000 + (uint64_t)a->reply.code);
    uint64_t id = hash_id_before(a->queue_id); /* histories have it; the rest tells more */
    uint64_t who = hash_mix(hash_mix(a->host_key, id), a->address_key);
    return hash_mix(hash_mix(who, what), a->reply.text.len ? hash_bytes(a->reply.text) : 0);
}

static void keep_late(struct duplicate_set *set, uint64_t fingerprint, int64_t day)
{
    if (day > set->day) {
        fpset_release(&set->late[1]);
        if (day == set->day + 1)
            set->late[1] = set->late[0];
        else
            fpset_release(&set->late[0]);
        set->late[0] = (struct fpset){0};
        set->day = day;
    }
    if (day + 1 >= set->day)
        fpset_add(&set->late[day < set->day], fingerprint, 0);
}

bool duplicates_has(struct duplicates *duplicates, uint64_t name, const struct event *event)
{
    struct duplicate_set *set = find(duplicates, name);
    if (!set)
        return false;
    uint64_t fingerprint = fingerprint_of(event);
    for (size_t i = 0; i < duplicates->count; i++)
        if (&duplicates->sets[i] != set &&
            fpset_get(&duplicates->sets[i].events, fingerprint) != FPSET_NEW)
            return true;
    fpset_add(&set->events, fingerprint, 0);
    keep_late(set, fingerprint, event->attempt.time / SECONDS_A_DAY);
    return false;
}

static void pack_one(void *context, uint64_t fingerprint, unsigned flags)
{
    (void)flags;
    pack_hash(context, fingerprint);
}

void duplicates_pack(struct buf *out, const struct duplicates *duplicates)
{
    pack_unsigned(out, PACKED_VERSION);
    pack_unsigned(out, duplicates->count);
    for (size_t i = 0; i < duplicates->count; i++) {
        pack_hash(out, duplicates->sets[i].name);
        pack_number(out, duplicates->sets[i].day);
        for (int part = 0; part < 2; part++) {
            pack_unsigned(out, duplicates->sets[i].late[part].count);
            fpset_each(&duplicates->sets[i].late[part], pack_one, out);
        }
    }
}

static void unpack_late(struct unpack *in, struct duplicate_set *set, int part)
{
    size_t count = unpack_count(in, HASH_BYTES);
    fpset_reserve(&set->events, count);
    fpset_reserve(&set->late[part], count);
    for (size_t i = 0; i < count; i++) {
        uint64_t fingerprint = unpack_hash(in);
        fpset_add(&set->events, fingerprint, 0);
        fpset_add(&set->late[part], fingerprint, 0);
    }
}

int duplicates_unpack(struct duplicates *duplicates, sv bytes)
{
    struct unpack in = unpack_of(bytes);
    if (unpack_unsigned(&in) != PACKED_VERSION)
        return -1;
    size_t sets = unpack_count(&in, SET_LEAST);
    for (size_t i = 0; i < sets && !in.failed; i++) {
        uint64_t name = unpack_hash(&in);
        duplicates_add_set(duplicates, name);
        struct duplicate_set *set = find(duplicates, name);
        if (!set)
            return -1;
        set->day = unpack_number(&in);
        unpack_late(&in, set, 0);
        unpack_late(&in, set, 1);
    }
    return in.failed || in.rest.len ? -1 : 0;
}
