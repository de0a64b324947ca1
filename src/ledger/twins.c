/* An event is known by a fingerprint of host, queue id, recipient, second, outcome and words.
 * Each set keeps those that it told; one that another set has told already is not told again.
 * From run to run only those of the last two days are kept: what one log has more of than the
 * other when they are read, the other one tells in the next run. */
#include "bouncelog/ledger/twins.h"

#include "bouncelog/base/pack.h"

/* What one of two logs has more of when they are read, the other one tells in the next run, or in
 * the one after, when it could not be read in between. */
enum { SECONDS_A_DAY = 86400, PACKED_VERSION = 1, HASH_BYTES = 8, SET_LEAST = 10 };

void twins_release(struct twins *twins)
{
    for (size_t i = 0; i < twins->count; i++) {
        fpset_release(&twins->sets[i].told);
        fpset_release(&twins->sets[i].late[0]);
        fpset_release(&twins->sets[i].late[1]);
    }
    twins->count = 0;
}

static struct twin_set *find(struct twins *twins, uint64_t name)
{
    for (size_t i = 0; i < twins->count; i++)
        if (twins->sets[i].name == name)
            return &twins->sets[i];
    return NULL;
}

void twins_add_set(struct twins *twins, uint64_t name)
{
    if (!find(twins, name) && twins->count < TWIN_SETS_MAX)
        twins->sets[twins->count++] = (struct twin_set){.name = name, .day = INT64_MIN};
}

static uint64_t fingerprint_of(const struct event *event)
{
    const struct record *a = &event->attempt;
    uint64_t what =
        hash_mix((uint64_t)a->time, (uint64_t)a->outcome * 1000 + (uint64_t)a->reply.code);
    uint64_t who = hash_mix(hash_mix(a->host_key, a->queue_key), a->address_key);
    return hash_mix(hash_mix(who, what), a->reply.text.len ? hash_bytes(a->reply.text) : 0);
}

static void keep_late(struct twin_set *set, uint64_t fingerprint, int64_t day)
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

bool twins_told(struct twins *twins, uint64_t name, const struct event *event)
{
    struct twin_set *set = find(twins, name);
    if (!set)
        return false;
    uint64_t fingerprint = fingerprint_of(event);
    for (size_t i = 0; i < twins->count; i++)
        if (&twins->sets[i] != set && fpset_get(&twins->sets[i].told, fingerprint) != FPSET_NEW)
            return true;
    fpset_add(&set->told, fingerprint, 0);
    keep_late(set, fingerprint, event->attempt.time / SECONDS_A_DAY);
    return false;
}

static void pack_one(void *context, uint64_t fingerprint, unsigned flags)
{
    (void)flags;
    pack_hash(context, fingerprint);
}

void twins_pack(struct buf *out, const struct twins *twins)
{
    pack_unsigned(out, PACKED_VERSION);
    pack_unsigned(out, twins->count);
    for (size_t i = 0; i < twins->count; i++) {
        pack_hash(out, twins->sets[i].name);
        pack_number(out, twins->sets[i].day);
        for (int part = 0; part < 2; part++) {
            pack_unsigned(out, twins->sets[i].late[part].count);
            fpset_each(&twins->sets[i].late[part], pack_one, out);
        }
    }
}

static void unpack_late(struct unpack *in, struct twin_set *set, int part)
{
    size_t count = unpack_count(in, HASH_BYTES);
    fpset_reserve(&set->told, count);
    fpset_reserve(&set->late[part], count);
    for (size_t i = 0; i < count; i++) {
        uint64_t fingerprint = unpack_hash(in);
        fpset_add(&set->told, fingerprint, 0);
        fpset_add(&set->late[part], fingerprint, 0);
    }
}

int twins_unpack(struct twins *twins, sv bytes)
{
    struct unpack in = unpack_of(bytes);
    if (unpack_unsigned(&in) != PACKED_VERSION)
        return -1;
    size_t sets = unpack_count(&in, SET_LEAST);
    for (size_t i = 0; i < sets && !in.failed; i++) {
        uint64_t name = unpack_hash(&in);
        twins_add_set(twins, name);
        struct twin_set *set = find(twins, name);
        if (!set)
            return -1;
        set->day = unpack_number(&in);
        unpack_late(&in, set, 0);
        unpack_late(&in, set, 1);
    }
    return in.failed || in.rest.len ? -1 : 0;
}
