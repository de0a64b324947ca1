#include "bouncelog/pipeline/pipeline.h"

#include "bouncelog/base/mem.h"
#include "bouncelog/policy/policy.h"
#include "engine.h"
#include "lane.h"
#include "sharing.h"

void pipeline_judge(const struct patterns *patterns, struct event *event)
{
    struct record *attempt = &event->attempt;
    const struct taxonomy *taxonomy = &patterns->taxonomy;
    if (attempt->outcome == OUTCOME_EXPIRED) { /* its own words are no reason: the cause is */
        attempt->verdict.category = taxonomy->expired;
        attempt->verdict.remedy = taxonomy->categories[taxonomy->expired].remedy;
        attempt->verdict.list = SV_EMPTY;
    }
    event->action = policy_action(&patterns->policy, taxonomy, event);
}

void pipeline_run(struct scan *scan, struct input *input, const struct pipeline_options *options)
{
    struct lane lane;
    lane_init(&lane, scan, input, options);
    sharing_find(&scan->twins, input, options);
    engine_run(&lane);
    for (size_t i = 0; i < map_count(&scan->days); i++) {
        const struct period *day = map_value_at(&scan->days, i);
        tally_merge(&scan->tally, &day->tally);
    }
}

void scan_release(struct scan *scan)
{
    tally_release(&scan->tally);
    evidence_release(&scan->evidence);
    ledger_free(scan->ledger);
    twins_release(&scan->twins);
    for (size_t i = 0; i < map_count(&scan->days); i++)
        period_release(map_value_at(&scan->days, i));
    map_release(&scan->days);
    mem_free(scan->source_lines);
    mem_free(scan->source_first);
    mem_free(scan->source_last);
}
