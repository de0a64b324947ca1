/* The items of another history, taken in: those of each origin as a whole, where the other one has
 * a newer state of it. So it is of no matter in which order, or how often, histories are merged.
 * The other one is read whole before (history_check_whole), since what comes from it cannot be
 * checked again: it gets checksums of this file. */
#include "store.h"

struct merge {
    struct history *into, *from;
    bool looks; /* is anything new? */
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

/* The items of one origin in the order of their kinds and keys; those here are of the last step. */
struct walk {
    struct history *history;
    sqlite3_stmt *statement;
    bool ended;
    enum item_kind kind;
    sv key, value;
};

static int walk_on(struct walk *walk, struct err *err)
{
    int rc = sqlite3_step(walk->statement);
    walk->ended = rc != SQLITE_ROW;
    if (walk->ended)
        return rc == SQLITE_DONE ? 0 : store_fail(walk->history, err);
    walk->kind = (enum item_kind)sqlite3_column_int(walk->statement, 0);
    walk->key = store_column(walk->statement, 1);
    walk->value = store_column(walk->statement, 2);
    return 0;
}

static int walk_begin(struct walk *walk, struct history *history, sv origin, struct err *err)
{
    *walk = (struct walk){.history = history};
    if (sqlite3_prepare_v2(history->db,
                           "SELECT kind, key, value FROM item"
                           " WHERE origin = ?1 AND kind NOT IN (?2, ?3) ORDER BY kind, key",
                           -1, &walk->statement, NULL) != SQLITE_OK)
        return store_fail(history, err);
    store_bind(walk->statement, 1, origin);
    sqlite3_bind_int(walk->statement, 2, ITEM_ORIGIN);
    sqlite3_bind_int(walk->statement, 3, ITEM_LINES); /* of use to who reads those logs alone */
    return walk_on(walk, err);
}

static int by_place(const struct walk *a, const struct walk *b)
{
    if (a->ended || b->ended)
        return a->ended ? !b->ended : -1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return sv_cmp(a->key, b->key);
}

/* What is the same in both is not touched. An item that is put or removed lies behind the place to
 * which `into` was read, or is the one there: SQLite goes on from its place in the index. */
static int take_news(struct walk *from, struct walk *into, sv origin, struct err *err)
{
    while (!from->ended || !into->ended) {
        int order = by_place(from, into);
        struct history *history = into->history;
        int result = 0;
        if (order > 0)
            result = history_remove(history, into->kind, into->key, origin, err);
        else if (order < 0 || !sv_eq(from->value, into->value))
            result =
                history_put(history, from->kind, from->key, origin, from->value, order < 0, err);
        if (result < 0 || (order <= 0 && walk_on(from, err) < 0) ||
            (order >= 0 && walk_on(into, err) < 0))
            return -1;
    }
    return 0;
}

/* Rows of one origin lie together in this index alone; only a history that others are merged into
 * needs it. */
static int index_origins(struct history *history, struct err *err)
{
    return store_execute(
        history, "CREATE INDEX IF NOT EXISTS item_of_origin ON item(origin, kind, key)", err);
}

static int take_origin(struct merge *merge, sv origin, struct err *err)
{
    struct walk from = {0}, into = {0};
    int result = walk_begin(&from, merge->from, origin, err) < 0 ||
                         walk_begin(&into, merge->into, origin, err) < 0 ||
                         take_news(&from, &into, origin, err) < 0
                     ? -1
                     : 0;
    sqlite3_finalize(from.statement);
    sqlite3_finalize(into.statement);
    return result;
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
    if (merge->looks)
        return 0;
    if (take_origin(merge, origin, err) < 0)
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

static int merge_all(struct merge *merge, struct err *err)
{
    struct history *from = merge->from;
    *merge->changed = false;
    int result = merge_origin(merge, history_origin(from), from->generation, err);
    if (result == 0)
        result = history_each(from, ITEM_ORIGIN, merge_known_origin, merge, err);
    buf_release(&merge->text);
    return result;
}

int history_has_news(struct history *history, struct history *other, bool *news, struct err *err)
{
    return merge_all(&(struct merge){history, other, true, news, {0}}, err);
}

int history_merge(struct history *history, struct history *other, bool *changed, struct err *err)
{
    return index_origins(history, err) < 0
               ? -1
               : merge_all(&(struct merge){history, other, false, changed, {0}}, err);
}
