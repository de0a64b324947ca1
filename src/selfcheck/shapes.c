/* Checks the line shapes of an MTA: each takes its hits, with the fields that they name, and none
 * of its misses; none before it takes a hit of it; a template reads what it takes as the pattern
 * does. A shape that knows where a Message-ID stands has a pattern for that alone. */
#include "check.h"

static bool shape_takes(struct check *check, const struct shape *shape, sv text, struct place place)
{
    return sv_starts(text, shape->gate) &&
           (!shape->needs.len || sv_find(text, shape->needs) != SV_NPOS) &&
           (!shape->regex || matches(check, shape->regex, text, place));
}

/* What fits a template, the pattern must take with the same fields. */
static void check_template(struct check *check, const struct line_template *template, sv text,
                           const struct regex *regex, const struct example *example, sv shape)
{
    struct template_fields fields;
    if (!template_match(template, text, &fields))
        return;
    bool same = matches(check, regex, text, example->place);
    for (int field = 0; field < FIELD_COUNT && same; field++)
        same = sv_eq(fields.set >> field & 1 ? fields.values[field] : SV_EMPTY,
                     matcher_field(check->matcher, regex, (enum field)field));
    if (!same)
        fault(check, example->place, "a template of '%.*s' reads this otherwise than its pattern",
              SV_FMT(shape));
}

static void check_templates(struct check *check, const struct shape *shape,
                            const struct example *example)
{
    char padded[EXAMPLE_MAX + PARSE_SLACK] = {0};
    sv text = sv_sub(example->text, 0, EXAMPLE_MAX);
    sv_put(padded, text);
    text = sv_make(padded, text.len);
    for (size_t i = 0; i < shape->template_count; i++)
        check_template(check, &shape->templates[i], text, shape->regex, example, shape->name);
    for (size_t i = 0; i < shape->identity_template_count; i++)
        check_template(check, &shape->identity_templates[i], text, shape->identity, example,
                       shape->name);
}

/* A shape before this one, for a daemon of it, that takes the text; NULL: none. */
static const struct shape *taken_before(struct check *check, const struct mta_patterns *mta,
                                        size_t index, const struct example *example)
{
    const struct shape *shape = &mta->shapes[index];
    for (const struct shape *other = mta->shapes; other < shape; other++)
        if ((other->daemons & shape->daemons) &&
            shape_takes(check, other, example->text, example->place))
            return other;
    return NULL;
}

/* By the pattern and by that of the Message-ID. */
static void check_shape_fields(struct check *check, const struct example *hit,
                               const struct shape *shape)
{
    struct template_fields fields = {.set = shape->fields};
    for (enum field field = 0; shape->regex && field < FIELD_COUNT; field++)
        fields.values[field] = matcher_field(check->matcher, shape->regex, field);
    if (shape->identity && matches(check, shape->identity, hit->text, hit->place)) {
        fields.set |= UINT64_C(1) << FIELD_MESSAGE_ID;
        fields.values[FIELD_MESSAGE_ID] =
            matcher_field(check->matcher, shape->identity, FIELD_MESSAGE_ID);
    }
    check_values(check, hit, "group", shape->name, &fields);
}

void check_shape(struct check *check, const struct mta_patterns *mta, size_t index)
{
    const struct shape *shape = &mta->shapes[index];
    for (size_t i = 0; i < shape->examples.hit_count; i++) {
        const struct example *hit = &shape->examples.hits[i];
        const struct shape *before = taken_before(check, mta, index, hit);
        check_templates(check, shape, hit);
        if (before)
            fault(check, hit->place, "'%.*s' takes this hit of '%.*s' first", SV_FMT(before->name),
                  SV_FMT(shape->name));
        else if (!shape_takes(check, shape, hit->text, hit->place))
            fault(check, hit->place, "'%.*s' does not take its hit", SV_FMT(shape->name));
        else
            check_shape_fields(check, hit, shape);
    }
    for (size_t i = 0; i < shape->examples.miss_count; i++)
        check_templates(check, shape, &shape->examples.misses[i]);
    for (size_t i = 0; i < shape->examples.miss_count; i++)
        if (shape_takes(check, shape, shape->examples.misses[i].text,
                        shape->examples.misses[i].place))
            fault(check, shape->examples.misses[i].place, "'%.*s' takes its miss",
                  SV_FMT(shape->name));
}
