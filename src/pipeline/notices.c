/* Judges notices as replies are judged, by the rules for words and codes. What is proven is counted
 * as an event, and is evidence; what is not is only told. A delivery that an earlier run has
 * counted is taken from the evidence; one of these logs never got there. */
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
    ordered_keep(stage, delivery, INT64_MIN);
}

static void on_open(void *context, struct event *delivery)
{
    const struct settlement *settlement = context;
    tally_acceptance(ordered_tally(settlement->stage, delivery->attempt.time), delivery);
    evidence_recall(&settlement->stage->scan->evidence, delivery);
}

static void judge(const struct settlement *settlement, struct event *event)
{
    const struct patterns *patterns = settlement->stage->options->patterns;
    pipeline_classify(patterns, settlement->classifier, &event->attempt);
    if (event->proof == PROOF_PROVEN)
        pipeline_judge(patterns, event);
}

/* An earlier run has counted the delivery: it speaks for the address no more. */
static void take_back(const struct settlement *settlement, const struct event *event,
                      const struct late_question *question)
{
    const struct pipeline_options *options = settlement->stage->options;
    bool earlier = question->found;
    if (earlier && event->attempt.outcome == OUTCOME_BOUNCED_LATER && !question->others)
        evidence_take_back(&settlement->stage->scan->evidence, event);
    else if (!earlier && options->note_proven)
        options->note_proven(options->prepare_context, event, question->notice);
}

/* What a delivery tells was asked for when that was read. */
static bool is_wanted(const struct pipeline_options *options, const struct event *event)
{
    return !event->unseen ||
           (event->attempt.time >= options->since && event->attempt.time < options->until &&
            ordered_wants_sender(options, event->sender));
}

static void on_notice(void *context, struct event *event, const struct late_question *question)
{
    const struct settlement *settlement = context;
    struct ordered_stage *stage = settlement->stage;
    struct scan_result *scan = stage->scan;
    const struct patterns *patterns = stage->options->patterns;
    if (!is_wanted(stage->options, event))
        return;
    judge(settlement, event);
    if (event->proof == PROOF_PROVEN) {
        uint8_t category = event->attempt.verdict.category;
        take_back(settlement, event, question);
        tally_event(ordered_tally(stage, event->attempt.time), &patterns->taxonomy, event);
        evidence_record(&scan->evidence, event,
                        category < patterns->taxonomy.category_count &&
                            patterns->policy.rules[category].per_domain);
        ordered_keep(stage, event, question->notice->time);
    } else {
        scan->unproven++;
    }
    if (!stage->options->sink)
        return;
    if (evidence_is_sender(&scan->evidence, event->attempt.recipient))
        event->action = policy_action_left_out(event);
    stage->options->sink(stage->options->sink_context, event);
}

void notices_begin(struct ordered_stage *stage)
{
    const struct pipeline_options *options = stage->options;
    const struct map *addresses = &stage->scan->evidence.addresses;
    if (options->notices.count)
        stage->late = late_new(options->patterns, &options->notices, options->today);
    for (size_t i = 0; i < map_count(addresses); i++) {
        if (!address_record_came_back(map_value_at(addresses, i)))
            continue;
        if (!stage->late)
            stage->late = late_new(options->patterns, &options->notices, options->today);
        late_expect(stage->late, hash_bytes(map_key_at(addresses, i)));
    }
}

static void ask(void *context, struct late_question *questions, size_t count)
{
    const struct settlement *settlement = context;
    const struct pipeline_options *options = settlement->stage->options;
    options->ask_earlier(options->prepare_context, questions, count);
}

void notices_settle(struct ordered_stage *stage)
{
    struct settlement settlement = {.stage = stage};
    const struct late_handlers handlers = {on_stands, on_open, on_notice,
                                           stage->options->ask_earlier ? ask : NULL, &settlement};
    if (!stage->late)
        return;
    settlement.classifier = classifier_new(stage->options->patterns);
    late_settle(stage->late, stage->latest, &handlers);
    classifier_free(settlement.classifier);
    late_free(stage->late);
    stage->late = NULL;
}
