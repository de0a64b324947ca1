/* Runs every example of every pattern: its own pattern must take a hit, none before it may, and no
 * miss may be taken. Templates must read as their patterns do; literals must not hide what a
 * pattern would take. What a file may say at all, the loader has checked before. */
#include "bouncelog/selfcheck/selfcheck.h"

#include <stdarg.h>
#include <stdio.h>

#include "bouncelog/pattern/sender_template.h"
#include "check.h"

void fault(struct check *check, struct place place, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    check->counts.faults++;
    check->handler(check->context, place, text);
}

void check_values(struct check *check, const struct example *example, const char *kind, sv owner,
                  const struct template_fields *fields)
{
    for (size_t i = 0; i < example->field_count; i++) {
        sv name = example->fields[i].name, want = example->fields[i].value;
        enum field field;
        sv got = field_from_name(name, &field) && fields->set >> field & 1 ? fields->values[field]
                                                                           : SV_EMPTY;
        if (!sv_eq(got, want))
            fault(check, example->place, "'%.*s': %s '%.*s' is '%.*s', not '%.*s'", SV_FMT(owner),
                  kind, SV_FMT(name), SV_FMT(got), SV_FMT(want));
    }
}

/* Those of the matcher's last match. */
static void check_fields(struct check *check, const struct example *example,
                         const struct regex *regex, sv pattern)
{
    struct template_fields fields = {.set = regex_fields(regex)};
    for (enum field field = 0; field < FIELD_COUNT; field++)
        fields.values[field] = matcher_field(check->matcher, regex, field);
    check_values(check, example, "group", pattern, &fields);
}

bool matches(struct check *check, const struct regex *regex, sv text, struct place place)
{
    enum regex_result result = regex_match(regex, check->matcher, text);
    if (result == REGEX_LIMIT)
        fault(check, place, "the example needs more steps than a match may take");
    return result == REGEX_YES;
}

static const char *form_name(const struct patterns *patterns, size_t index, char *text, size_t size)
{
    snprintf(
        text, size, "'%.*s'",
        SV_FMT(index < patterns->header_count ? patterns->headers[index].name : SV("no form")));
    return text;
}

/* Lines are readable beyond their end. */
static sv pad(char *padded, sv text)
{
    text = sv_sub(text, 0, EXAMPLE_MAX);
    memset(sv_put(padded, text), 0, PARSE_SLACK);
    return sv_make(padded, text.len);
}

static void check_misses(struct check *check, const struct examples *examples,
                         const struct regex *regex, sv name)
{
    for (size_t i = 0; i < examples->miss_count; i++)
        if (matches(check, regex, examples->misses[i].text, examples->misses[i].place))
            fault(check, examples->misses[i].place, "'%.*s' takes its miss", SV_FMT(name));
}

/* The form must be the first that takes its hit, with the tag behind it. */
static void check_header(struct check *check, size_t index)
{
    char padded[EXAMPLE_MAX + PARSE_SLACK], name[64];
    const struct header_form *form = &check->patterns->headers[index];
    for (size_t i = 0; i < form->examples.hit_count; i++) {
        const struct example *hit = &form->examples.hits[i];
        size_t first = parser_form(check->parser, pad(padded, hit->text));
        if (!matches(check, form->regex, hit->text, hit->place))
            fault(check, hit->place, "'%.*s' does not take its hit", SV_FMT(form->name));
        else if (first != index)
            fault(check, hit->place, "%s takes this hit of '%.*s' first",
                  form_name(check->patterns, first, name, sizeof name), SV_FMT(form->name));
        else
            check_fields(check, hit, form->regex, form->name);
    }
    check_misses(check, &form->examples, form->regex, form->name);
}

/* Layers are remembered by their bytes, digits standing for digits: other digits must do as well.
 */
static void check_digits(struct check *check, const struct layer *layer, const struct example *hit)
{
    char other[EXAMPLE_MAX];
    sv text = sv_sub(hit->text, 0, EXAMPLE_MAX);
    size_t length = matcher_length(check->matcher);
    sv_put(other, text);
    for (size_t i = 0; i < length && i < text.len; i++)
        if (is_digit(other[i]))
            other[i] = (char)('0' + (other[i] - '0' + 7) % 10);
    if (!matches(check, layer->regex, sv_make(other, text.len), hit->place) ||
        matcher_length(check->matcher) != length)
        fault(check, hit->place, "'%.*s' tells digits apart; write \\d", SV_FMT(layer->name));
}

static void check_layer(struct check *check, const struct layer *layer, bool by_bytes)
{
    for (size_t i = 0; i < layer->examples.hit_count; i++) {
        const struct example *hit = &layer->examples.hits[i];
        if (!matches(check, layer->regex, hit->text, hit->place) ||
            !matcher_length(check->matcher)) {
            fault(check, hit->place, "'%.*s' does not take its hit", SV_FMT(layer->name));
            continue;
        }
        check_fields(check, hit, layer->regex, layer->name);
        if (by_bytes)
            check_digits(check, layer, hit);
        if (layer->needs.len && sv_find(hit->text, layer->needs) == SV_NPOS)
            fault(check, hit->place,
                  "'%.*s' is in no hit of '%.*s', so it is never asked about one",
                  SV_FMT(layer->needs), SV_FMT(layer->name));
    }
    check_misses(check, &layer->examples, layer->regex, layer->name);
    check->counts.examples += layer->examples.hit_count + layer->examples.miss_count;
}

/* A short cut takes what the pattern takes, too, and finds the same. */
static void check_short_cut(struct check *check, const struct layer *rule,
                            const struct example *example)
{
    char padded[EXAMPLE_MAX + PARSE_SLACK];
    sv text = pad(padded, example->text);
    sv campaign = sv_sub(text, 0, sender_template_numbered(text));
    if (campaign.len &&
        (!matches(check, rule->regex, text, example->place) ||
         !sv_eq(matcher_field(check->matcher, rule->regex, FIELD_CAMPAIGN), campaign)))
        fault(check, example->place,
              "'%.*s': the template finds the campaign '%.*s', and the pattern does not",
              SV_FMT(rule->name), SV_FMT(campaign));
}

static void check_sender(struct check *check, const struct layer *rule)
{
    check_layer(check, rule, false);
    for (size_t i = 0; rule->numbered && i < rule->examples.hit_count; i++)
        check_short_cut(check, rule, &rule->examples.hits[i]);
    for (size_t i = 0; rule->numbered && i < rule->examples.miss_count; i++)
        check_short_cut(check, rule, &rule->examples.misses[i]);
}

static void check_object(struct check *check, size_t index)
{
    struct template_fields fields;
    const struct object_form *form = &check->patterns->objects[index];
    for (size_t i = 0; i < form->examples.hit_count; i++) {
        const struct example *hit = &form->examples.hits[i];
        if (parser_object(check->parser, hit->text, &check->records, &fields) != index)
            fault(check, hit->place, "'%.*s' does not take its hit", SV_FMT(form->name));
        else
            check_values(check, hit, "key", form->name, &fields);
    }
    for (size_t i = 0; i < form->examples.miss_count; i++)
        if (parser_object(check->parser, form->examples.misses[i].text, &check->records, &fields) ==
            index)
            fault(check, form->examples.misses[i].place, "'%.*s' takes its miss",
                  SV_FMT(form->name));
}

static void check_frame(struct check *check, const struct mta_patterns *mta, size_t index)
{
    const struct frame *frame = &mta->frames[index];
    for (size_t i = 0; i < frame->examples.hit_count; i++) {
        const struct example *hit = &frame->examples.hits[i];
        size_t first = 0;
        while (first < index && !matches(check, mta->frames[first].regex, hit->text, hit->place))
            first++;
        if (first < index)
            fault(check, hit->place, "'%.*s' takes this hit of '%.*s' first",
                  SV_FMT(mta->frames[first].name), SV_FMT(frame->name));
        else if (!matches(check, frame->regex, hit->text, hit->place))
            fault(check, hit->place, "'%.*s' does not take its hit", SV_FMT(frame->name));
        else
            check_fields(check, hit, frame->regex, frame->name);
    }
    for (size_t i = 0; i < frame->examples.miss_count; i++)
        if (matches(check, frame->regex, frame->examples.misses[i].text,
                    frame->examples.misses[i].place))
            fault(check, frame->examples.misses[i].place, "'%.*s' takes its miss",
                  SV_FMT(frame->name));
}

/* A relay host of the provider that the rule asks for. */
static sv relay_of(const struct patterns *patterns, sv provider)
{
    for (size_t i = 0; i < map_count(&patterns->providers_by_mx); i++)
        if (sv_eq(*(const sv *)map_value_at(&patterns->providers_by_mx, i), provider))
            return map_key_at(&patterns->providers_by_mx, i);
    return SV_EMPTY;
}

/* What an example of a rule says about the question: origin, stage, provider. */
static void set_context(struct check *check, const struct example *example, struct record *attempt)
{
    for (size_t i = 0; i < example->field_count; i++) {
        sv name = example->fields[i].name, value = example->fields[i].value;
        if (sv_eq(name, SV("origin")))
            origin_from_name(value, &attempt->said.origin);
        else if (sv_eq(name, SV("stage")))
            stage_from_name(value, &attempt->said.stage);
        else
            attempt->relay.host = relay_of(check->patterns, value);
    }
}

/* An example is a reply without a log line around it: said by the remote at an unknown stage,
 * unless its fields say otherwise. */
static struct record *read_example(struct check *check, const struct example *example)
{
    records_clear(&check->records);
    parser_reply(check->parser, MTA_UNKNOWN, example->text, &check->records);
    struct record *attempt = &check->records.list[0];
    attempt->outcome = OUTCOME_BOUNCED;
    attempt->said.origin = ORIGIN_REMOTE;
    attempt->said.stage = STAGE_UNKNOWN;
    set_context(check, example, attempt);
    classify(check->classifier, attempt);
    return attempt;
}

static void check_rule(struct check *check, const struct rule *rule)
{
    for (size_t i = 0; i < rule->examples.hit_count; i++) {
        const struct example *hit = &rule->examples.hits[i];
        const struct record *attempt = read_example(check, hit);
        sv shape = classifier_shape(check->classifier);
        if (classifier_rule_fit(check->classifier, rule, attempt) != FIT_YES)
            fault(check, hit->place, "'%.*s' does not take its hit: shape '%.*s'",
                  SV_FMT(rule->name), SV_FMT(shape));
        else if (!sv_eq(attempt->verdict.rule, rule->name))
            fault(check, hit->place, "'%.*s' takes this hit of '%.*s' first",
                  SV_FMT(attempt->verdict.rule), SV_FMT(rule->name));
    }
    for (size_t i = 0; i < rule->examples.miss_count; i++) {
        const struct example *miss = &rule->examples.misses[i];
        if (classifier_rule_fit(check->classifier, rule, read_example(check, miss)) == FIT_YES)
            fault(check, miss->place, "'%.*s' takes its miss", SV_FMT(rule->name));
    }
    if (rule->unbounded_repeats > 1)
        fault(check, rule->place, "'%.*s' has %d unbounded repeats: bound them, as in .{0,40}",
              SV_FMT(rule->name), rule->unbounded_repeats);
}

/* A literal that is missing in the list hides what the pattern would take: every rule is shown the
 * hits of every other. */
static void check_literals(struct check *check, const struct rule *rule)
{
    for (size_t i = 0; i < check->patterns->rule_count; i++) {
        const struct examples *others = &check->patterns->rules[i].examples;
        for (size_t j = 0; rule->literal_count && j < others->hit_count; j++) {
            const struct record *attempt = read_example(check, &others->hits[j]);
            if (classifier_rule_fit(check->classifier, rule, attempt) == FIT_NO_LITERAL &&
                regex_match(rule->regex, check->matcher, classifier_shape(check->classifier)) ==
                    REGEX_YES)
                fault(check, rule->place, "'%.*s' matches '%.*s', but has no literal for it",
                      SV_FMT(rule->name), SV_FMT(others->hits[j].text));
        }
    }
}

static void check_guard(struct check *check, const struct guard *guard, sv shape,
                        struct place place)
{
    bool has_literal = guard->literal_count == 0;
    for (size_t i = 0; i < guard->literal_count; i++)
        has_literal |= sv_find(shape, guard->literals[i]) != SV_NPOS;
    if (!has_literal && matches(check, guard->regex, shape, place))
        fault(check, place, "a file's 'unless' matches this, but has no literal for it");
}

/* Every example of every rule is shown to the guards as well. */
static void check_guards(struct check *check, const struct examples *examples)
{
    for (size_t i = 0; i < examples->hit_count + examples->miss_count; i++) {
        const struct example *example = i < examples->hit_count
                                            ? &examples->hits[i]
                                            : &examples->misses[i - examples->hit_count];
        read_example(check, example);
        for (size_t j = 0; j < check->patterns->guard_count; j++)
            check_guard(check, &check->patterns->guards[j], classifier_shape(check->classifier),
                        example->place);
    }
}

static void check_record(struct check *check, const struct record_shape *record)
{
    const struct examples *examples = &record->shape.examples;
    struct template_fields fields;
    for (size_t i = 0; i < examples->hit_count; i++) {
        const struct example *hit = &examples->hits[i];
        const struct record_shape *took =
            parser_record(check->parser, record->format, hit->text, &check->records, &fields);
        if (!took)
            fault(check, hit->place, "'%.*s' does not take its hit", SV_FMT(record->shape.name));
        else if (took != record)
            fault(check, hit->place, "'%.*s' takes this hit of '%.*s' first",
                  SV_FMT(took->shape.name), SV_FMT(record->shape.name));
        else
            check_values(check, hit, "field", record->shape.name, &fields);
    }
    for (size_t i = 0; i < examples->miss_count; i++)
        if (parser_record(check->parser, record->format, examples->misses[i].text, &check->records,
                          &fields) == record)
            fault(check, examples->misses[i].place, "'%.*s' takes its miss",
                  SV_FMT(record->shape.name));
    records_clear(&check->records);
}

static void check_mta(struct check *check, const struct mta_patterns *mta)
{
    for (size_t i = 0; i < mta->record_count; i++) {
        const struct examples *examples = &mta->records[i].shape.examples;
        check_record(check, &mta->records[i]);
        check->counts.examples += examples->hit_count + examples->miss_count;
    }
    for (size_t i = 0; i < mta->shape_count; i++) {
        check_shape(check, mta, i);
        check->counts.examples +=
            mta->shapes[i].examples.hit_count + mta->shapes[i].examples.miss_count;
    }
    for (size_t i = 0; i < mta->frame_count; i++) {
        check_frame(check, mta, i);
        check->counts.examples +=
            mta->frames[i].examples.hit_count + mta->frames[i].examples.miss_count;
    }
    check->counts.patterns += mta->shape_count + mta->record_count + mta->frame_count;
}

static void check_all(struct check *check)
{
    const struct patterns *patterns = check->patterns;
    for (size_t i = 0; i < patterns->header_count; i++) {
        check_header(check, i);
        check->counts.examples +=
            patterns->headers[i].examples.hit_count + patterns->headers[i].examples.miss_count;
    }
    for (size_t i = 0; i < patterns->layer_count; i++)
        check_layer(check, &patterns->layers[i], true);
    for (size_t i = 0; i < patterns->time_count; i++)
        check_layer(check, &patterns->times[i], true);
    for (size_t i = 0; i < patterns->sender_count; i++)
        check_sender(check, &patterns->senders[i]);
    for (size_t i = 0; i < patterns->object_count; i++) {
        check_object(check, i);
        check->counts.examples +=
            patterns->objects[i].examples.hit_count + patterns->objects[i].examples.miss_count;
    }
    for (size_t i = 0; i < patterns->taxonomy.mta_count; i++)
        check_mta(check, &patterns->mtas[i]);
    for (size_t i = 0; i < patterns->rule_count; i++) {
        check_rule(check, &patterns->rules[i]);
        check_literals(check, &patterns->rules[i]);
        check_guards(check, &patterns->rules[i].examples);
        check->counts.examples +=
            patterns->rules[i].examples.hit_count + patterns->rules[i].examples.miss_count;
    }
    check->counts.patterns += patterns->header_count + patterns->layer_count +
                              patterns->object_count + patterns->rule_count;
}

struct selfcheck_counts selfcheck_run(const struct patterns *patterns, selfcheck_handler *handler,
                                      void *context)
{
    struct parser_options options = {.patterns = patterns, .host = SV_EMPTY};
    struct check check = {.patterns = patterns,
                          .handler = handler,
                          .context = context,
                          .matcher = matcher_new(),
                          .parser = parser_new(&options),
                          .classifier = classifier_new(patterns)};
    check_all(&check);
    matcher_free(check.matcher);
    parser_free(check.parser);
    classifier_free(check.classifier);
    records_release(&check.records);
    return check.counts;
}
