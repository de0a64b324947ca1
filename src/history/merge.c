/* The items of another history, taken in: those of each origin as a whole, where the other one has
 * a newer state of it. So it is of no matter in which order, or how often, histories are merged.
 * The other one is read whole before (history_check_whole), since what comes from it cannot be
 * checked again: it gets checksums of this file. */
#include "store.h"

struct merge {
    struct history *into, *from;
    bool *changed;
    struct buf text; /* a number as a value */
};

/* How far its state of an origin is. Its own one nobody else knows better. */
static int known_generation(struct merge *merge, sv origin, int64_t *known, struct err *err)
{
    struct history *history = merge->into;
    *known = INT64_MAX;
    if (sv_eq(origin, history_origin(history)))
        return 0;
    int found =
        history_get(history, ITEM_ORIGIN, origin, history_origin(history), &merge->text, err);
    uint64_t number = 0;
    (void)sv_to_u64(buf_sv(&merge->text), &number);
    *known = found > 0 ? (int64_t)number : 0;
    return found < 0 ? -1 : 0;
}

static int copy_items(struct merge *merge, sv origin, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(
        merge->from->db,
        "SELECT kind, key, value FROM item WHERE origin = ?1 AND kind NOT IN (?2, ?3)", -1,
        &statement, NULL);
    int result = rc == SQLITE_OK ? 0 : store_fail(merge->from, err);
    if (result == 0) {
        store_bind(statement, 1, origin);
        sqlite3_bind_int(statement, 2, ITEM_ORIGIN);
        sqlite3_bind_int(statement, 3, ITEM_LINES); /* of use to who reads those logs alone */
    }
    while (result == 0 && (rc = sqlite3_step(statement)) != SQLITE_DONE)
        result = rc == SQLITE_ROW
                     ? history_put(merge->into, (enum item_kind)sqlite3_column_int(statement, 0),
                                   store_column(statement, 1), origin, store_column(statement, 2),
                                   false, err)
                     : store_fail(merge->from, err);
    sqlite3_finalize(statement);
    return result;
}

static int remove_items(struct history *history, sv origin, struct err *err)
{
    if (store_step(
            history,
            "INSERT OR IGNORE INTO undo(run, kind, key, origin, value, old_run)"
            " SELECT ?1, kind, key, origin, value, run FROM item WHERE origin = ?2 AND run < ?1",
            history->run, origin, err) < 0)
        return -1;
    return store_step(history, "DELETE FROM item WHERE ?1 AND origin = ?2", 1, origin, err);
}

static int merge_origin(struct merge *merge, sv origin, int64_t generation, struct err *err)
{
    struct history *history = merge->into;
    int64_t known;
    if (known_generation(merge, origin, &known, err) < 0)
        return -1;
    if (generation <= known)
        return 0;
    *merge->changed = true;
    if (remove_items(history, origin, err) < 0 || copy_items(merge, origin, err) < 0)
        return -1;
    buf_clear(&merge->text);
    buf_add_u64(&merge->text, (uint64_t)generation);
    return history_put(history, ITEM_ORIGIN, origin, history_origin(history), buf_sv(&merge->text),
                       false, err);
}

static int merge_known_origin(void *context, const struct item *item, struct err *err)
{
    uint64_t run;
    return sv_to_u64(item->value, &run) ? merge_origin(context, item->key, (int64_t)run, err) : 0;
}

int history_merge(struct history *history, struct history *other, bool *changed, struct err *err)
{
    struct merge merge = {history, other, changed, {0}};
    int result = merge_origin(&merge, history_origin(other), other->generation, err);
    if (result == 0)
        result = history_each(other, ITEM_ORIGIN, merge_known_origin, &merge, err);
    buf_release(&merge.text);
    return result;
}
