/* address_records: every address of which something is known, wherever its record is kept: in
 * memory, or in a history that is larger than memory.
 *
 * Thread: one. What is called from within a visitor must not visit. */
#ifndef BOUNCELOG_EVIDENCE_ADDRESS_RECORDS_H
#define BOUNCELOG_EVIDENCE_ADDRESS_RECORDS_H

#include "bouncelog/evidence/evidence.h"

/* own: what this host alone knows of it; NULL: nothing. */
typedef void address_record_visitor(void *context, sv key, const struct address_record *record,
                                    const struct address_record *own);

struct address_records {
    /* Each once, in any order. Keys and records live until the visitor returns. */
    void (*each)(void *context, address_record_visitor *visit, void *visitor);
    /* NULL: nothing is known. It, and *own, live until the next call of this function. */
    const struct address_record *(*find)(void *context, sv key, const struct address_record **own);
    /* The same; lives as long as the context. */
    const struct address_record *(*keep)(void *context, sv key);
    /* Time of the latest failure that is held against anybody; INT64_MIN: none. */
    int64_t (*latest)(void *context);
    void *context;
    bool stay; /* all keys and records live as long as the context, and do not change */
};

/* Of evidence in memory, which is the context. */
struct address_records address_records_of(const struct evidence *evidence);

#endif
