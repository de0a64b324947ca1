/* ITEM_TAKEN: which deliveries a mail took back already, or was a complaint of, so that a mail that
 * stays in its box counts once. Each host has a list of its own, of the last TAKEN_DAYS, which
 * those know that its history was merged into. */
#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/pack.h"
#include "bouncelog/model/activity.h"
#include "save.h"

enum { VERSION = 1, TAKEN_DAYS = 90, TAKEN_LEAST = 26 };

static uint64_t step_of(uint64_t address, int64_t step)
{
    return hash_mix(fpset_kept(address), (uint64_t)step);
}

void archive_add_taken(struct archive *archive, const struct taken *taken)
{
    if (fpset_add(&archive->taken_known, taken->identity, 0) != FPSET_NEW)
        return;
    archive->taken = mem_room(archive->taken, archive->taken_count, sizeof *archive->taken);
    archive->taken[archive->taken_count++] = *taken;
    fpset_add(&archive->taken_entries, taken->entry, 0);
    if (taken->alone)
        fpset_add(&archive->taken_steps,
                  step_of(taken->address, date_step(taken->time, DELIVERY_STEP)), 0);
}

bool archive_was_taken_back(const struct archive *archive, uint64_t address, int64_t step)
{
    return fpset_get(&archive->taken_steps, step_of(address, step)) != FPSET_NEW;
}

/* --- as an item has them */

typedef void taken_visitor(void *context, const struct taken *taken);

/* False: it is damaged; until there, each was visited. */
static bool each_taken(sv value, taken_visitor *visit, void *context)
{
    struct unpack in = unpack_of(value);
    bool known = unpack_unsigned(&in) == VERSION;
    size_t count = unpack_count(&in, TAKEN_LEAST);
    for (size_t i = 0; i < count; i++) {
        struct taken taken = {.identity = unpack_hash(&in)};
        taken.address = unpack_hash(&in);
        taken.entry = unpack_hash(&in);
        taken.time = unpack_finite(&in);
        taken.alone = unpack_unsigned(&in) != 0;
        if (in.failed)
            return false;
        visit(context, &taken);
    }
    return known && !in.failed && !in.rest.len;
}

/* What an item will have. */
struct packed {
    struct buf list;
    uint64_t count;
};

static void pack(struct packed *packed, const struct taken *taken)
{
    pack_hash(&packed->list, taken->identity);
    pack_hash(&packed->list, taken->address);
    pack_hash(&packed->list, taken->entry);
    pack_number(&packed->list, taken->time);
    pack_unsigned(&packed->list, taken->alone);
    packed->count++;
}

static void finish(struct buf *out, struct packed *packed)
{
    pack_unsigned(out, VERSION);
    pack_unsigned(out, packed->count);
    buf_add(out, buf_sv(&packed->list));
    buf_release(&packed->list);
}

static void ignore(void *context, const struct taken *taken)
{
    (void)context;
    (void)taken;
}

bool archive_reads_taken(sv value)
{
    return each_taken(value, ignore, NULL);
}

/* --- load, save, forget */

struct loading {
    struct archive *archive;
    bool own;
};

static void add(void *context, const struct taken *taken)
{
    const struct loading *loading = context;
    struct taken whole = *taken;
    whole.own = loading->own;
    archive_add_taken(loading->archive, &whole);
}

static int load(void *context, const struct item *item, struct err *err)
{
    struct archive *archive = context;
    struct loading loading = {archive, archive_is_own(archive, item)};
    return each_taken(item->value, add, &loading)
               ? 0
               : archive_damaged(archive, "the deliveries that were taken back", err);
}

int archive_load_taken(struct archive *archive, struct err *err)
{
    return history_each(archive->history, ITEM_TAKEN, load, archive, err);
}

int save_taken(struct save *save)
{
    const struct archive *archive = save->archive;
    int64_t oldest = archive->options.now - TAKEN_DAYS * DATE_DAY;
    struct packed packed = {.count = 0};
    for (size_t i = 0; i < archive->taken_count; i++)
        if (archive->taken[i].own && archive->taken[i].time >= oldest)
            pack(&packed, &archive->taken[i]);
    buf_clear(&save->value);
    finish(&save->value, &packed);
    return archive->taken_count ? save_put(save, ITEM_TAKEN, SV("taken"), false) : 0;
}

struct forgetting {
    uint64_t address;
    bool found;
    struct packed rest;
};

static void keep_others(void *context, const struct taken *taken)
{
    struct forgetting *forgetting = context;
    struct taken rest = *taken;
    if (taken->address == forgetting->address) {
        /* The mail may still be in its box; nothing here says whom it was about. */
        forgetting->found = true;
        rest.address = rest.entry = 0;
        rest.alone = false;
    }
    pack(&forgetting->rest, &rest);
}

int archive_forget_taken(struct buf *out, sv value, uint64_t address)
{
    struct forgetting forgetting = {.address = address};
    bool whole = each_taken(value, keep_others, &forgetting);
    finish(out, &forgetting.rest);
    return whole ? forgetting.found : -1;
}
