/* Turns decisions into rows that people read: sorted by address, with the reason
 * in words, and with addresses redacted also within replies. Nothing is decided
 * here (src/suppress). */
#include "suppressions.h"

#include <stdlib.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/text.h"
#include "incidents.h"

struct row_maker {
    const struct decisions *decisions;
    const struct taxonomy *taxonomy;
    const struct redactor *redactor;
    struct map reasons; /* text -> sv: thousands of addresses share a few */
    struct arena texts; /* of the reasons */
    struct arena scratch;
    struct suppression row;
};

/* The text that is kept of all that are equal. */
static sv kept(struct row_maker *maker, sv text)
{
    bool added;
    sv *known = map_add(&maker->reasons, text, &added);
    if (added)
        *known = arena_copy(&maker->texts, text);
    return *known;
}

static sv reason_of(struct row_maker *maker, const struct decision *decision,
                    const struct failure *failure)
{
    const struct category *category = &maker->taxonomy->categories[failure->category];
    struct buf text = {0};
    buf_add(&text, category->meaning);
    if (!decision->at_once)
        buf_printf(&text, " %lld messages failed so on %d days.", (long long)decision->messages,
                   failure->day_count);
    sv rule = failure_text(failure, FAILURE_RULE);
    if (rule.len)
        buf_printf(&text, " (%.*s)", SV_FMT(rule));
    sv reason = kept(maker, buf_sv(&text));
    buf_release(&text);
    return reason;
}

/* As it was mailed. Most were mailed as they are known. */
static sv address_of(const struct row_maker *maker, const struct decision *decision,
                     struct arena *arena)
{
    sv address = decision->key;
    if (failure_may_spell(address)) {
        sv spelling = failure_spelling(decision_failure(maker->decisions, decision), address);
        if (!sv_eq(spelling, address))
            address = text_lower(arena, spelling);
    }
    return redact_address(maker->redactor, address, arena);
}

static struct suppression describe(struct row_maker *maker, const struct decision *decision,
                                   sv address, struct arena *arena)
{
    const struct redactor *redactor = maker->redactor;
    const struct failure *failure = decision_failure(maker->decisions, decision);
    sv final = failure_text(failure, FAILURE_FINAL);
    sv original = failure_text(failure, FAILURE_ORIGINAL);
    if (mailbox_same(final, decision->key))
        final = SV_EMPTY;
    return (struct suppression){
        .key = decision->key,
        .address = address,
        .fresh = decision->fresh,
        .complaint = failure_is_lasting(failure),
        .tier = decision->tier,
        .before = decision->before,
        .probed = decision->probed,
        .was_probed = decision->was_probed,
        .category = maker->taxonomy->categories[failure->category].name,
        .reason = reason_of(maker, decision, failure),
        .code = failure->code,
        .enhanced = failure_text(failure, FAILURE_ENHANCED),
        .reply = redact_text(redactor, failure_text(failure, FAILURE_REPLY), arena),
        .rule = failure_text(failure, FAILURE_RULE),
        .host = failure_text(failure, FAILURE_HOST),
        .queue_id = failure_text(failure, FAILURE_QUEUE_ID),
        .file = failure_text(failure, FAILURE_FILE),
        .final = redact_address(redactor, final, arena),
        .original = final.len || mailbox_same(decision->key, original)
                        ? SV_EMPTY
                        : redact_address(redactor, original, arena),
        .count = decision->messages,
        .days = (int64_t)failure->day_count,
        .first_seen = failure_first_seen(failure),
        .last_seen = failure->last_seen,
        .line = failure->line,
        /* A fingerprint is safe in any list. */
        .skipped = decision->skipped && !redactor ? sv_from(decision->skipped) : SV_EMPTY};
}

static sv why_held(struct row_maker *maker, const struct decision *decision)
{
    struct buf text = {0};
    sv rule;
    switch (decision->hold) {
    case HOLD_ALLOWED:
        buf_add(&text, SV("allow: it is on the allow list"));
        break;
    case HOLD_INCIDENT:
        incidents_say(&text, decision->incident);
        buf_add(&text, SV(": it is listed if it fails when that is over"));
        break;
    case HOLD_OURS:
        buf_add(&text, SV("ours: hardly any mail got through at that time, or none by that relay: "
                          "it is listed if it fails when that is mended"));
        break;
    case HOLD_RECENT:
        buf_add(&text, SV("recent: it took mail in the weeks before it failed: it is listed if it "
                          "fails on another day, too"));
        break;
    case HOLD_RULE:
        rule = failure_text(decision_failure(maker->decisions, decision), FAILURE_RULE);
        buf_printf(&text,
                   "rule: %.*s has listed too many who took mail later, and lists nobody new "
                   "(max_regret in the policy)",
                   SV_FMT(rule));
        break;
    case HOLD_NONE:
        break;
    }
    sv why = kept(maker, buf_sv(&text));
    buf_release(&text);
    return why;
}

static void add_address(struct report *report, struct row_maker *maker,
                        const struct decision *decision)
{
    const struct redactor *redactor = maker->redactor;
    sv address = redact_address(redactor, decision->key, &report->arena);
    if (decision->removed)
        report->removed[report->removed_count++] =
            (struct removed_row){address, decision->before, decision->skipped && !redactor};
    switch (decision->ruling) {
    case RULING_LISTED:
        report->suppress[report->suppress_count++] =
            (struct suppress_entry){address_of(maker, decision, &report->arena), decision};
        report->probed_count += decision->probed;
        if (report->brake && decision->fresh)
            report->held[report->held_count++] =
                (struct held_row){address, SV("brake: the lists stay as they were until --force")};
        break;
    case RULING_HELD:
        report->held[report->held_count++] = (struct held_row){
            address_of(maker, decision, &report->arena), why_held(maker, decision)};
        break;
    case RULING_CLEARED:
        report->cleared[report->cleared_count++] =
            (struct cleared_row){decision->key, address, decision->delivered_at};
        break;
    case RULING_NONE:
        break;
    }
}

static void add_domain(struct report *report, struct row_maker *maker,
                       const struct decision *decision)
{
    struct suppression row = describe(maker, decision, decision->key, &report->arena);
    row.final = row.original = SV_EMPTY;
    report->suppress_domains[report->suppress_domain_count++] = row;
}

static int by_address(const void *a, const void *b)
{
    return sv_cmp(((const struct suppress_entry *)a)->address,
                  ((const struct suppress_entry *)b)->address);
}

static int by_domain(const void *a, const void *b)
{
    return sv_cmp(((const struct suppression *)a)->address,
                  ((const struct suppression *)b)->address);
}

static int by_held(const void *a, const void *b)
{
    return sv_cmp(((const struct held_row *)a)->address, ((const struct held_row *)b)->address);
}

static int by_cleared(const void *a, const void *b)
{
    return sv_cmp(((const struct cleared_row *)a)->address,
                  ((const struct cleared_row *)b)->address);
}

static int by_removed(const void *a, const void *b)
{
    return sv_cmp(((const struct removed_row *)a)->address,
                  ((const struct removed_row *)b)->address);
}

/* A history has them in their order. */
static bool is_sorted(const struct suppress_entry *entries, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (by_address(&entries[i - 1], &entries[i]) > 0)
            return false;
    return true;
}

static void sort_rows(struct report *report)
{
    if (!is_sorted(report->suppress, report->suppress_count))
        qsort(report->suppress, report->suppress_count, sizeof *report->suppress, by_address);
    qsort(report->suppress_domains, report->suppress_domain_count, sizeof *report->suppress_domains,
          by_domain);
    qsort(report->held, report->held_count, sizeof *report->held, by_held);
    qsort(report->cleared, report->cleared_count, sizeof *report->cleared, by_cleared);
    qsort(report->removed, report->removed_count, sizeof *report->removed, by_removed);
}

static const struct suppression *make_row(void *context, const struct suppress_entry *entry)
{
    struct row_maker *maker = context;
    arena_clear(&maker->scratch);
    maker->row = describe(maker, entry->decision, entry->address, &maker->scratch);
    return &maker->row;
}

void suppressions_make(struct report *report, const struct decisions *decisions,
                       const struct report_options *options)
{
    size_t most = decisions->address_count + 1;
    report->suppress = mem_zero(most, sizeof *report->suppress);
    report->suppress_domains =
        mem_zero(decisions->domain_count + 1, sizeof *report->suppress_domains);
    report->held = mem_zero(most, sizeof *report->held);
    report->cleared = mem_zero(most, sizeof *report->cleared);
    report->removed = mem_zero(most, sizeof *report->removed);
    report->fresh_count = decisions->fresh_count;
    report->suppress_part = options->suppress_part;
    report->suppress_top = options->top;
    report->suppress_lists = options->lists;
    report->suppress_list_count = options->list_count;
    report->filtered = decisions->filtered;
    report->brake = decisions->brake != BRAKE_NONE;
    report->brake_why = decisions->brake;
    report->lost_count = decisions->lost_count;
    report->before_count = decisions->before_count;
    struct row_maker *maker = mem_zero(1, sizeof *maker);
    maker->decisions = decisions;
    maker->taxonomy = options->taxonomy;
    maker->redactor = options->redactor;
    map_init(&maker->reasons, sizeof(sv));
    report->suppress_rows = (struct row_source){make_row, maker};
    for (size_t i = 0; i < decisions->address_count; i++)
        add_address(report, maker, &decisions->addresses[i]);
    for (size_t i = 0; i < decisions->domain_count; i++)
        add_domain(report, maker, &decisions->domains[i]);
    incidents_make(report, decisions);
    sort_rows(report);
}

void suppressions_release(struct report *report)
{
    struct row_maker *maker = report->suppress_rows.context;
    mem_free(report->suppress);
    mem_free(report->suppress_domains);
    if (!maker)
        return; /* there was no report */
    map_release(&maker->reasons);
    arena_release(&maker->texts);
    arena_release(&maker->scratch);
    mem_free(maker);
}
