/* Metrics of one run in the text format that node_exporter's textfile collector reads.
 *
 * What is of one run is a gauge, and its name says "last run"; with a history there are counters as
 * well, which never go back. Labels are bounded: never an address, a queue id, and of domains the
 * most frequent ones that send. One invalid byte or one timestamp would cost the whole file. */
#include "bouncelog/base/text.h"
#include "bouncelog/output/output.h"

enum { LABEL_COLUMNS = 100, PROVIDERS_MAX = 20, SENDER_DOMAINS_MAX = 20 };

static void family(struct buf *out, const char *name, const char *help)
{
    buf_printf(out, "# HELP bouncelog_%s %s\n# TYPE bouncelog_%s gauge\n", name, help, name);
}

/* Quotes, backslashes and line feeds are escaped, other control characters made visible before:
 * so only our own backslashes are left to be doubled. */
static void label(struct buf *out, bool first, const char *name, sv value)
{
    struct buf visible = {0};
    text_add_visible(&visible, value);
    sv bounded = text_cut(buf_sv(&visible), LABEL_COLUMNS);
    buf_printf(out, "%s%s=\"", first ? "{" : ",", name);
    for (size_t i = 0; i < bounded.len; i++) {
        if (bounded.ptr[i] == '"' || bounded.ptr[i] == '\\')
            buf_add_byte(out, '\\');
        buf_add_byte(out, bounded.ptr[i]);
    }
    buf_add_byte(out, '"');
    buf_release(&visible);
}

/* `disposition` is the label of 1.0.0, which alerts may go by. */
static void outcome_label(struct buf *out, sv outcome)
{
    label(out, false, "outcome", outcome);
    label(out, false, "disposition", outcome);
}

static void labelled(struct buf *out, const char *metric, const char *name, sv value, int64_t count)
{
    buf_printf(out, "bouncelog_%s", metric);
    label(out, true, name, value);
    buf_printf(out, "} %lld\n", (long long)count);
}

static void number(struct buf *out, const char *metric, const char *help, int64_t value)
{
    family(out, metric, help);
    buf_printf(out, "bouncelog_%s %lld\n", metric, (long long)value);
}

static void add_run(struct buf *out, const struct report *report)
{
    family(out, "build_info", "The version that wrote this file; always 1.");
    labelled(out, "build_info", "version", report->version, 1);
    number(out, "last_run_timestamp_seconds", "When the last run wrote its outputs.",
           report->generated_at);
    family(out, "last_run_duration_seconds", "How long the last run took.");
    buf_printf(out, "bouncelog_last_run_duration_seconds %.3f\n", report->seconds);
    number(out, "last_run_complete",
           "1: the last run read and understood all that it should; 0: its counts may be too low.",
           !report->incomplete);
    if (!report->incomplete)
        number(out, "last_success_timestamp_seconds",
               "When the last run wrote its outputs, if it was complete; absent if not.",
               report->generated_at);
}

/* Of a log that fell silent nothing else tells: its runs are complete. */
static void add_newest(struct buf *out, const struct report *report)
{
    if (report->newest)
        number(out, "newest_attempt_timestamp_seconds",
               "When the newest delivery attempt was, of those in the history or the last run; "
               "absent if there is none.",
               report->newest);
}

static void by_result(struct buf *out, const char *metric, const struct line_tally *lines)
{
    labelled(out, metric, "result", SV("delivery"), lines->delivery);
    labelled(out, metric, "result", SV("context"), lines->context);
    labelled(out, metric, "result", SV("other"), lines->other);
    labelled(out, metric, "result", SV("unparsed"), lines->unparsed);
}

static void add_lines(struct buf *out, const struct report *report)
{
    const struct line_tally *lines = &report->lines;
    family(out, "last_run_lines", "Log lines of the last run, by what they were.");
    by_result(out, "last_run_lines", lines);
}

static void reply(struct buf *out, const char *metric, const struct reply_row *row)
{
    buf_add(out, sv_from(metric));
    label(out, true, "mta", row->mta);
    outcome_label(out, row->outcome);
    label(out, false, "category", row->category);
    buf_printf(out, "} %lld\n", (long long)row->count);
}

static void add_replies(struct buf *out, const struct report *report)
{
    family(out, "last_run_replies",
           "Delivery attempts of the last run, by MTA, outcome and category of the failure.");
    for (size_t i = 0; i < report->reply_count; i++)
        reply(out, "bouncelog_last_run_replies", &report->replies[i]);
}

/* What came as mail is no attempt. */
static void add_notices(struct buf *out, const struct report *report)
{
    if (!report->has_mail)
        return;
    family(out, "last_run_notices",
           "Recipients of bounces and complaints that came as mail: bounced_later and complained "
           "were proven in the last run, unproven speak of no delivery that its logs show.");
    labelled(out, "last_run_notices", "result", outcome_name(OUTCOME_BOUNCED_LATER),
             report->attempts[OUTCOME_BOUNCED_LATER]);
    labelled(out, "last_run_notices", "result", outcome_name(OUTCOME_COMPLAINED),
             report->attempts[OUTCOME_COMPLAINED]);
    labelled(out, "last_run_notices", "result", SV("unproven"), (int64_t)report->mail.unproven);
}

static void add_provider(struct buf *out, sv provider, enum outcome outcome, int64_t count)
{
    buf_add(out, SV("bouncelog_last_run_provider_replies"));
    label(out, true, "provider", provider);
    outcome_label(out, outcome_name(outcome));
    buf_printf(out, "} %lld\n", (long long)count);
}

static void add_providers(struct buf *out, const struct report *report)
{
    family(out, "last_run_provider_replies",
           "Delivery attempts of the last run to the most frequent mailbox providers.");
    for (size_t i = 0; i < report->providers.count && i < PROVIDERS_MAX; i++) {
        const struct ranking_row *row = &report->providers.rows[i];
        if (sv_eq(row->name, SV("(other)")))
            continue;
        add_provider(out, row->name, OUTCOME_DELIVERED, row->outcomes.delivered);
        add_provider(out, row->name, OUTCOME_DEFERRED, row->outcomes.deferred);
        add_provider(out, row->name, OUTCOME_BOUNCED, row->outcomes.bounced);
        add_provider(out, row->name, OUTCOME_EXPIRED, row->outcomes.expired);
    }
}

static void add_messages_of(struct buf *out, const char *kind, const struct message_row *row)
{
    const struct message_counts *counts = &row->counts;
    const struct {
        const char *outcome;
        int64_t count;
    } rows[] = {{"delivered", counts->delivered},     {"bounced", counts->bounced},
                {"expired", counts->expired},         {"waiting", counts->waiting},
                {"handed_over", counts->handed_over}, {"discarded", counts->discarded}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        buf_add(out, SV("bouncelog_last_run_messages"));
        label(out, true, "kind", sv_from(kind));
        outcome_label(out, sv_from(rows[i].outcome));
        buf_printf(out, "} %lld\n", (long long)rows[i].count);
    }
}

static void rate(struct buf *out, const char *metric, const char *help, double value)
{
    family(out, metric, help);
    buf_printf(out, "bouncelog_%s %.4f\n", metric, value);
}

/* Large services judge a sender by these. */
static void add_messages(struct buf *out, const struct report *report)
{
    const struct message_row *all = &report->messages.messages;
    family(out, "last_run_messages",
           "Recipients of messages of the last run, each once, by the last outcome; notification: "
           "of those that your own mail server wrote.");
    add_messages_of(out, "message", all);
    add_messages_of(out, "notification", &report->messages.notifications);
    number(out, "last_run_skipped_lines", "Lines of the last run that say that nothing was tried.",
           report->lines.skipped);
    if (!all->sent)
        return;
    rate(out, "last_run_message_bounce_ratio",
         "Share of the messages of the last run that bounced or expired; absent without messages.",
         all->bounce_rate);
    rate(out, "last_run_message_hard_bounce_ratio",
         "Share of the messages of the last run that were refused for good; absent without "
         "messages.",
         all->hard_bounce_rate);
}

static void add_sender_domains(struct buf *out, const struct report *report)
{
    const struct message_rows *rows = &report->messages.streams[CUT_SENDER_DOMAIN];
    family(out, "last_run_sender_domain_messages",
           "Recipients of messages of the last run by the most frequent sender domains.");
    for (size_t i = 0; i < rows->count && i < SENDER_DOMAINS_MAX; i++) {
        const struct message_row *row = &rows->rows[i];
        const int64_t counts[] = {row->counts.delivered, row->counts.bounced, row->counts.expired,
                                  row->counts.waiting};
        static const char *const names[] = {"delivered", "bounced", "expired", "waiting"};
        for (size_t j = 0; j < sizeof counts / sizeof *counts; j++) {
            buf_add(out, SV("bouncelog_last_run_sender_domain_messages"));
            label(out, true, "sender_domain", row->name);
            outcome_label(out, sv_from(names[j]));
            buf_printf(out, "} %lld\n", (long long)counts[j]);
        }
    }
}

static void add_suppressed(struct buf *out, const struct report *report)
{
    family(out, "suppressed_addresses", "Addresses to suppress, by the category of their failure.");
    for (size_t i = 0; i < report->suppress_category_count; i++)
        labelled(out, "suppressed_addresses", "reason", report->suppress_categories[i].name,
                 report->suppress_categories[i].count);
}

static void add_errors(struct buf *out, const struct report *report)
{
    static const char name[] = "last_run_errors";
    family(out, name, "What the last run could not read, understand or keep in mind.");
    labelled(out, name, "kind", SV("ambiguous"), report->ambiguous.count);
    labelled(out, name, "kind", SV("evicted"), report->evicted);
    labelled(out, name, "kind", SV("input"), report->input_errors);
    labelled(out, name, "kind", SV("strange_time"), report->strange_times);
    labelled(out, name, "kind", SV("unclassified"), report->unclassified.count);
    labelled(out, name, "kind", SV("unparsed"), report->lines.unparsed);
    labelled(out, name, "kind", SV("unresolved_expiry"), report->unresolved_expiries);
}

static void counter(struct buf *out, const char *name, const char *help)
{
    buf_printf(out, "# HELP bouncelog_%s %s\n# TYPE bouncelog_%s counter\n", name, help, name);
}

/* They go back only where a history begins anew, or a run of it is taken back. */
static void add_totals(struct buf *out, const struct totals *totals)
{
    const struct line_tally *lines = &totals->lines;
    counter(out, "lines_total", "Log lines since the history began, by what they were.");
    by_result(out, "lines_total", lines);
    counter(out, "replies_total",
            "Delivery attempts since the history began, by MTA, outcome and category.");
    for (size_t i = 0; i < totals->reply_count; i++)
        reply(out, "bouncelog_replies_total", &totals->replies[i]);
    counter(out, "errors_total",
            "What could not be understood or kept in mind since the history began.");
    labelled(out, "errors_total", "kind", SV("ambiguous"), lines->ambiguous_samples.count);
    labelled(out, "errors_total", "kind", SV("evicted"), totals->evicted);
    labelled(out, "errors_total", "kind", SV("strange_time"), totals->strange_times);
    labelled(out, "errors_total", "kind", SV("unclassified"), totals->unclassified);
    labelled(out, "errors_total", "kind", SV("unparsed"), lines->unparsed);
    labelled(out, "errors_total", "kind", SV("unresolved_expiry"), totals->unresolved_expiries);
}

static void add_lists(struct buf *out, const struct report *report)
{
    number(out, "held_addresses", "Addresses that a guard or the allow list keeps off the lists.",
           (int64_t)report->held_count);
    family(out, "held_reason_addresses", "Those addresses, by what keeps them off.");
    for (size_t i = 0; i < report->held_reason_count; i++)
        labelled(out, "held_reason_addresses", "reason", report->held_reasons[i].name,
                 report->held_reasons[i].count);
    number(out, "incidents",
           "Times of the last months at which living addresses were called dead somewhere.",
           (int64_t)report->incident_count);
    number(out, "cleared_addresses", "Addresses that came off the lists because they took mail.",
           (int64_t)report->cleared_count);
    number(out, "brake", "1: the lists were left as they were, because far more would be on them.",
           report->brake);
}

/* Of the days that the policy looks back on. */
static void add_regrets(struct buf *out, const struct report *report)
{
    if (!report->has_regrets)
        return;
    number(out, "list_tested_addresses", "Listed addresses that were mailed again.",
           report->regret.tested);
    number(out, "list_reversed_addresses", "Of those, who took the mail.", report->regret.accepted);
    if (report->regret.tested)
        rate(out, "list_wrong_upper_ratio",
             "So much of the lists may be wrong at most, with 95 % certainty.",
             report->regret.upper);
    number(out, "list_probed_addresses", "Listed addresses that lists leave out for one mail.",
           (int64_t)report->probed_count);
    family(out, "rule_held",
           "1: the rule lists nobody new, since too many whom it listed took mail.");
    for (size_t i = 0; i < report->regret_count; i++)
        labelled(out, "rule_held", "rule", report->regrets[i].rule, report->regrets[i].held);
}

void output_metrics(struct outfile *out, const struct report *report)
{
    struct buf text = {0};
    add_run(&text, report);
    add_newest(&text, report);
    add_lines(&text, report);
    add_replies(&text, report);
    add_notices(&text, report);
    add_providers(&text, report);
    add_messages(&text, report);
    add_sender_domains(&text, report);
    add_suppressed(&text, report);
    add_errors(&text, report);
    add_lists(&text, report);
    add_regrets(&text, report);
    if (report->has_totals)
        add_totals(&text, &report->totals);
    outfile_write(out, buf_sv(&text));
    buf_release(&text);
}
