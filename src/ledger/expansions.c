/* An expansion is the first final recipient of an original one in an open message, found by a
 * fingerprint of both; a second final one shows that an alias leads to several people, so that a
 * failure of one of them is none of the alias. Those of one message form a list, by which they
 * are dropped together when the message ends. */
#include "expansions.h"

#include "bouncelog/base/mem.h"

/* Most messages have none: the table need not be asked then. */
struct expansion *expansions_find(const struct chains *expansions, const struct expansion *list,
                                  uint64_t pair)
{
    return list ? (struct expansion *)chains_find(expansions, pair) : NULL;
}

struct expansion *expansions_add(struct chains *expansions, struct expansion **list, uint64_t pair,
                                 uint64_t final, uint32_t slot)
{
    struct expansion *fresh = mem_alloc(sizeof *fresh);
    *fresh =
        (struct expansion){.chain = {.key = pair}, .next = *list, .final = final, .slot = slot};
    *list = fresh;
    chains_add(expansions, &fresh->chain);
    return fresh;
}

void expansions_drop(struct chains *expansions, struct expansion **list)
{
    for (struct expansion *at = *list, *next; at; at = next) {
        next = at->next;
        chains_remove(expansions, &at->chain);
        mem_free(at);
    }
    *list = NULL;
}
