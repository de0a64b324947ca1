/* Stores the address records that a run has changed: what is held against each
 * address, and where the decisions of the run have put it on the lists. The
 * records themselves stay as they are. */
#include <stdlib.h>

#include "bouncelog/base/mem.h"
#include "save.h"

/* A record as it is to be stored. */
struct changed {
    sv key;
    struct address_record record; /* shares its failures with the evidence */
};

struct changes_of_run {
    struct changed *list;
    size_t count;
};

static int by_key(const void *a, const void *b)
{
    return sv_cmp(((const struct changed *)a)->key, ((const struct changed *)b)->key);
}

static void add_changed(struct changes_of_run *changes, sv key, const struct address_record *record,
                        struct listing listing)
{
    changes->list = mem_room(changes->list, changes->count, sizeof *changes->list);
    changes->list[changes->count] = (struct changed){key, *record};
    changes->list[changes->count++].record.listing = listing;
}

static bool is_same(const struct listing *a, const struct listing *b)
{
    return a->since == b->since && a->last_failure == b->last_failure &&
           a->cleared_at == b->cleared_at && a->excused == b->excused && a->tier == b->tier &&
           a->fate == b->fate && a->probed == b->probed && a->rule == b->rule;
}

/* In the order of the file, which spares it half of its pages. */
static int put_all(struct save *save, enum item_kind kind, struct changes_of_run *changes)
{
    int result = 0;
    if (changes->count)
        qsort(changes->list, changes->count, sizeof *changes->list, by_key);
    for (size_t i = 0; i < changes->count && result == 0; i++) {
        const struct changed *changed = &changes->list[i];
        buf_clear(&save->value);
        address_record_pack(&save->value, &changed->record, archive_taxonomy(save->archive));
        result = save_put(save, kind, changed->key, !changed->record.known);
    }
    mem_free(changes->list);
    return result;
}

/* key -> const struct decision *; of those listed, or held for an incident. */
static void map_listed(struct map *listed, const struct decisions *decisions)
{
    for (size_t i = 0; i < decisions->address_count; i++) {
        const struct decision *decision = &decisions->addresses[i];
        if (decision->ruling == RULING_LISTED || decision->hold == HOLD_INCIDENT ||
            decision->hold == HOLD_OURS)
            *(const struct decision **)map_add(listed, decision->key, NULL) = decision;
    }
}

static struct listing listing_of(const struct save *save, const struct address_record *record,
                                 const struct decision *decision)
{
    return save->decisions->brake /* the lists are those of before */
               ? record->listing
               : suppress_listing(record, decision, save->decisions->filtered,
                                  save->archive->options.now);
}

int save_addresses(struct save *save)
{
    static const struct address_record unknown;
    const struct map *addresses = &save->scan->evidence.addresses;
    struct changes_of_run changes = {0};
    struct map listed;
    map_init(&listed, sizeof(const struct decision *));
    map_listed(&listed, save->decisions);
    for (size_t i = 0; i < map_count(addresses); i++) {
        const struct address_record *record = map_value_at(addresses, i);
        struct decision *const *decision = map_get(&listed, map_key_at(addresses, i));
        struct listing listing = listing_of(save, record, decision ? *decision : NULL);
        if (record->changed || !is_same(&listing, &record->listing))
            add_changed(&changes, map_key_at(addresses, i), record, listing);
    }
    /* Listed for what other hosts know alone. */
    for (size_t i = 0; i < map_count(&listed) && !save->decisions->brake; i++) {
        const struct decision *decision = *(struct decision *const *)map_value_at(&listed, i);
        if (!map_get(addresses, decision->key))
            add_changed(&changes, decision->key, &unknown, listing_of(save, &unknown, decision));
    }
    map_release(&listed);
    return put_all(save, ITEM_ADDRESS, &changes);
}

int save_domains(struct save *save)
{
    const struct map *domains = &save->scan->evidence.domains;
    struct changes_of_run changes = {0};
    for (size_t i = 0; i < map_count(domains); i++) {
        const struct address_record *record = map_value_at(domains, i);
        if (record->changed)
            add_changed(&changes, map_key_at(domains, i), record, record->listing);
    }
    return put_all(save, ITEM_DOMAIN, &changes);
}
