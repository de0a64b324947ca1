/* What was decided about one address, in sentences for a support desk. Nothing is decided here
 * (src/suppress): what a report says of who is held is taken from its rows, so that both say the
 * same.
 */
#include "bouncelog/report/why.h"

#include "bouncelog/base/buf.h"
#include "bouncelog/base/date.h"
#include "suppressions.h"
#include "why_words.h"

struct maker {
    struct why *why;
    const struct why_source *from;
    const struct decision *decision; /* NULL: none */
    struct decision whole;           /* ...with what it rests on */
    const struct address_record *record;
    struct lack lacks[CATEGORY_MAX];
    size_t lack_count;
};

static sv keep(struct maker *maker, struct buf *text)
{
    sv kept = arena_copy(&maker->why->arena, buf_sv(text));
    buf_release(text);
    return kept;
}

static const struct decision *find(const struct decision *list, size_t count, sv key)
{
    for (size_t i = 0; i < count; i++)
        if (sv_eq(list[i].key, key))
            return &list[i];
    return NULL;
}

/* The rows that a report would have of this one decision. */
static void take_rows(struct maker *maker)
{
    const struct decisions *decisions = maker->from->decisions;
    struct decision alone = *maker->decision;
    struct decisions one = {.addresses = &alone,
                            .address_count = 1,
                            .brake = decisions->brake,
                            .records = decisions->records};
    struct report_options options = {.taxonomy = maker->from->options->taxonomy};
    struct report report = {0};
    suppressions_make(&report, &one, &options);
    struct why *why = maker->why;
    if (report.held_count) {
        why->held = arena_copy(&why->arena, report.held[0].why);
        why->held_by = sv_cut(why->held, ':', &(sv){0});
    }
    if (report.suppress_count)
        why->state =
            arena_copy(&why->arena, report_suppression(&report, &report.suppress[0])->reason);
    report_release(&report);
}

static int64_t listed_since(const struct maker *maker)
{
    const struct decision *decision = maker->decision;
    if (maker->record && maker->record->listing.since)
        return maker->record->listing.since;
    if (decision->at_once)
        return lacks_first_at_once(maker->from->source, decision->failure, decision->from);
    for (size_t i = 0; i < maker->lack_count; i++)
        if (maker->lacks[i].failure == decision->failure)
            return maker->lacks[i].from;
    return decision->failure->last_seen;
}

static void say_listed(struct maker *maker)
{
    struct why *why = maker->why;
    bool known = maker->record && maker->record->listing.since;
    why->listed = true;
    why->coming = maker->from->history && !known;
    why->since = listed_since(maker);
    if (maker->decision->probed) {
        struct buf text = {0};
        buf_add(&text, why->state);
        buf_add(&text, SV(" Lists leave it out until one mail to it was sent, to see whether it "
                          "lives (probe in the policy)."));
        why->state = keep(maker, &text);
    } else if (maker->decision->skipped) {
        struct buf text = {0};
        buf_add(&text, why->state);
        buf_printf(&text, " No list format of addresses carries it: %s.", maker->decision->skipped);
        why->state = keep(maker, &text);
    }
}

/* What else is to be said of who is on no list. */
static void say_state(struct maker *maker)
{
    struct buf text = {0};
    const struct why_source *from = maker->from;
    char at[DATE_TEXT];
    bool taken = from->delivered_at != 0;
    date_format(from->delivered_at, at);
    if (maker->decision && maker->decision->ruling == RULING_CLEARED)
        buf_printf(&text, "It was on the list, and has taken mail since, %s.", at);
    else if (maker->why->held.len)
        buf_add(&text, SV("It would be listed, but is held."));
    else if (maker->lack_count)
        buf_add(&text, SV("Its failures do not suffice yet."));
    else if (taken && from->uncounted_count)
        buf_printf(&text, "It took mail last at %s, and no failure counts against it.", at);
    else if (taken)
        buf_printf(&text, "It took mail last at %s, and nothing is held against it.", at);
    else if (from->uncounted_count)
        buf_add(&text, SV("No failure of it counts against it."));
    maker->why->state = keep(maker, &text);
}

static void say_missing(struct maker *maker)
{
    struct why *why = maker->why;
    const struct decision *decision = maker->decision;
    struct buf text = {0};
    if (sv_eq(why->held_by, SV("recent")) || sv_eq(why->held_by, SV("incident"))) {
        why_add_after_hold(&text, decision, maker->record);
        why->missing[why->missing_count++] = keep(maker, &text);
    }
    if (why->listed || (decision && decision->hold == HOLD_ALLOWED) ||
        sv_eq(why->held_by, SV("brake")))
        return;
    for (size_t i = 0; i < maker->lack_count && why->missing_count < CATEGORY_MAX; i++) {
        struct buf more = {0};
        if (decision && decision->failure == maker->lacks[i].failure)
            continue; /* held: said above */
        why_add_lack(&more, &maker->lacks[i], why->address, maker->from->options->taxonomy,
                     maker->from->now);
        if (more.len)
            why->missing[why->missing_count++] = keep(maker, &more);
        buf_release(&more);
    }
}

/* Failures that are kept under it, and are those of another address. */
static void add_elsewhere(const struct maker *maker, struct buf *text)
{
    const struct failure *failure = maker->record ? maker->record->failures : NULL;
    for (; failure; failure = failure->next) {
        size_t count = lacks_elsewhere(maker->from->source, failure);
        if (count)
            why_add_elsewhere(text, failure, count, maker->from->options->taxonomy);
    }
}

static void say_never(struct maker *maker)
{
    struct buf text = {0};
    const struct why_source *from = maker->from;
    enum never_listed never = never_listed(from->address, from->source, from->options);
    if (never != MAY_BE_LISTED) {
        maker->why->missing_count = 0;
        buf_add(&text, sv_from(why_never_words(never)));
    }
    add_elsewhere(maker, &text);
    for (size_t i = 0; i < from->uncounted_count; i++)
        if (never == MAY_BE_LISTED || from->uncounted[i].reason != UNCOUNTED_POLICY)
            why_add_uncounted(&text, &from->uncounted[i], from->options->taxonomy);
    maker->why->never = keep(maker, &text);
}

static void say_commands(struct maker *maker)
{
    struct why *why = maker->why;
    const char *path = maker->from->history;
    bool holds = maker->record && (maker->record->failures || maker->record->listing.since);
    struct buf first = {0}, second = {0};
    sv allowed = maker->from->allowed;
    if (sv_eq(why->held_by, SV("brake"))) {
        buf_add(&first, SV("bouncelog scan --force"));
        why_add_place(&first, path, SV_EMPTY);
        why->effects[0] = SV("the lists are written as they would be, this address on them");
    } else {
        buf_printf(&first, "bouncelog history allow%s", allowed.len ? " --remove" : "");
        why_add_place(&first, path, allowed.len ? allowed : why->address);
        why->effects[0] = allowed.len ? SV("it is listed again when enough is held against it")
                          : path      ? SV("never list it, whatever fails")
                                 : SV("never list it, whatever fails; without a history, a line in "
                                      "the file of scan --allow");
    }
    why->commands[0] = keep(maker, &first);
    if (!holds)
        return;
    buf_add(&second, SV("bouncelog history forget"));
    why_add_place(&second, path, why->address);
    why->commands[1] = keep(maker, &second);
    why->effects[1] =
        path ? SV("erase what is held against it; what fails later counts anew")
             : SV("erase what a history holds against it; logs alone say the same again");
}

static const struct decision *domain_decision(const struct why_source *from)
{
    return find(from->decisions->domains, from->decisions->domain_count,
                sv_after_last(from->address, '@'));
}

static void add_domain(struct maker *maker)
{
    struct buf text = {0};
    if (!domain_decision(maker->from))
        return;
    buf_add(&text, maker->why->state);
    buf_printf(&text, "%sAll of its domain is listed (suppress_domains).",
               maker->why->state.len ? " " : "");
    maker->why->state = keep(maker, &text);
}

void why_make(struct why *why, const struct why_source *from)
{
    struct maker maker = {.why = why, .from = from};
    *why = (struct why){.address = from->address};
    struct address_records records = suppress_records(from->source);
    maker.record = records.keep(records.context, from->address);
    maker.decision =
        find(from->decisions->addresses, from->decisions->address_count, from->address);
    if (maker.decision) {
        maker.whole = *maker.decision;
        maker.whole.failure = address_record_failure(maker.record, maker.decision->category);
        maker.decision = &maker.whole;
    }
    maker.lack_count =
        lacks_find(maker.lacks, from->address, from->source, from->options, from->now);
    if (maker.decision)
        take_rows(&maker);
    if (maker.decision && maker.decision->ruling == RULING_LISTED && !why->held.len)
        say_listed(&maker);
    else
        say_state(&maker);
    add_domain(&maker);
    say_missing(&maker);
    say_never(&maker);
    say_commands(&maker);
}

void why_release(struct why *why)
{
    arena_release(&why->arena);
    *why = (struct why){0};
}
