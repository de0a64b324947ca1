/* Stored evidence under the rules and the policy of today. */
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
    const struct patterns *patterns = rejudge->changes.archive->options.patterns;
    /* An expiry has no words of its own: only what follows from it may have changed. */
    if (event->attempt.outcome != OUTCOME_EXPIRED)
        classify(rejudge->classifier, &event->attempt);
    pipeline_judge(patterns, event);
}

/* The latest thing that is held against it. */
static sv strongest(const struct suspect *suspect, const struct taxonomy *taxonomy)
{
    const struct charge *best = suspect->charges;
    for (const struct charge *at = best; at; at = at->next)
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
    struct suspect suspect = {0};
    if (suspect_unpack(&suspect, item->value, taxonomy) < 0) {
        suspect_release(&suspect);
        return archive_damaged(archive, "evidence", err);
    }
    sv before = strongest(&suspect, taxonomy);
    if (suspect_rejudge(&suspect, item->key, judge, rejudge)) {
        struct buf value = {0};
        suspect_pack(&value, &suspect, taxonomy);
        changes_add(&rejudge->changes, item, buf_sv(&value), false);
        buf_release(&value);
        rejudge->tell(rejudge->context, item->key, before, strongest(&suspect, taxonomy));
    }
    suspect_release(&suspect);
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
