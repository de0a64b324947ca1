/* Messages, their cuts, how long mail waited, and when something was met, as bytes. Who waits is
 * not kept: that depends on the stretch of days that is asked about (messages_settle). Rows of a
 * cut that count nothing are left out, so that what was forgotten is gone. */
#include "pack.h"

enum { LEAST_PATH = 3 };

void pack_messages(struct buf *out, const void *value)
{
    const struct message_counts *counts = value;
    const int64_t numbers[] = {counts->delivered, counts->bounced,     counts->expired,
                               counts->discarded, counts->handed_over, counts->deferred};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        pack_number(out, numbers[i]);
    for (size_t i = 0; i < WAITED_DAYS; i++)
        pack_number(out, counts->left[i]);
}

void unpack_messages(struct unpack *in, void *value)
{
    struct message_counts *counts = value;
    int64_t *const numbers[] = {&counts->delivered, &counts->bounced,     &counts->expired,
                                &counts->discarded, &counts->handed_over, &counts->deferred};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        *numbers[i] = unpack_finite(in);
    for (size_t i = 0; i < WAITED_DAYS; i++)
        counts->left[i] = unpack_finite(in);
}

static bool is_kept(const struct message_counts *counts)
{
    int64_t left = 0;
    for (size_t i = 0; i < WAITED_DAYS; i++)
        left += counts->left[i];
    return counts->deferred || left || messages_total(counts) != counts->waiting;
}

static void pack_cut(struct buf *out, const struct map *map)
{
    size_t kept = 0;
    for (size_t i = 0; i < map_count(map); i++)
        kept += is_kept(map_value_at(map, i));
    pack_unsigned(out, kept);
    for (size_t i = 0; i < map_count(map); i++) {
        if (!is_kept(map_value_at(map, i)))
            continue;
        pack_text(out, map_key_at(map, i));
        pack_messages(out, map_value_at(map, i));
    }
}

void pack_streams(struct buf *out, const struct streams *streams)
{
    for (int kind = 0; kind < STREAM_KINDS; kind++)
        pack_cut(out, &streams->kinds[kind]);
}

void unpack_streams(struct unpack *in, struct streams *streams)
{
    for (int kind = 0; kind < STREAM_KINDS; kind++)
        unpack_map(in, &streams->kinds[kind], unpack_messages);
}

void pack_sender_domain(struct buf *out, const void *value)
{
    const struct sender_domain *domain = value;
    pack_outcomes(out, &domain->outcomes);
    pack_messages(out, &domain->messages);
}

void unpack_sender_domain(struct unpack *in, void *value)
{
    struct sender_domain *domain = value;
    unpack_outcomes(in, &domain->outcomes);
    unpack_messages(in, &domain->messages);
}

void pack_sighting(struct buf *out, struct sighting *seen)
{
    pack_number(out, seen->first);
    pack_number(out, seen->last);
    pack_hours(out, &seen->hours);
}

void unpack_sighting(struct unpack *in, struct sighting *seen)
{
    seen->first = unpack_finite(in);
    seen->last = unpack_finite(in);
    unpack_hours(in, &seen->hours);
}

void pack_paths(struct buf *out, const struct map *paths)
{
    pack_unsigned(out, map_count(paths));
    for (size_t i = 0; i < map_count(paths); i++) {
        struct path *path = map_value_at(paths, i);
        pack_text(out, map_key_at(paths, i));
        pack_number(out, path->taken_last);
        pack_hours(out, &path->activity);
    }
}

void unpack_paths(struct unpack *in, struct tally *tally)
{
    size_t count = unpack_count(in, LEAST_PATH);
    for (size_t i = 0; i < count && !in->failed; i++) {
        struct path *path = map_add(&tally->paths, unpack_text(in), NULL);
        path->taken_last = unpack_finite(in);
        unpack_hours(in, &path->activity);
    }
}

void pack_retries(struct buf *out, const void *value)
{
    const struct retries *retries = value;
    pack_number(out, retries->count);
    for (size_t i = 0; i < RETRY_STEPS; i++)
        pack_number(out, retries->by_deferrals[i]);
    for (size_t i = 0; i < WAIT_STEPS; i++)
        pack_number(out, retries->by_wait[i]);
}

void unpack_retries(struct unpack *in, void *value)
{
    struct retries *retries = value;
    retries->count = unpack_finite(in);
    for (size_t i = 0; i < RETRY_STEPS; i++)
        retries->by_deferrals[i] = unpack_finite(in);
    for (size_t i = 0; i < WAIT_STEPS; i++)
        retries->by_wait[i] = unpack_finite(in);
}
