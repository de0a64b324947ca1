/* Counts mail by sender domain, recipient domain and provider at once (cells.h).
 *
 * The key of a cell is its kind, the kind of its sender, and three names with line feeds between
 * them, which no name has. Its hash is mixed of those of the names, most of which the event has
 * already: mostly no key is made at all. */
#include "bouncelog/tally/cells.h"

#include "bouncelog/base/hash.h"
#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/text.h"
#include "merge.h"

enum { KIND = 'a', SENDER = '0', HEAD = 2, ENHANCED_MAX = 15 };

void cells_init(struct cells *cells)
{
    *cells = (struct cells){.counts = false};
    map_init(&cells->map, sizeof(struct cell));
}

void cells_release(struct cells *cells)
{
    map_release(&cells->map);
    arena_release(&cells->texts);
}

static uint64_t hash_of(unsigned kind, enum cell_sender sender, uint64_t sender_domain,
                        uint64_t recipient_domain, uint64_t provider)
{
    uint64_t who = (sender == SENDER_DOMAIN ? sender_domain : sender) ^ (uint64_t)kind << 32;
    return hash_mix(hash_mix(who, recipient_domain), provider);
}

static uint64_t hash_of_name(sv name)
{
    return name.len ? hash_bytes(name) : 0;
}

static uint64_t hash_of_names(const struct cell_names *names)
{
    return hash_of(names->kind, names->sender, hash_of_name(names->sender_domain),
                   hash_of_name(names->recipient_domain), hash_of_name(names->provider));
}

struct cell_names cells_names(sv key)
{
    struct cell_names names = {.kind = (unsigned)(key.ptr[0] - KIND),
                               .sender = (enum cell_sender)(key.ptr[1] - SENDER)};
    sv rest = sv_skip(key, HEAD);
    names.sender_domain = sv_cut(rest, '\n', &rest);
    names.recipient_domain = sv_cut(rest, '\n', &names.provider);
    return names;
}

static struct cell *add(struct cells *cells, const struct cell_names *names, uint64_t hash)
{
    char key[HEAD + 3 * CELL_NAME_MAX + 2], *end = key;
    *end++ = (char)(KIND + names->kind);
    *end++ = (char)(SENDER + names->sender);
    end = sv_put(end, sv_sub(names->sender_domain, 0, CELL_NAME_MAX));
    *end++ = '\n';
    end = sv_put(end, sv_sub(names->recipient_domain, 0, CELL_NAME_MAX));
    *end++ = '\n';
    end = sv_put(end, sv_sub(names->provider, 0, CELL_NAME_MAX));
    return map_add_hashed(&cells->map, sv_make(key, (size_t)(end - key)), hash, NULL);
}

/* It is not there yet, or is one of those that have room for all. */
static struct cell *find_room(struct cells *cells, const struct cell_names *names, uint64_t hash)
{
    size_t count = map_count(&cells->map);
    if (count < CELLS_MAX)
        return add(cells, names, hash);
    struct cell_names fewer = *names;
    fewer.kind |= CELL_SHARED;
    fewer.recipient_domain = SV_EMPTY;
    hash = hash_of_names(&fewer);
    struct cell *known = map_by_hash(&cells->map, hash);
    if (known)
        return known;
    if (count < CELLS_MAX + CELLS_SPARE)
        return add(cells, &fewer, hash);
    fewer.sender = SENDER_ANY;
    fewer.sender_domain = fewer.provider = SV_EMPTY;
    return add(cells, &fewer, hash_of_names(&fewer));
}

struct cell *cells_find(struct cells *cells, const struct cell_names *names)
{
    uint64_t hash = hash_of_names(names);
    struct cell *known = map_by_hash(&cells->map, hash);
    return known ? known : find_room(cells, names, hash);
}

static enum cell_sender sender_of(const struct event *event)
{
    if (!event->sender_known)
        return SENDER_UNKNOWN;
    return event->sender_domain_key ? SENDER_DOMAIN
           : event->sender.len      ? SENDER_LOCAL
                                    : SENDER_NULL;
}

/* A name that would be taken for two is none: a record of JSON may hold any byte. */
static sv one_name(sv name)
{
    return sv_find_byte(name, '\n') == SV_NPOS ? sv_sub(name, 0, CELL_NAME_MAX) : SV_EMPTY;
}

static sv domain_of(sv address, char *key)
{
    return one_name(mailbox_domain_key(sv_sub(sv_after_last(address, '@'), 0, CELL_NAME_MAX), key));
}

struct cell_names cells_names_of(const struct event *event, unsigned kind,
                                 struct cell_name_room *room)
{
    const struct record *a = &event->attempt;
    struct cell_names names = {.kind = kind, .sender = sender_of(event)};
    names.sender_domain =
        names.sender == SENDER_DOMAIN ? domain_of(event->sender, room->sender) : SV_EMPTY;
    names.recipient_domain = a->domain_key ? domain_of(a->recipient, room->recipient) : SV_EMPTY;
    names.provider = one_name(a->provider);
    return names;
}

/* Of an event for which there is no cell. */
static struct cell *find_new(struct cells *cells, const struct event *event, unsigned kind)
{
    struct cell_name_room room;
    struct cell_names names = cells_names_of(event, kind, &room);
    return cells_find(cells, &names);
}

static struct cell *find_of_event(struct cells *cells, const struct event *event, unsigned kind)
{
    const struct record *a = &event->attempt;
    if (cells->last_provider != a->provider.ptr) {
        cells->last_provider = a->provider.ptr;
        cells->last_provider_hash = hash_of_name(a->provider);
    }
    struct cell *known =
        map_by_hash(&cells->map, hash_of(kind, sender_of(event), event->sender_domain_key,
                                         a->domain_key, cells->last_provider_hash));
    return known ? known : find_new(cells, event, kind);
}

struct cell_reason *cells_reason(struct cells *cells, struct cell *cell, uint8_t category)
{
    struct cell_reason **at = &cell->reasons;
    while (*at && (*at)->category != category)
        at = &(*at)->next;
    if (!*at) {
        *at = arena_alloc(&cells->texts, sizeof **at);
        **at = (struct cell_reason){
            .category = category, .reply_time = INT64_MAX, .enhanced = SV_EMPTY, .reply = SV_EMPTY};
    }
    return *at;
}

void cells_reply(struct cells *cells, struct cell_reason *reason, const struct cell_reason *from)
{
    sv reply = sv_sub(from->reply, 0, SAMPLE_BYTES);
    size_t bytes = reply.len + from->enhanced.len;
    if (cells->reply_bytes + bytes > CELLS_REPLIES ||
        !tally_shows_first(from->reply_time, reply, reason->reply_time, reason->reply))
        return;
    reason->reply_time = from->reply_time;
    reason->code = from->code;
    reason->enhanced = arena_copy(&cells->texts, from->enhanced);
    reason->reply = arena_copy(&cells->texts, reply);
    cells->reply_bytes += bytes;
}

static void count_reason(struct cells *cells, const struct taxonomy *taxonomy, struct cell *cell,
                         const struct event *event)
{
    const struct record *a = &event->attempt;
    bool transient = a->severity == SEVERITY_TRANSIENT,
         permanent = a->severity == SEVERITY_PERMANENT;
    uint8_t category =
        a->outcome == OUTCOME_EXPIRED ? taxonomy->roles[ROLE_EXPIRED] : a->verdict.category;
    if (a->outcome != OUTCOME_REFUSED && !outcome_is_late(a->outcome)) {
        cell->transient += transient;
        cell->permanent += permanent;
    }
    if (category >= taxonomy->category_count)
        return;
    struct cell_reason *reason = cells_reason(cells, cell, category);
    struct cell_reason now = {.reply_time = a->time,
                              .code = a->reply.code,
                              .enhanced = sv_sub(a->reply.enhanced, 0, ENHANCED_MAX),
                              .reply = a->reply.text};
    reason->count++;
    reason->transient += transient;
    reason->permanent += permanent;
    if (!event->strange)
        cell_widen(&reason->first, &reason->last, a->time, a->time);
    cells_reply(cells, reason, &now);
}

void cells_add(struct cells *cells, const struct taxonomy *taxonomy, const struct event *event,
               const struct message_step *step)
{
    enum outcome outcome = event->attempt.outcome;
    unsigned kind = (event->notification ? CELL_NOTIFICATION : 0U) |
                    (event->strange ? CELL_STRANGE : 0U) | (event->stopped ? CELL_STOPPED : 0U);
    struct cell *cell = find_of_event(cells, event, kind);
    messages_count(&cell->messages, step);
    if (event->withdrawn)
        return;
    cell->attempts[outcome]++;
    if (!event->strange)
        cell_widen(&cell->first, &cell->last, event->attempt.time, event->attempt.time);
    if (outcome_is_failure(outcome) || outcome == OUTCOME_REFUSED)
        count_reason(cells, taxonomy, cell, event);
}

static void merge_cell(struct cells *cells, struct cell *into, const struct cell *from)
{
    for (int i = 0; i < OUTCOME_COUNT; i++)
        into->attempts[i] += from->attempts[i];
    into->transient += from->transient;
    into->permanent += from->permanent;
    cell_widen(&into->first, &into->last, from->first, from->last);
    messages_add(&into->messages, &from->messages);
    for (const struct cell_reason *more = from->reasons; more; more = more->next) {
        struct cell_reason *reason = cells_reason(cells, into, more->category);
        reason->count += more->count;
        reason->transient += more->transient;
        reason->permanent += more->permanent;
        cell_widen(&reason->first, &reason->last, more->first, more->last);
        cells_reply(cells, reason, more);
    }
}

void cells_merge(struct cells *into, const struct cells *from)
{
    if (!into->counts)
        return;
    into->incomplete = into->incomplete || from->incomplete;
    for (size_t i = 0; i < map_count(&from->map); i++) {
        struct cell_names names = cells_names(map_key_at(&from->map, i));
        merge_cell(into, cells_find(into, &names), map_value_at(&from->map, i));
    }
}

void cells_settle(struct cells *cells, int64_t days)
{
    for (size_t i = 0; i < map_count(&cells->map); i++) {
        struct cell *cell = map_value_at(&cells->map, i);
        messages_settle(&cell->messages, days);
    }
}

bool cells_forget(struct cells *cells, sv address)
{
    bool found = false;
    for (size_t i = 0; i < map_count(&cells->map); i++) {
        struct cell *cell = map_value_at(&cells->map, i);
        for (struct cell_reason *reason = cell->reasons; reason; reason = reason->next)
            if (text_mentions(reason->reply, address)) {
                reason->reply = SV_EMPTY;
                found = true;
            }
    }
    return found;
}
