/* Sorts both lists into those that agree and the groups of those that do not.
 *
 * What the history knows of an address decides: a failure that is later than all mail that it took
 * speaks against it, mail that it took later speaks for it. */
#include "bouncelog/report/reconciled.h"

#include <stdlib.h>

#include "bouncelog/base/mem.h"

static void add(struct reconciled *reconciled, enum reconciled_group group,
                struct reconciled_row row)
{
    struct reconciled_rows *rows = &reconciled->groups[group];
    rows->list = mem_room(rows->list, rows->count, sizeof *rows->list);
    rows->list[rows->count++] = row;
}

static const struct address_record *record_of(const struct reconciled_source *source, sv address)
{
    const struct address_records *records = &source->decisions->records;
    return records->keep(records->context, address);
}

static const struct failure *failure_of(const struct reconciled_source *source,
                                        const struct decision *decision)
{
    return address_record_failure(record_of(source, decision->key), decision->category);
}

static const struct failure *latest_of(const struct address_record *record)
{
    const struct failure *latest = NULL;
    for (const struct failure *at = record ? record->failures : NULL; at; at = at->next)
        if (!latest || at->last_seen > latest->last_seen)
            latest = at;
    return latest;
}

/* On their list alone, and no guard of ours has anything to do with it. */
static void sort_in(struct reconciled *reconciled, const struct reconciled_source *source,
                    sv address, int64_t taken)
{
    const struct address_record *record = record_of(source, address);
    const struct failure *failure = latest_of(record);
    struct reconciled_row row = {.address = address, .failure = failure, .delivered_at = taken};
    if (record && record->delivered_at > row.delivered_at)
        row.delivered_at = record->delivered_at;
    add(reconciled,
        failure && failure->last_seen > row.delivered_at ? RECONCILED_NOT_ENOUGH
        : row.delivered_at                               ? RECONCILED_ALIVE
                                                         : RECONCILED_UNKNOWN,
        row);
}

/* The lists stay as they are, and who would be new on them is on none. */
static bool is_braked(const struct reconciled_source *source, const struct decision *decision)
{
    return decision->ruling == RULING_LISTED && decision->fresh && source->decisions->brake;
}

static bool belongs_there(const struct reconciled_source *source, const struct decision *decision)
{
    return decision->ruling == RULING_LISTED && !is_braked(source, decision) &&
           !decision->skipped && !decision->probed && source->tiers >> decision->tier & 1;
}

static sv held_by(const struct reconciled_source *source, const struct decision *decision)
{
    static const char *const names[] = {
        [HOLD_NONE] = "",     [HOLD_ALLOWED] = "allow", [HOLD_INCIDENT] = "incident",
        [HOLD_OURS] = "ours", [HOLD_RECENT] = "recent", [HOLD_RULE] = "rule"};
    return decision->ruling == RULING_LISTED && decision->probed ? SV("probe")
           : is_braked(source, decision)                         ? SV("brake")
           : decision->ruling == RULING_HELD                     ? sv_from(names[decision->hold])
                                                                 : SV_EMPTY;
}

static void look_at_theirs(struct reconciled *reconciled, const struct reconciled_source *source,
                           const struct map *decisions)
{
    for (size_t i = 0; i < map_count(source->theirs); i++) {
        sv address = map_key_at(source->theirs, i);
        const struct decision *const *found = map_get(decisions, address);
        const struct decision *decision = found ? *found : NULL;
        if (!suppress_is_known(source->known, address)) {
            reconciled->left_out++;
            continue;
        }
        sv holds = decision ? held_by(source, decision) : SV_EMPTY;
        if (holds.len)
            add(reconciled, RECONCILED_HELD,
                (struct reconciled_row){
                    .address = address, .held_by = holds, .failure = failure_of(source, decision)});
        else if (decision && decision->ruling == RULING_LISTED)
            reconciled->both++;
        else
            sort_in(reconciled, source, address, *(const int64_t *)map_value_at(source->theirs, i));
    }
}

static int by_address(const void *a, const void *b)
{
    return sv_cmp(((const struct reconciled_row *)a)->address,
                  ((const struct reconciled_row *)b)->address);
}

void reconciled_make(struct reconciled *reconciled, const struct reconciled_source *source)
{
    struct map decisions;
    *reconciled =
        (struct reconciled){.theirs = map_count(source->theirs), .taxonomy = source->taxonomy};
    map_init(&decisions, sizeof(const struct decision *));
    for (size_t i = 0; i < source->decisions->address_count; i++) {
        const struct decision *decision = &source->decisions->addresses[i];
        *(const struct decision **)map_add(&decisions, decision->key, NULL) = decision;
        if (!belongs_there(source, decision))
            continue;
        reconciled->ours++;
        if (!map_get(source->theirs, decision->key))
            add(reconciled, RECONCILED_MISSING,
                (struct reconciled_row){.address = decision->key,
                                        .tier = decision->tier,
                                        .failure = failure_of(source, decision)});
    }
    look_at_theirs(reconciled, source, &decisions);
    map_release(&decisions);
    for (int group = 0; group < RECONCILED_GROUPS; group++) {
        struct reconciled_rows *rows = &reconciled->groups[group];
        if (rows->count)
            qsort(rows->list, rows->count, sizeof *rows->list, by_address);
    }
}

void reconciled_release(struct reconciled *reconciled)
{
    for (int group = 0; group < RECONCILED_GROUPS; group++)
        mem_free(reconciled->groups[group].list);
    *reconciled = (struct reconciled){0};
}
