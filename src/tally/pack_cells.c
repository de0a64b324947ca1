/* The cells of a day as bytes. Each name stands once, in a table in front, and 0 is no name:
 * domains, providers and categories alike. Of the numbers of a cell only those that are not 0 are
 * kept, behind a number whose bits say which; nine cells of ten have two of them. Times count from
 * the earliest of all. */
#include "pack.h"

enum {
    LEAST_CELL = 7,   /* bytes */
    LEAST_REASON = 5, /* bytes */
    HAS_TIMES = 1,
    HAS_REPLY = 2,
    INCOMPLETE = 1
};

/* Those that are most often not 0 come first. What is new goes to the end: the bits of histories
 * stay. */
static const size_t numbers[] = {
    offsetof(struct cell, attempts[OUTCOME_DELIVERED]),
    offsetof(struct cell, messages.delivered),
    offsetof(struct cell, attempts[OUTCOME_BOUNCED]),
    offsetof(struct cell, messages.bounced),
    offsetof(struct cell, permanent),
    offsetof(struct cell, attempts[OUTCOME_DEFERRED]),
    offsetof(struct cell, messages.deferred),
    offsetof(struct cell, messages.left[0]),
    offsetof(struct cell, transient),
    offsetof(struct cell, attempts[OUTCOME_EXPIRED]),
    offsetof(struct cell, messages.expired),
    offsetof(struct cell, attempts[OUTCOME_HANDED_OVER]),
    offsetof(struct cell, messages.handed_over),
    offsetof(struct cell, attempts[OUTCOME_DISCARDED]),
    offsetof(struct cell, messages.discarded),
    offsetof(struct cell, attempts[OUTCOME_REFUSED]),
    offsetof(struct cell, messages.left[1]),
    offsetof(struct cell, messages.left[2]),
    offsetof(struct cell, messages.left[3]),
    offsetof(struct cell, messages.left[4]),
    offsetof(struct cell, messages.left[5]),
    offsetof(struct cell, messages.left[6]),
    offsetof(struct cell, messages.left[7]),
    offsetof(struct cell, attempts[OUTCOME_BOUNCED_LATER]),
    offsetof(struct cell, attempts[OUTCOME_COMPLAINED]),
};
enum { NUMBERS = sizeof numbers / sizeof *numbers };
_Static_assert(WAITED_DAYS == 8 && OUTCOME_COUNT == 9, "a number is missing in the table");

static int64_t *number_at(struct cell *cell, size_t i)
{
    return (int64_t *)(void *)((char *)cell + numbers[i]);
}

struct packing {
    struct map names; /* -> uint64_t, from 1 on */
    struct buf cells;
    size_t count;
    int64_t begins; /* the earliest of all times */
    const struct taxonomy *taxonomy;
};

static void pack_name(struct packing *packing, sv name)
{
    uint64_t *at = name.len ? map_add(&packing->names, name, NULL) : NULL;
    if (at && !*at)
        *at = map_count(&packing->names);
    pack_unsigned(&packing->cells, at ? *at : 0);
}

static void pack_times(struct packing *packing, int64_t first, int64_t last)
{
    pack_unsigned(&packing->cells, (uint64_t)(first - packing->begins));
    pack_unsigned(&packing->cells, (uint64_t)(last - first));
}

static void pack_reason(struct packing *packing, const struct cell_reason *reason)
{
    struct buf *out = &packing->cells;
    bool times = reason->first != 0, reply = reason->reply_time != INT64_MAX;
    pack_name(packing, packing->taxonomy->categories[reason->category].name);
    pack_unsigned(out, (times ? HAS_TIMES : 0U) | (reply ? HAS_REPLY : 0U));
    pack_number(out, reason->count);
    pack_number(out, reason->transient);
    pack_number(out, reason->permanent);
    if (times)
        pack_times(packing, reason->first, reason->last);
    if (!reply)
        return;
    pack_number(out, reason->reply_time);
    pack_number(out, reason->code);
    pack_name(packing, reason->enhanced);
    pack_text(out, reason->reply);
}

/* There were eight kinds before there were those that a list of ours stopped. */
enum { OLD_KINDS = CELL_STOPPED, STORED_STOPPED = OLD_KINDS * CELL_SENDERS };

static uint64_t stored_of(const struct cell_names *names)
{
    return names->kind % OLD_KINDS + OLD_KINDS * (uint64_t)names->sender +
           (names->kind & CELL_STOPPED ? STORED_STOPPED : 0);
}

static void pack_cell(struct packing *packing, const struct cell_names *names, struct cell *cell)
{
    struct buf *out = &packing->cells;
    uint64_t kept = 0, reasons = 0;
    for (size_t i = 0; i < NUMBERS; i++)
        kept |= (uint64_t)(*number_at(cell, i) != 0) << i;
    for (const struct cell_reason *reason = cell->reasons; reason; reason = reason->next)
        reasons++;
    pack_unsigned(out, stored_of(names));
    pack_name(packing, names->sender_domain);
    pack_name(packing, names->recipient_domain);
    pack_name(packing, names->provider);
    pack_unsigned(out, cell->first ? HAS_TIMES : 0);
    if (cell->first)
        pack_times(packing, cell->first, cell->last);
    pack_unsigned(out, kept);
    for (size_t i = 0; i < NUMBERS; i++)
        if (kept >> i & 1)
            pack_number(out, *number_at(cell, i));
    pack_unsigned(out, reasons);
    for (const struct cell_reason *reason = cell->reasons; reason; reason = reason->next)
        pack_reason(packing, reason);
}

static int64_t earliest_of(const struct cells *cells)
{
    int64_t begins = INT64_MAX;
    for (size_t i = 0; i < map_count(&cells->map); i++) {
        const struct cell *cell = map_value_at(&cells->map, i);
        if (cell->first && cell->first < begins)
            begins = cell->first;
        for (const struct cell_reason *reason = cell->reasons; reason; reason = reason->next)
            if (reason->first && reason->first < begins)
                begins = reason->first;
    }
    return begins == INT64_MAX ? 0 : begins;
}

void pack_cells(struct buf *out, const struct cells *cells, const struct taxonomy *taxonomy)
{
    struct packing packing = {.begins = earliest_of(cells), .taxonomy = taxonomy};
    struct buf all = {0};
    map_init(&packing.names, sizeof(uint64_t));
    for (size_t i = 0; i < map_count(&cells->map); i++) {
        struct cell_names names = cells_names(map_key_at(&cells->map, i));
        pack_cell(&packing, &names, map_value_at(&cells->map, i));
    }
    pack_unsigned(&all, cells->incomplete ? INCOMPLETE : 0);
    pack_number(&all, packing.begins);
    pack_unsigned(&all, map_count(&packing.names));
    for (size_t i = 0; i < map_count(&packing.names); i++)
        pack_text(&all, map_key_at(&packing.names, i));
    pack_unsigned(&all, map_count(&cells->map));
    buf_add(&all, buf_sv(&packing.cells));
    pack_text(out, buf_sv(&all));
    map_release(&packing.names);
    buf_release(&packing.cells);
    buf_release(&all);
}

struct unpacking {
    struct unpack in;
    sv *names;
    size_t name_count;
    int64_t begins;
    struct cells *cells;
    const struct taxonomy *taxonomy;
};

/* A line feed is in no name, but between those of a key. */
static sv unpack_cell_name(struct unpack *in)
{
    sv name = unpack_text(in);
    if (name.len > CELL_NAME_MAX || sv_find_byte(name, '\n') != SV_NPOS)
        in->failed = true;
    return in->failed ? SV_EMPTY : name;
}

static sv unpack_name(struct unpacking *unpacking)
{
    uint64_t at = unpack_unsigned(&unpacking->in);
    if (at > unpacking->name_count)
        unpacking->in.failed = true;
    return at && at <= unpacking->name_count ? unpacking->names[at - 1] : SV_EMPTY;
}

static void unpack_times(struct unpacking *unpacking, int64_t *first, int64_t *last)
{
    uint64_t after = unpack_unsigned(&unpacking->in), longer = unpack_unsigned(&unpacking->in);
    if (after >= PACK_NUMBER_MAX || longer >= PACK_NUMBER_MAX)
        unpacking->in.failed = true;
    else if (!unpacking->in.failed) {
        *first = unpacking->begins + (int64_t)after;
        *last = *first + (int64_t)longer;
    }
}

static void unpack_reply(struct unpacking *unpacking, struct cell_reason *reason)
{
    struct unpack *in = &unpacking->in;
    struct cell_reason from = {.reply_time = unpack_finite(in), .code = (int)unpack_finite(in)};
    from.enhanced = unpack_name(unpacking);
    from.reply = unpack_text(in);
    cells_reply(unpacking->cells, reason, &from);
}

static void unpack_reason(struct unpacking *unpacking, struct cell *cell)
{
    struct unpack *in = &unpacking->in;
    sv name = unpack_name(unpacking);
    uint64_t has = unpack_unsigned(in);
    int64_t first = 0, last = 0;
    struct cell_reason *reason =
        cells_reason(unpacking->cells, cell, category_named(unpacking->taxonomy, name));
    reason->count += unpack_finite(in);
    reason->transient += unpack_finite(in);
    reason->permanent += unpack_finite(in);
    if (has & HAS_TIMES)
        unpack_times(unpacking, &first, &last);
    cell_widen(&reason->first, &reason->last, first, last);
    if (has & HAS_REPLY)
        unpack_reply(unpacking, reason);
}

static void unpack_cell(struct unpacking *unpacking)
{
    struct unpack *in = &unpacking->in;
    uint64_t kind = unpack_unsigned(in);
    int64_t first = 0, last = 0;
    unsigned stopped = kind >= STORED_STOPPED ? CELL_STOPPED : 0;
    struct cell_names names = {.kind = (unsigned)(kind % OLD_KINDS) | stopped,
                               .sender = (enum cell_sender)(kind % STORED_STOPPED / OLD_KINDS)};
    names.sender_domain = unpack_name(unpacking);
    names.recipient_domain = unpack_name(unpacking);
    names.provider = unpack_name(unpacking);
    if (kind >= 2 * STORED_STOPPED)
        in->failed = true;
    if (in->failed)
        return;
    struct cell *cell = cells_find(unpacking->cells, &names);
    if (unpack_unsigned(in) & HAS_TIMES)
        unpack_times(unpacking, &first, &last);
    cell_widen(&cell->first, &cell->last, first, last);
    uint64_t kept = unpack_unsigned(in);
    if (kept >> NUMBERS)
        in->failed = true;
    for (size_t i = 0; i < NUMBERS && !in->failed; i++)
        if (kept >> i & 1)
            *number_at(cell, i) += unpack_finite(in);
    size_t reasons = unpack_count(in, LEAST_REASON);
    for (size_t i = 0; i < reasons && !in->failed; i++)
        unpack_reason(unpacking, cell);
}

static void unpack_all(struct unpacking *unpacking)
{
    struct unpack *in = &unpacking->in;
    struct arena names = {0};
    unpacking->cells->incomplete = unpack_unsigned(in) == INCOMPLETE;
    unpacking->begins = unpack_finite(in);
    unpacking->name_count = unpack_count(in, 1);
    unpacking->names = arena_alloc(&names, (unpacking->name_count + 1) * sizeof *unpacking->names);
    for (size_t i = 0; i < unpacking->name_count; i++)
        unpacking->names[i] = unpack_cell_name(in);
    size_t count = unpack_count(in, LEAST_CELL);
    for (size_t i = 0; i < count && !in->failed; i++)
        unpack_cell(unpacking);
    arena_release(&names);
}

void unpack_cells(struct unpack *in, struct cells *cells, const struct taxonomy *taxonomy)
{
    sv bytes = unpack_text(in);
    struct unpacking unpacking = {.in = unpack_of(bytes), .cells = cells, .taxonomy = taxonomy};
    if (!cells->counts || in->failed)
        return;
    unpack_all(&unpacking);
    if (unpacking.in.failed || unpacking.in.rest.len)
        in->failed = true;
}
