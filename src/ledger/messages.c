/* A table of slots that grows to a bound, with buckets by fingerprint. Open and closed messages
 * form a list each, by age. When the table is full, the oldest closed message goes, else the
 * open one that was not touched for longest: each one that was touched since it was last looked
 * at gets a second chance, which spares moving it in the list at each line. */
#include "messages.h"

#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"

enum { SLOTS_START = 1024, BUCKETS_PER_SLOT = 2, CLOSED_KEPT = 2048 };

void messages_init(struct messages *messages, size_t max)
{
    *messages = (struct messages){.max = (uint32_t)max,
                                  .free = NO_MESSAGE,
                                  .open = {NO_MESSAGE, NO_MESSAGE},
                                  .closed = {NO_MESSAGE, NO_MESSAGE}};
}

static void release_message(struct messages *messages, struct message *message)
{
    pendings_drop(&messages->pendings, &message->pending);
    expansions_drop(&messages->expansions, &message->expansions);
    sender_drop(&messages->senders, message->sender);
    message->sender = NULL;
}

void messages_release(struct messages *messages)
{
    for (uint32_t i = 0; i < messages->count; i++)
        release_message(messages, &messages->slots[i]);
    chains_release(&messages->pendings);
    chains_release(&messages->expansions);
    senders_release(&messages->senders);
    mem_free(messages->slots);
    mem_free(messages->ids);
    mem_free(messages->buckets);
    *messages = (struct messages){0};
}

static struct message_list *list_of(struct messages *messages, const struct message *message)
{
    return message->closed ? &messages->closed : &messages->open;
}

static void unlink_message(struct messages *messages, uint32_t index)
{
    struct message *message = &messages->slots[index];
    struct message_list *list = list_of(messages, message);
    if (message->older != NO_MESSAGE)
        messages->slots[message->older].newer = message->newer;
    else
        list->oldest = message->newer;
    if (message->newer != NO_MESSAGE)
        messages->slots[message->newer].older = message->older;
    else
        list->newest = message->older;
}

static void link_newest(struct messages *messages, uint32_t index)
{
    struct message *message = &messages->slots[index];
    struct message_list *list = list_of(messages, message);
    message->older = list->newest;
    message->newer = NO_MESSAGE;
    if (list->newest != NO_MESSAGE)
        messages->slots[list->newest].newer = index;
    else
        list->oldest = index;
    list->newest = index;
}

static uint32_t *bucket_of(const struct messages *messages, uint64_t key)
{
    return &messages->buckets[(uint32_t)key & (messages->bucket_count - 1)];
}

static void leave_bucket(struct messages *messages, uint32_t index)
{
    uint32_t *at = bucket_of(messages, messages->slots[index].key);
    while (*at != index)
        at = &messages->slots[*at].chain;
    *at = messages->slots[index].chain;
}

static void enter_bucket(struct messages *messages, uint32_t index)
{
    uint32_t *bucket = bucket_of(messages, messages->slots[index].key);
    messages->slots[index].chain = *bucket;
    *bucket = index;
}

static void grow(struct messages *messages)
{
    uint32_t cap = messages->cap ? messages->cap * 2 : SLOTS_START;
    if (cap > messages->max)
        cap = messages->max;
    /* At the start of a page, so that no slot lies on two cache lines. */
    struct message *slots = mem_pages(cap * sizeof *slots);
    sv_put((char *)slots, sv_make((const char *)messages->slots, messages->count * sizeof *slots));
    mem_free(messages->slots);
    messages->slots = slots;
    messages->cap = cap;
    if (messages->ids)
        messages->ids = mem_grow(messages->ids, cap, sizeof *messages->ids);
    for (messages->bucket_count = 1; messages->bucket_count < cap * BUCKETS_PER_SLOT;)
        messages->bucket_count *= 2; /* so that a mask finds the bucket */
    messages->buckets =
        mem_grow(messages->buckets, messages->bucket_count, sizeof *messages->buckets);
    for (uint32_t i = 0; i < messages->bucket_count; i++)
        messages->buckets[i] = NO_MESSAGE;
    for (uint32_t i = 0; i < messages->count; i++) /* none of them is free */
        enter_bucket(messages, i);
}

/* The oldest open message that was not touched since it was last asked for (second chance). */
static uint32_t least_used(struct messages *messages)
{
    for (;;) {
        uint32_t index = messages->open.oldest;
        if (!messages->slots[index].touched)
            return index;
        messages->slots[index].touched = false;
        unlink_message(messages, index);
        link_newest(messages, index);
    }
}

void messages_remove(struct messages *messages, struct message *message)
{
    uint32_t index = (uint32_t)(message - messages->slots);
    messages->closed_count -= message->closed;
    unlink_message(messages, index);
    leave_bucket(messages, index);
    release_message(messages, message);
    message->chain = messages->free;
    messages->free = index;
}

/* A slot for a new message: a free or a fresh one, or that of the message we can best do without.
 */
static uint32_t free_slot(struct messages *messages)
{
    if (messages->free == NO_MESSAGE && messages->count < messages->max &&
        messages->closed_count < CLOSED_KEPT) {
        if (messages->count == messages->cap)
            grow(messages);
        return messages->count++;
    }
    if (messages->free == NO_MESSAGE) {
        uint32_t index =
            messages->closed.oldest != NO_MESSAGE ? messages->closed.oldest : least_used(messages);
        messages->evicted += messages->slots[index].pending != NULL;
        messages_remove(messages, &messages->slots[index]);
    }
    uint32_t index = messages->free;
    messages->free = messages->slots[index].chain;
    return index;
}

static uint32_t find(const struct messages *messages, uint64_t key)
{
    if (!messages->bucket_count)
        return NO_MESSAGE;
    uint32_t index = *bucket_of(messages, key);
    while (index != NO_MESSAGE && messages->slots[index].key != key)
        index = messages->slots[index].chain;
    return index;
}

void messages_prefetch(const struct messages *messages, uint64_t key)
{
    if (messages->bucket_count)
        __builtin_prefetch(&messages->buckets[(uint32_t)key & (messages->bucket_count - 1)]);
}

void messages_prefetch_more(const struct messages *messages, uint64_t key)
{
    if (!messages->bucket_count)
        return;
    uint32_t index = messages->buckets[(uint32_t)key & (messages->bucket_count - 1)];
    if (index != NO_MESSAGE)
        __builtin_prefetch(&messages->slots[index]);
}

struct message *messages_find(const struct messages *messages, uint64_t key)
{
    uint32_t index = find(messages, key);
    return index == NO_MESSAGE ? NULL : &messages->slots[index];
}

struct message *messages_get(struct messages *messages, uint64_t key, int64_t time, bool *created)
{
    uint32_t index = find(messages, key);
    *created = index == NO_MESSAGE;
    if (!*created) {
        messages->slots[index].touched = true;
        return &messages->slots[index];
    }
    index = free_slot(messages);
    messages->slots[index] = (struct message){
        .key = key, .first_time = (uint32_t)time, .sequence = ++messages->sequence};
    if (messages->ids)
        messages->ids[index] = 0;
    enter_bucket(messages, index);
    link_newest(messages, index);
    return &messages->slots[index];
}

void messages_set_id(struct messages *messages, const struct message *message, uint64_t id)
{
    if (!messages->ids)
        messages->ids = mem_zero(messages->cap, sizeof *messages->ids);
    messages->ids[message - messages->slots] = id;
}

uint64_t messages_id(const struct messages *messages, const struct message *message)
{
    return messages->ids ? messages->ids[message - messages->slots] : 0;
}

void messages_close(struct messages *messages, struct message *message)
{
    uint32_t index = (uint32_t)(message - messages->slots);
    unlink_message(messages, index);
    message->closed = true;
    messages->closed_count++;
    link_newest(messages, index);
}

void messages_reopen(struct messages *messages, struct message *message)
{
    uint32_t index = (uint32_t)(message - messages->slots);
    unlink_message(messages, index);
    message->closed = false;
    messages->closed_count--;
    link_newest(messages, index);
}

void messages_set_sender(struct messages *messages, struct message *message,
                         const struct said_sender *said)
{
    struct sender *old = message->sender;
    if (old && sender_is(old, said))
        return;
    message->sender = senders_take(&messages->senders, said);
    sender_drop(&messages->senders, old);
}
