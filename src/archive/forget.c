/* What is done to a history by hand: an address shown or forgotten, old days dropped. */
#include <stdlib.h>

#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/scan.h"
#include "state.h"

enum { SECONDS_A_DAY = 86400, ADDRESS_MAX = 512 };

static const struct taxonomy *taxonomy_of(const struct archive *archive)
{
    return &archive->options.patterns->taxonomy;
}

/* Items cannot be changed while they are walked over: what is to change is remembered first. */
struct changes {
    struct archive *archive;
    enum item_kind kind;
    struct change {
        sv key, origin, value;
        bool remove;
    } * list;
    size_t count, cap;
    struct arena texts;
    /* What to look for: */
    sv address; /* lower-cased */
    uint64_t fingerprint;
    int64_t before; /* seconds */
};

static void add_change(struct changes *changes, const struct item *item, sv value, bool remove)
{
    if (changes->count == changes->cap) {
        changes->cap = changes->cap ? changes->cap * 2 : 64;
        changes->list = mem_grow(changes->list, changes->cap, sizeof *changes->list);
    }
    changes->list[changes->count++] = (struct change){
        arena_copy(&changes->texts, item->key), arena_copy(&changes->texts, item->origin),
        remove ? SV_EMPTY : arena_copy(&changes->texts, value), remove};
}

static int apply(struct changes *changes, struct err *err)
{
    struct history *history = changes->archive->history;
    int result = 0;
    for (size_t i = 0; i < changes->count && result == 0; i++) {
        const struct change *change = &changes->list[i];
        result = change->remove
                     ? history_remove(history, changes->kind, change->key, change->origin, err)
                     : history_put(history, changes->kind, change->key, change->origin,
                                   change->value, false, err);
    }
    changes->count = 0;
    arena_clear(&changes->texts);
    return result;
}

static int change_all(struct changes *changes, enum item_kind kind, item_visitor *visit,
                      struct err *err)
{
    changes->kind = kind;
    if (history_each(changes->archive->history, kind, visit, changes, err) < 0)
        return -1;
    return apply(changes, err);
}

static void release_changes(struct changes *changes)
{
    mem_free(changes->list);
    arena_release(&changes->texts);
}

static sv lower(sv address, char *out)
{
    address = sv_sub(address, 0, ADDRESS_MAX);
    scan_lower(out, address);
    return sv_make(out, address.len);
}

static int add_suspect(void *context, const struct item *item, struct err *err)
{
    struct archive *archive = context;
    struct suspect *suspect = map_add(&archive->all.addresses, item->key, NULL);
    suspect->known = true;
    return suspect_unpack(suspect, item->value, taxonomy_of(archive)) < 0
               ? archive_damaged(archive, "evidence", err)
               : 0;
}

int archive_find(struct archive *archive, sv address, const struct suspect **suspect,
                 struct err *err)
{
    char bytes[ADDRESS_MAX];
    sv key = lower(address, bytes);
    if (history_each_of(archive->history, ITEM_ADDRESS, key, add_suspect, archive, err) < 0)
        return -1;
    *suspect = map_get(&archive->all.addresses, key);
    return *suspect != NULL;
}

/* --- forget */

static int forget_address(void *context, const struct item *item, struct err *err)
{
    struct changes *changes = context;
    struct suspect suspect = {0};
    if (sv_eq(item->key, changes->address)) {
        add_change(changes, item, SV_EMPTY, true);
        return 0;
    }
    if (!sv_has_nocase(item->value, changes->address))
        return 0;
    if (suspect_unpack(&suspect, item->value, taxonomy_of(changes->archive)) < 0)
        return archive_damaged(changes->archive, "evidence", err);
    struct buf value = {0};
    suspect_forget_text(&suspect, changes->address);
    suspect_pack(&value, &suspect, taxonomy_of(changes->archive));
    add_change(changes, item, buf_sv(&value), false);
    suspect_release(&suspect);
    buf_release(&value);
    return 0;
}

static int forget_allowed(void *context, const struct item *item, struct err *err)
{
    struct changes *changes = context;
    (void)err;
    if (sv_eq(item->key, changes->address))
        add_change(changes, item, SV_EMPTY, true);
    return 0;
}

static int forget_in_day(void *context, const struct item *item, struct err *err)
{
    struct changes *changes = context;
    struct period period;
    struct buf value = {0};
    period_init(&period);
    int result = period_unpack(&period, item->value, taxonomy_of(changes->archive)) < 0
                     ? archive_damaged(changes->archive, "the counters of a day", err)
                     : 0;
    if (result == 0 && period_forget(&period, changes->address, changes->fingerprint)) {
        period_pack(&value, &period, taxonomy_of(changes->archive));
        add_change(changes, item, buf_sv(&value), false);
    }
    period_release(&period);
    buf_release(&value);
    return result;
}

static int forget_in_ledger(void *context, const struct item *item, struct err *err)
{
    struct changes *changes = context;
    if (!sv_has_nocase(item->value, changes->address))
        return 0;
    struct ledger *ledger = ledger_new(&(struct ledger_options){0});
    struct buf value = {0};
    int result = ledger_unpack(ledger, item->value, taxonomy_of(changes->archive)) < 0
                     ? archive_damaged(changes->archive, "open messages", err)
                     : 0;
    if (result == 0) {
        ledger_forget(ledger, changes->address);
        ledger_pack(&value, ledger, taxonomy_of(changes->archive));
        add_change(changes, item, buf_sv(&value), false);
    }
    ledger_free(ledger);
    buf_release(&value);
    return result;
}

static int still_there(void *context, const struct item *item, struct err *err)
{
    const struct changes *changes = context;
    if (!sv_has_nocase(item->value, changes->address) &&
        !sv_has_nocase(item->key, changes->address))
        return 0;
    return err_set(err, ERR_HISTORY, "%s: the address could not be forgotten; nothing was changed",
                   changes->archive->options.path);
}

static int verify_forgotten(struct changes *changes, struct err *err)
{
    for (int kind = ITEM_STREAM; kind <= ITEM_TOTALS; kind++)
        if (history_each(changes->archive->history, (enum item_kind)kind, still_there, changes,
                         err) < 0)
            return -1;
    return 0;
}

int archive_forget(struct archive *archive, sv address, struct err *err)
{
    char bytes[ADDRESS_MAX];
    struct changes changes = {.archive = archive, .address = lower(address, bytes)};
    changes.fingerprint = hash_bytes(changes.address);
    int result = change_all(&changes, ITEM_ADDRESS, forget_address, err) < 0 ||
                         change_all(&changes, ITEM_DOMAIN, forget_address, err) < 0 ||
                         change_all(&changes, ITEM_ALLOW, forget_allowed, err) < 0 ||
                         change_all(&changes, ITEM_DAY, forget_in_day, err) < 0 ||
                         change_all(&changes, ITEM_LEDGER, forget_in_ledger, err) < 0 ||
                         history_forget_undo(archive->history, err) < 0 ||
                         verify_forgotten(&changes, err) < 0
                     ? -1
                     : 0;
    release_changes(&changes);
    return result;
}

/* --- prune */

static int prune_day(void *context, const struct item *item, struct err *err)
{
    struct changes *changes = context;
    int64_t seconds;
    (void)err;
    if (date_parse(item->key, &seconds) && seconds < changes->before)
        add_change(changes, item, SV_EMPTY, true);
    return 0;
}

static int prune_stream(void *context, const struct item *item, struct err *err)
{
    struct changes *changes = context;
    struct stream stream;
    struct mark mark;
    if (stream_unpack(&stream, &mark, item->value) < 0)
        return archive_damaged(changes->archive, "where a log was read to", err);
    if (stream.first <= stream.last && stream.last < changes->before)
        add_change(changes, item, SV_EMPTY, true);
    return 0;
}

static int prune_suspect(void *context, const struct item *item, struct err *err)
{
    struct changes *changes = context;
    struct suspect suspect = {0};
    if (suspect_unpack(&suspect, item->value, taxonomy_of(changes->archive)) < 0)
        return archive_damaged(changes->archive, "evidence", err);
    size_t had = suspect_messages(&suspect);
    if (!suspect.listed_at)
        suspect_forget_before(&suspect, changes->before);
    bool useless = !suspect.listed_at && !suspect.charges &&
                   suspect.delivered_at < changes->before && suspect.cleared_at < changes->before;
    struct buf value = {0};
    if (useless) {
        add_change(changes, item, SV_EMPTY, true);
    } else if (suspect_messages(&suspect) != had) {
        suspect_pack(&value, &suspect, taxonomy_of(changes->archive));
        add_change(changes, item, buf_sv(&value), false);
    }
    suspect_release(&suspect);
    buf_release(&value);
    return 0;
}

int archive_prune(struct archive *archive, int64_t days_before, int64_t evidence_before,
                  struct err *err)
{
    struct changes changes = {.archive = archive, .before = days_before};
    int result = change_all(&changes, ITEM_DAY, prune_day, err) < 0 ||
                         change_all(&changes, ITEM_REACH, prune_day, err) < 0 ||
                         change_all(&changes, ITEM_STREAM, prune_stream, err) < 0
                     ? -1
                     : 0;
    changes.before = evidence_before;
    if (result == 0)
        result = change_all(&changes, ITEM_ADDRESS, prune_suspect, err);
    if (result == 0)
        result = change_all(&changes, ITEM_DOMAIN, prune_suspect, err);
    release_changes(&changes);
    return result;
}
