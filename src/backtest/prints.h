/* prints: who an address is whose fingerprint alone is known. All are added before the first
 * question. Zero-initialise; prints_release frees. */
#ifndef BOUNCELOG_BACKTEST_PRINTS_H
#define BOUNCELOG_BACKTEST_PRINTS_H

#include <stddef.h>
#include <stdint.h>

struct subject;

struct prints {
    struct print {
        uint64_t print; /* fpset_kept */
        struct subject *subject;
    } * list;
    size_t count;
    uint32_t *begins; /* of each bucket, and the end; NULL: nothing was asked yet */
};

void prints_add(struct prints *prints, uint64_t print, struct subject *subject);
/* NULL: nobody. */
struct subject *prints_find(struct prints *prints, uint64_t print);
void prints_release(struct prints *prints);

#endif
