/* Stores the address records that a run has changed: what is held against each
 * address, and where the decisions of the run have put it on the lists. The
 * records themselves stay as they are. */
#include <stdlib.h>

#include "bouncelog/base/mem.h"
#include "save.h"

/* A record as it is to be stored. */
struct changed {
    sv key;
    const struct address_record *record; /* NULL: as the history has it */
    const struct listing *listing;       /* NULL: that of the record */
};

struct changes_of_run {
    struct changed *list;
    size_t count;
};

static int by_key(const void *a, const void *b)
{
    return sv_cmp(((const struct changed *)a)->key, ((const struct changed *)b)->key);
}

static void add_changed(struct changes_of_run *changes, struct changed changed)
{
    changes->list = mem_room(changes->list, changes->count, sizeof *changes->list);
    changes->list[changes->count++] = changed;
}

/* The copy shares the failures of the record. */
static int put(struct save *save, enum item_kind kind, const struct changed *changed,
               const struct address_record *record, bool is_new)
{
    struct address_record copy = *record;
    if (changed->listing)
        copy.listing = *changed->listing;
    buf_clear(&save->value);
    address_record_pack(&save->value, &copy, archive_taxonomy(save->archive));
    return save_put(save, kind, changed->key, is_new);
}

/* Nothing but its place on the lists has changed. */
static int put_again(struct save *save, enum item_kind kind, const struct changed *changed)
{
    struct address_record record = {0};
    int found = archive_own_record(save->archive, changed->key, &record, save->err);
    int result = found < 0 ? -1 : put(save, kind, changed, &record, !found);
    address_record_release(&record);
    return result;
}

/* In the order of the file, which spares it half of its pages. */
static int put_all(struct save *save, enum item_kind kind, struct changes_of_run *changes)
{
    int result = 0;
    if (changes->count)
        qsort(changes->list, changes->count, sizeof *changes->list, by_key);
    for (size_t i = 0; i < changes->count && result == 0; i++) {
        const struct changed *changed = &changes->list[i];
        const struct address_record *record = changed->record;
        result = record ? put(save, kind, changed, record, !record->known)
                        : put_again(save, kind, changed);
    }
    mem_free(changes->list);
    return result;
}

/* key -> const struct relisting *; where a brake holds, the lists are those of before. */
static void map_relisted(struct map *relisted, const struct decisions *decisions)
{
    map_init(relisted, sizeof(const struct relisting *));
    for (size_t i = 0; i < decisions->relisting_count && !decisions->brake; i++)
        *(const struct relisting **)map_add(relisted, decisions->relistings[i].key, NULL) =
            &decisions->relistings[i];
}

int save_addresses(struct save *save)
{
    const struct map *addresses = &save->scan->evidence.addresses;
    struct changes_of_run changes = {0};
    struct map relisted;
    map_relisted(&relisted, save->decisions);
    for (size_t i = 0; i < map_count(addresses); i++) {
        const struct address_record *record = map_value_at(addresses, i);
        struct relisting *const *relisting = map_get(&relisted, map_key_at(addresses, i));
        if (record->changed || relisting)
            add_changed(&changes, (struct changed){map_key_at(addresses, i), record,
                                                   relisting ? &(*relisting)->listing : NULL});
    }
    for (size_t i = 0; i < map_count(&relisted); i++) {
        const struct relisting *relisting = *(struct relisting *const *)map_value_at(&relisted, i);
        if (!map_get(addresses, relisting->key))
            add_changed(&changes, (struct changed){relisting->key, NULL, &relisting->listing});
    }
    int result = put_all(save, ITEM_ADDRESS, &changes);
    map_release(&relisted);
    return result;
}

int save_domains(struct save *save)
{
    const struct map *domains = &save->scan->evidence.domains;
    struct changes_of_run changes = {0};
    for (size_t i = 0; i < map_count(domains); i++) {
        const struct address_record *record = map_value_at(domains, i);
        if (record->changed)
            add_changed(&changes, (struct changed){map_key_at(domains, i), record, NULL});
    }
    return put_all(save, ITEM_DOMAIN, &changes);
}
