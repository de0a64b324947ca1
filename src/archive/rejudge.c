/* Judges stored evidence by the rules and the policy of today. Of each failure the latest words
 * are kept, so that they can be classified again; an expiry has none of its own, and only what
 * follows from it may change. */
#include "bouncelog/base/mem.h"
#include "bouncelog/classify/classify.h"
#include "changes.h"

struct rejudge {
    struct changes changes;
    struct classifier *classifier;
    archive_change *tell;
    void *context;
};

static void judge(void *context, struct event *event)
{
    struct rejudge *rejudge = context;
    pipeline_rejudge(rejudge->changes.archive->options.patterns, rejudge->classifier, event);
}

/* The latest thing that is held against it. */
static sv strongest(const struct address_record *record, const struct taxonomy *taxonomy)
{
    const struct failure *best = record->failures;
    for (const struct failure *at = best; at; at = at->next)
        if (at->last_seen > best->last_seen ||
            (at->last_seen == best->last_seen && at->category < best->category))
            best = at;
    return best ? taxonomy->categories[best->category].name : SV_EMPTY;
}

static int visit(void *context, const struct item *item, struct err *err)
{
    struct rejudge *rejudge = context;
    struct archive *archive = rejudge->changes.archive;
    const struct taxonomy *taxonomy = archive_taxonomy(archive);
    struct address_record record = {0};
    if (address_record_unpack(&record, item->value, taxonomy) < 0) {
        address_record_release(&record);
        return archive_damaged(archive, "evidence", err);
    }
    sv before = strongest(&record, taxonomy);
    if (address_record_rejudge(&record, item->key, judge, rejudge)) {
        struct buf value = {0};
        address_record_pack(&value, &record, taxonomy);
        changes_add(&rejudge->changes, item, buf_sv(&value), false);
        buf_release(&value);
        rejudge->tell(rejudge->context, item->key, before, strongest(&record, taxonomy));
    }
    address_record_release(&record);
    return 0;
}

int archive_rejudge(struct archive *archive, archive_change *tell, void *context, struct err *err)
{
    struct rejudge rejudge = {.changes = {.archive = archive},
                              .classifier = classifier_new(archive->options.patterns),
                              .tell = tell,
                              .context = context};
    int result = changes_make(&rejudge.changes, ITEM_ADDRESS, visit, &rejudge, err) < 0 ||
                         changes_make(&rejudge.changes, ITEM_DOMAIN, visit, &rejudge, err) < 0
                     ? -1
                     : 0;
    classifier_free(rejudge.classifier);
    changes_release(&rejudge.changes);
    return result;
}
