/* Counts what stops the sender, by host, provider, category and list, and when; beside it what each
 * host had taken by each provider, which says that a block is over. Mostly host and provider are
 * those of the event before. */
#include "bouncelog/base/buf.h"
#include "merge.h"

enum { KEY_USUAL = 128 };

size_t tally_keep(char *to, sv text)
{
    sv part = sv_sub(text, 0, SAMPLE_BYTES);
    sv_put(to, part);
    to[part.len] = 0;
    return part.len;
}

void sighting_count(struct sighting *seen, int64_t time)
{
    if (!seen->first || time < seen->first)
        seen->first = time;
    if (time > seen->last)
        seen->last = time;
    activity_count(&seen->hours, time, false, true);
}

void sighting_merge(struct sighting *into, const struct sighting *from)
{
    if (from->first && (!into->first || from->first < into->first))
        into->first = from->first;
    if (from->last > into->last)
        into->last = from->last;
    activity_merge(&into->hours, &from->hours);
}

static void *find(struct map *map, const sv *parts, size_t count, bool *added)
{
    struct buf key = {0};
    buf_reserve(&key, KEY_USUAL);
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_byte(&key, '\n');
        buf_add(&key, parts[i]);
    }
    void *value = map_add(map, buf_sv(&key), added);
    buf_release(&key);
    return value;
}

void tally_block(struct tally *tally, const struct taxonomy *taxonomy, const struct event *event)
{
    const struct record *a = &event->attempt;
    if (taxonomy->categories[a->verdict.category].scope != SCOPE_SENDER)
        return;
    const sv parts[] = {a->host, a->provider, taxonomy->categories[a->verdict.category].name,
                        a->verdict.list};
    bool added;
    struct block *block = find(&tally->blocks, parts, sizeof parts / sizeof *parts, &added);
    block->count++;
    block->category = a->verdict.category;
    block->list = a->verdict.list;
    if (!event->strange)
        sighting_count(&block->seen, a->time);
    if (!added && !tally_shows_first(a->time, a->reply.text, block->sample_time,
                                     sv_make(block->sample, block->sample_len)))
        return;
    block->remedy = a->verdict.remedy;
    block->sample_time = a->time;
    block->sample_len = tally_keep(block->sample, a->reply.text);
}

/* Provider names live for the run. */
static struct path *path_of(struct tally *tally, const struct record *attempt)
{
    sv host = attempt->host, provider = attempt->provider;
    size_t slot = ((uintptr_t)provider.ptr / 8 + (size_t)attempt->host_key) % PROVIDERS_LAST;
    struct path_last *last = &tally->last_paths[slot];
    struct path *path = last->path;
    if (!path || last->provider != provider.ptr || last->host != attempt->host_key) {
        path = find(&tally->paths, (const sv[]){host, provider}, 2, NULL);
        *last = (struct path_last){provider.ptr, attempt->host_key, path};
    }
    return path;
}

void tally_path(struct tally *tally, const struct event *event)
{
    const struct record *a = &event->attempt;
    struct path *path = path_of(tally, a);
    if (a->time > path->taken_last)
        path->taken_last = a->time;
    activity_count(&path->activity, a->time, true, false);
}

static void merge_block(struct tally *into, struct block *block, const struct block *from)
{
    int64_t count = block->count + from->count;
    struct sighting seen = block->seen;
    sighting_merge(&seen, &from->seen);
    if (!block->count ||
        tally_shows_first(from->sample_time, sv_make(from->sample, from->sample_len),
                          block->sample_time, sv_make(block->sample, block->sample_len))) {
        *block = *from;
        block->list = arena_copy(&into->texts, from->list);
        block->remedy = arena_copy(&into->texts, from->remedy);
    }
    block->count = count;
    block->seen = seen;
}

void tally_merge_blocks(struct tally *into, const struct tally *from)
{
    for (size_t i = 0; i < map_count(&from->blocks); i++)
        merge_block(into, tally_name(&into->blocks, map_key_at(&from->blocks, i)),
                    map_value_at(&from->blocks, i));
    for (size_t i = 0; i < map_count(&from->paths); i++) {
        const struct path *other = map_value_at(&from->paths, i);
        struct path *path = tally_name(&into->paths, map_key_at(&from->paths, i));
        if (other->taken_last > path->taken_last)
            path->taken_last = other->taken_last;
        activity_merge(&path->activity, &other->activity);
    }
}

void tally_release_blocks(struct tally *tally)
{
    for (size_t i = 0; i < map_count(&tally->blocks); i++) {
        struct block *block = map_value_at(&tally->blocks, i);
        activity_release(&block->seen.hours);
    }
    for (size_t i = 0; i < map_count(&tally->paths); i++) {
        struct path *path = map_value_at(&tally->paths, i);
        activity_release(&path->activity);
    }
    map_release(&tally->blocks);
    map_release(&tally->paths);
}
