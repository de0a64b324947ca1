/* Sets of a few ids each in one table that never grows: a new id pushes out the oldest one of
 * its set. An id is looked for in one set, which lies on one cache line or two, so asking costs
 * the same however many ids were seen. The sequence beside an id says which use of it was meant.
 */
#include "recent_ids.h"

#include <string.h>

#include "bouncelog/base/mem.h"

void recent_ids_init(struct recent_ids *recent, size_t sets)
{
    recent->sets = sets;
    recent->ids = mem_pages(sets * RECENT_WAYS * sizeof *recent->ids);
    memset(recent->ids, 0, sets * RECENT_WAYS * sizeof *recent->ids);
}

void recent_ids_release(struct recent_ids *recent)
{
    mem_free(recent->ids);
    recent->ids = NULL;
}

static struct recent_id *set_of(const struct recent_ids *recent, uint64_t id)
{
    return &recent->ids[(id >> 32 & (recent->sets - 1)) * RECENT_WAYS];
}

void recent_ids_add(struct recent_ids *recent, uint64_t id, uint32_t sequence)
{
    struct recent_id *set = set_of(recent, id);
    memmove(set + 1, set, (RECENT_WAYS - 1) * sizeof *set); /* newest first */
    set[0] = (struct recent_id){id, sequence};
}

bool recent_ids_find(const struct recent_ids *recent, uint64_t id, uint32_t *sequence)
{
    const struct recent_id *set = set_of(recent, id);
    for (int way = 0; way < RECENT_WAYS; way++)
        if (set[way].id == id) {
            *sequence = set[way].sequence;
            return true;
        }
    return false;
}

void recent_ids_prefetch(const struct recent_ids *recent, uint64_t id)
{
    __builtin_prefetch(set_of(recent, id));
}
