/* A whole scan: input in, events judged, evidence and counts kept, by one thread or by many.
 *
 * What the threads do stands in worker.c and engine.c, what happens in order in ordered.c. */
#include "bouncelog/pipeline/pipeline.h"

#include "bouncelog/base/mem.h"
#include "bouncelog/suppress/policy.h"
#include "engine.h"
#include "ordered.h"
#include "sharing.h"

void pipeline_judge(const struct patterns *patterns, struct event *event)
{
    struct record *attempt = &event->attempt;
    const struct taxonomy *taxonomy = &patterns->taxonomy;
    if (attempt->outcome == OUTCOME_EXPIRED) { /* its own words are no reason: the cause is */
        attempt->verdict.category = taxonomy->roles[ROLE_EXPIRED];
        attempt->verdict.remedy = taxonomy->categories[taxonomy->roles[ROLE_EXPIRED]].remedy;
        attempt->verdict.list = SV_EMPTY;
    }
    event->action = policy_action(&patterns->policy, taxonomy, event);
    event->stopped =
        (attempt->outcome == OUTCOME_BOUNCED || attempt->outcome == OUTCOME_BOUNCED_LATER) &&
        attempt->verdict.category == taxonomy->roles[ROLE_OWN_LIST];
}

void pipeline_classify(const struct patterns *patterns, struct classifier *classifier,
                       struct record *attempt)
{
    const struct taxonomy *taxonomy = &patterns->taxonomy;
    uint8_t complaint = taxonomy->roles[ROLE_COMPLAINT];
    classify(classifier, attempt);
    if (attempt->outcome == OUTCOME_COMPLAINED)
        attempt->verdict = (struct verdict){.category = complaint,
                                            .basis = BASIS_RULE,
                                            .rule = SV("complaint"),
                                            .remedy = taxonomy->categories[complaint].remedy};
}

void pipeline_rejudge(const struct patterns *patterns, struct classifier *classifier,
                      struct event *event)
{
    if (event->attempt.outcome != OUTCOME_EXPIRED)
        pipeline_classify(patterns, classifier, &event->attempt);
    pipeline_judge(patterns, event);
}

/* Deliveries that were read before the failures that they refute. */
static void take_deliveries(struct scan_result *scan)
{
    int64_t latest = scan->tally.last;
    evidence_take_deliveries(&scan->evidence, &scan->tally.recipients, latest);
    evidence_take_deliveries(&scan->evidence, &scan->tally.originals, latest);
    for (size_t i = 0; i < map_count(&scan->evidence.domains); i++) {
        struct destination *domain =
            map_get(&scan->tally.recipient_domains, map_key_at(&scan->evidence.domains, i));
        size_t count = 0;
        const struct hour_activity *hours =
            domain ? activity_hours(&domain->activity, &count) : NULL;
        evidence_take_activity(map_value_at(&scan->evidence.domains, i), hours, count);
    }
}

void pipeline_run(struct scan_result *scan, struct input *input,
                  const struct pipeline_options *options)
{
    struct ordered_stage stage;
    ordered_init(&stage, scan, input, options);
    sharing_find(&scan->duplicates, input, options);
    engine_run(&stage);
    ordered_finish(&stage);
    for (size_t i = 0; i < map_count(&scan->days); i++) {
        const struct period *day = map_value_at(&scan->days, i);
        tally_merge(&scan->tally, &day->tally);
    }
    tally_merge(&scan->tally, &scan->strange);
    take_deliveries(scan);
}

void scan_result_release(struct scan_result *scan)
{
    tally_release(&scan->tally);
    tally_release(&scan->strange);
    evidence_release(&scan->evidence);
    trials_release(&scan->trials);
    sent_release(&scan->sent);
    ledger_free(scan->ledger);
    duplicates_release(&scan->duplicates);
    lines_read_release(&scan->lines_read);
    for (size_t i = 0; i < map_count(&scan->days); i++)
        period_release(map_value_at(&scan->days, i));
    map_release(&scan->days);
    mem_free(scan->source_lines);
    mem_free(scan->source_seen);
    mem_free(scan->source_first);
    mem_free(scan->source_last);
}
