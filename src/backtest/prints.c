/* A sorted list, and where the prints with the same first bits begin in it: a question touches two
 * places in memory.
 *
 * Days hold tens of millions of deliveries, and most of them are to somebody who never failed. */
#include "prints.h"

#include <stdlib.h>

#include "bouncelog/base/mem.h"

enum { BUCKET_BITS = 16, BUCKETS = 1 << BUCKET_BITS };

void prints_add(struct prints *prints, uint64_t print, struct subject *subject)
{
    prints->list = mem_room(prints->list, prints->count, sizeof *prints->list);
    prints->list[prints->count++] = (struct print){print, subject};
}

static int by_print(const void *left, const void *right)
{
    const struct print *a = left, *b = right;
    return (a->print > b->print) - (a->print < b->print);
}

static void sort(struct prints *prints)
{
    prints->begins = mem_zero(BUCKETS + 1, sizeof *prints->begins);
    if (prints->count)
        qsort(prints->list, prints->count, sizeof *prints->list, by_print);
    for (size_t i = 0; i < prints->count; i++)
        prints->begins[(prints->list[i].print >> (64 - BUCKET_BITS)) + 1]++;
    for (size_t i = 0; i < BUCKETS; i++)
        prints->begins[i + 1] += prints->begins[i];
}

struct subject *prints_find(struct prints *prints, uint64_t print)
{
    if (!prints->begins)
        sort(prints);
    size_t bucket = print >> (64 - BUCKET_BITS);
    for (size_t i = prints->begins[bucket]; i < prints->begins[bucket + 1]; i++)
        if (prints->list[i].print == print)
            return prints->list[i].subject;
    return NULL;
}

void prints_release(struct prints *prints)
{
    mem_free(prints->list);
    mem_free(prints->begins);
}
