/* Changes items of a history that are being walked over. What is to change is remembered and done
 * when the walk is over, because SQLite promises nothing about rows that change under a cursor.
 * (https://www.sqlite.org/isolation.html) */
#include "changes.h"

#include "bouncelog/base/mem.h"

void changes_add(struct changes *changes, const struct item *item, sv value, bool remove)
{
    changes->list = mem_room(changes->list, changes->count, sizeof *changes->list);
    changes->list[changes->count++] = (struct change){
        {arena_copy(&changes->texts, item->key), arena_copy(&changes->texts, item->origin),
         remove ? SV_EMPTY : arena_copy(&changes->texts, value), item->run},
        remove};
}

static int apply(struct changes *changes, const struct change *change, struct err *err)
{
    struct history *history = changes->archive->history;
    const struct item *item = &change->item;
    if (changes->kept)
        return (change->remove ? history_remove_kept : history_put_kept)(history, changes->kind,
                                                                         item, err);
    return change->remove ? history_remove(history, changes->kind, item->key, item->origin, err)
                          : history_put(history, changes->kind, item->key, item->origin,
                                        item->value, false, err);
}

int changes_apply(struct changes *changes, struct err *err)
{
    int result = 0;
    for (size_t i = 0; i < changes->count && result == 0; i++)
        result = apply(changes, &changes->list[i], err);
    changes->made += changes->count;
    changes_drop(changes);
    return result;
}

int changes_make(struct changes *changes, enum item_kind kind, item_visitor *visit, void *context,
                 struct err *err)
{
    struct history *history = changes->archive->history;
    changes->kind = kind;
    if ((changes->kept ? history_each_kept : history_each)(history, kind, visit, context, err) < 0)
        return -1;
    return changes_apply(changes, err);
}

void changes_drop(struct changes *changes)
{
    changes->count = 0;
    arena_clear(&changes->texts);
}

void changes_release(struct changes *changes)
{
    mem_free(changes->list);
    arena_release(&changes->texts);
}
