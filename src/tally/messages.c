/* Counts recipients of messages by their last outcome, in all and by the cuts that people ask for.
 * Of a cut that strangers can fill with names (senders, campaigns) so many are kept that a page can
 * show; those that come later share a row. Most events share provider and day with one shortly
 * before, so that these are not looked up. */
#include "bouncelog/tally/messages.h"

#include "bouncelog/base/date.h"
#include "bouncelog/base/text.h"
#include "merge.h"

enum { DATE_LENGTH = 10 };

#define OTHER_STREAMS SV("(other)")

int64_t messages_total(const struct message_counts *counts)
{
    return counts->delivered + counts->bounced + counts->expired + counts->discarded +
           counts->handed_over + counts->waiting;
}

static int64_t days_waited(const struct event *event)
{
    int64_t days = date_day(event->attempt.time) - date_day(event->deferred_at);
    if (days < 0)
        return 0;
    return days < WAITED_DAYS ? days : WAITED_DAYS - 1;
}

static struct message_step deferral_of(const struct event *event, bool waited)
{
    int64_t days = waited ? days_waited(event) : 0;
    return (struct message_step){.ended = SIZE_MAX,
                                 .waiting = !waited || event->carried,
                                 .deferred = !waited || days,
                                 .left = (uint8_t)(days ? days + 1 : 0)};
}

struct message_step messages_step(const struct event *event)
{
    static const size_t ended[OUTCOME_COUNT] = {
        [OUTCOME_DELIVERED] = offsetof(struct message_counts, delivered),
        [OUTCOME_DEFERRED] = SIZE_MAX,
        [OUTCOME_BOUNCED] = offsetof(struct message_counts, bounced),
        [OUTCOME_EXPIRED] = offsetof(struct message_counts, expired),
        [OUTCOME_HANDED_OVER] = offsetof(struct message_counts, handed_over),
        [OUTCOME_DISCARDED] = offsetof(struct message_counts, discarded),
        [OUTCOME_REFUSED] = SIZE_MAX,
        [OUTCOME_BOUNCED_LATER] = offsetof(struct message_counts, bounced),
        [OUTCOME_COMPLAINED] = SIZE_MAX,
    };
    enum outcome outcome = event->attempt.outcome;
    bool waited = event->deferrals > 0;
    struct message_step step = {.ended = ended[event->stopped ? OUTCOME_DISCARDED : outcome],
                                .taken_back = outcome == OUTCOME_BOUNCED_LATER && !event->unseen};
    if (outcome == OUTCOME_DEFERRED && !event->withdrawn)
        return deferral_of(event, waited);
    if (waited && (step.ended != SIZE_MAX || event->withdrawn)) {
        step.left = (uint8_t)(days_waited(event) + 1);
        step.waiting = event->carried ? 0 : -1;
    }
    return step;
}

void messages_add(struct message_counts *sum, const struct message_counts *more)
{
    sum->delivered += more->delivered;
    sum->bounced += more->bounced;
    sum->expired += more->expired;
    sum->discarded += more->discarded;
    sum->handed_over += more->handed_over;
    sum->waiting += more->waiting;
    sum->deferred += more->deferred;
    for (size_t i = 0; i < WAITED_DAYS; i++)
        sum->left[i] += more->left[i];
}

void messages_settle(struct message_counts *counts, int64_t days)
{
    counts->waiting = counts->deferred;
    for (int64_t i = 0; i < WAITED_DAYS && i <= days; i++)
        counts->waiting -= counts->left[i];
}

void streams_init(struct streams *streams)
{
    *streams = (struct streams){0};
    for (int kind = 0; kind < STREAM_KINDS; kind++)
        map_init(&streams->kinds[kind], sizeof(struct message_counts));
}

void streams_release(struct streams *streams)
{
    for (int kind = 0; kind < STREAM_KINDS; kind++)
        map_release(&streams->kinds[kind]);
}

/* `hash` is that of the name, and stands for it. */
static struct message_counts *find_hashed(struct streams *streams, enum stream_kind kind, sv name,
                                          uint64_t hash)
{
    struct map *map = &streams->kinds[kind];
    if (map_has_hash(map, hash))
        return map_by_hash(map, hash);
    if (map_count(map) < STREAM_NAMES)
        return map_add_hashed(map, name, hash, NULL);
    if (!streams->others[kind])
        streams->others[kind] = map_add(map, OTHER_STREAMS, NULL);
    return streams->others[kind];
}

static struct message_counts *find(struct streams *streams, enum stream_kind kind, sv name)
{
    return find_hashed(streams, kind, name, hash_bytes(name));
}

static struct message_counts *find_day(struct streams *streams, int64_t day)
{
    char date[DATE_TEXT];
    date_format(day * DATE_DAY, date);
    return find(streams, STREAM_DAY, sv_make(date, DATE_LENGTH));
}

static struct message_counts *provider_counts(struct streams *streams, sv provider)
{
    struct stream_provider *last =
        &streams->last_providers[(uintptr_t)provider.ptr / 8 % STREAM_PROVIDERS];
    struct message_counts *counts = last->counts;
    if (!counts || last->name != provider.ptr) {
        counts = find(streams, STREAM_PROVIDER, provider);
        *last = (struct stream_provider){provider.ptr, counts};
    }
    return counts;
}

static void count_place(struct streams *streams, const struct event *event,
                        const struct message_step *step)
{
    int64_t day = date_day(event->attempt.time);
    if (!event->strange && (!streams->day_counts || streams->last_day != day)) {
        streams->day_counts = find_day(streams, day);
        streams->last_day = day;
    }
    if (!event->strange)
        messages_count(streams->day_counts, step);
    sv provider = event->attempt.provider;
    if (!provider.len)
        return;
    messages_count(provider_counts(streams, provider), step);
}

void streams_count(struct streams *streams, const struct event *event,
                   const struct message_step *step)
{
    count_place(streams, event, step);
    if (!event->sender_known || !event->sender.len)
        return;
    const struct stream_names *names = &event->stream;
    messages_count(find_hashed(streams, STREAM_SENDER, names->address, names->hash), step);
    if (names->is_campaign)
        messages_count(find_hashed(streams, STREAM_CAMPAIGN, names->address, names->hash), step);
}

void streams_merge(struct streams *into, const struct streams *from)
{
    for (enum stream_kind kind = 0; kind < STREAM_KINDS; kind++) {
        const struct map *map = &from->kinds[kind];
        for (size_t i = 0; i < map_count(map); i++)
            messages_add(find(into, kind, map_key_at(map, i)), map_value_at(map, i));
    }
}

void streams_settle(struct streams *streams, int64_t days)
{
    for (int kind = 0; kind < STREAM_KINDS; kind++)
        for (size_t i = 0; i < map_count(&streams->kinds[kind]); i++)
            messages_settle(map_value_at(&streams->kinds[kind], i), days);
}

bool streams_forget(struct streams *streams, sv address)
{
    bool found = false;
    for (enum stream_kind kind = STREAM_SENDER; kind < STREAM_KINDS; kind++) {
        struct map *map = &streams->kinds[kind];
        for (size_t i = 0, count = map_count(map); i < count; i++) {
            struct message_counts *counts = map_value_at(map, i);
            if (!text_may_mention(map_key_at(map, i), address))
                continue;
            found = true;
            messages_add(map_add(map, OTHER_STREAMS, NULL), counts);
            *counts = (struct message_counts){0}; /* such a row is not kept (pack.c) */
        }
    }
    return found;
}
