/* changes: items are not changed while they are walked over: what is to change is remembered first.
 */
#ifndef BOUNCELOG_ARCHIVE_CHANGES_H
#define BOUNCELOG_ARCHIVE_CHANGES_H

#include "state.h"

struct changes {
    struct archive *archive;
    enum item_kind kind;
    struct change {
        struct item item;
        bool remove;
    } * list;
    size_t count;
    size_t made; /* so far */
    bool kept;   /* change what taking back a run would bring back, not what is in force */
    struct arena texts;
    /* What visitors look for: */
    sv address; /* lower-cased */
    uint64_t fingerprint;
    int64_t before; /* seconds */
};

/* The item gets another value, or goes. */
void changes_add(struct changes *changes, const struct item *item, sv value, bool remove);
/* Walks over all items of a kind, and then changes those that the visitor wants to be changed. */
int changes_make(struct changes *changes, enum item_kind kind, item_visitor *visit, void *context,
                 struct err *err) MUST_CHECK;
/* Of the kind that `changes` says. */
int changes_apply(struct changes *changes, struct err *err) MUST_CHECK;
/* What is remembered is not made. */
void changes_drop(struct changes *changes);
void changes_release(struct changes *changes);

#endif
