/* Judges notices as replies are judged: by the rules for words and codes. Only what is proven is
 * counted as an event, and is evidence. */
#include "notices.h"

#include "bouncelog/classify/classify.h"
#include "bouncelog/suppress/policy.h"

struct settlement {
    struct ordered_stage *stage;
    struct classifier *classifier;
};

static void on_stands(void *context, struct event *delivery)
{
    const struct settlement *settlement = context;
    struct ordered_stage *stage = settlement->stage;
    delivery->waits = false;
    tally_acceptance(ordered_tally(stage, delivery->attempt.time), delivery);
    evidence_record(&stage->scan->evidence, delivery, false);
}

static void judge(const struct settlement *settlement, struct event *event)
{
    const struct patterns *patterns = settlement->stage->options->patterns;
    const struct taxonomy *taxonomy = &patterns->taxonomy;
    uint8_t complaint = taxonomy->roles[ROLE_COMPLAINT];
    classify(settlement->classifier, &event->attempt);
    if (event->attempt.outcome == OUTCOME_COMPLAINED)
        event->attempt.verdict = (struct verdict){.category = complaint,
                                                  .basis = BASIS_RULE,
                                                  .rule = SV("complaint"),
                                                  .remedy = taxonomy->categories[complaint].remedy};
    if (event->proof == PROOF_PROVEN)
        pipeline_judge(patterns, event);
}

static void on_notice(void *context, struct event *event)
{
    const struct settlement *settlement = context;
    struct ordered_stage *stage = settlement->stage;
    struct scan_result *scan = stage->scan;
    const struct patterns *patterns = stage->options->patterns;
    judge(settlement, event);
    if (event->proof == PROOF_PROVEN) {
        uint8_t category = event->attempt.verdict.category;
        tally_event(ordered_tally(stage, event->attempt.time), &patterns->taxonomy, event);
        evidence_record(&scan->evidence, event,
                        category < patterns->taxonomy.category_count &&
                            patterns->policy.rules[category].per_domain);
    } else {
        scan->unproven++;
    }
    if (!stage->options->sink)
        return;
    if (evidence_is_sender(&scan->evidence, event->attempt.recipient))
        event->action = policy_action_left_out(event);
    stage->options->sink(stage->options->sink_context, event);
}

void notices_settle(struct ordered_stage *stage)
{
    struct settlement settlement = {.stage = stage};
    const struct late_handlers handlers = {on_stands, on_notice, &settlement};
    if (!stage->late)
        return;
    settlement.classifier = classifier_new(stage->options->patterns);
    late_settle(stage->late, stage->latest, &handlers);
    classifier_free(settlement.classifier);
    late_free(stage->late);
    stage->late = NULL;
}
