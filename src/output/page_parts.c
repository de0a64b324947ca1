#include "page.h"

enum { ADDRESSES_SHOWN = 250 };

static void warning(struct page *page, sv file, sv why)
{
    html(&page->out, "<li><code>%t</code>: %t</li>\n", page_words(page, file, NAME_COLUMNS),
         page_words(page, why, SAMPLE_COLUMNS));
}

/* What may make every number below too low. */
static void gaps(struct page *page)
{
    const struct report *report = page->report;
    if (!report->incomplete)
        return;
    html(&page->out,
         "<div class=\"alert\" role=\"note\">\n<h3>The counts may be too low</h3>\n<ul>\n");
    for (size_t i = 0; i < report->input_count; i++)
        if (report->inputs[i].error.len)
            warning(page, report->inputs[i].file, report->inputs[i].error);
    if (report->unparsed_too_many)
        html(&page->out,
             "<li>%n delivery line%t not understood (<a href=\"#doubts\">samples</a>)</li>\n",
             report->lines.unparsed, page_s(report->lines.unparsed));
    if (report->evicted)
        html(&page->out, "<li>%n open message%t forgotten for lack of room</li>\n", report->evicted,
             page_s(report->evicted));
    html(&page->out, "</ul>\n</div>\n");
}

void page_coverage(struct page *page)
{
    const struct report *report = page->report;
    const struct line_tally *lines = &report->lines;
    html(&page->out, "<section class=\"coverage\" aria-labelledby=\"understood\">\n"
                     "<h2 id=\"understood\">How much was understood</h2>\n");
    if (lines->unparsed)
        html(&page->out,
             "<p><b>%p</b> of the lines about deliveries; %n line%t could not be read.</p>\n",
             report->understood_rate, lines->unparsed, page_s(lines->unparsed));
    else
        html(&page->out, "<p><b>Every</b> line about a delivery.</p>\n");
    page_bar(page, report->understood_rate * 100);
    html(&page->out,
         "<p class=\"fine\">%n line%t read: %n about deliveries, %n about the rest of a "
         "message's way, %n of other programs, %n not understood.</p>\n",
         lines->total, page_s(lines->total), lines->delivery, lines->context, lines->other,
         lines->unparsed);
    gaps(page);
    html(&page->out, "</section>\n");
}

static void tile(struct page *page, const char *class, const char *label, int64_t number)
{
    html(&page->out, "<li class=\"%t\"><span class=\"label\">%t</span> <strong>%n</strong> <span>",
         sv_from(class), sv_from(label), number);
}

void page_tiles(struct page *page)
{
    const struct report *report = page->report;
    struct buf *out = &page->out;
    int64_t expired = report->attempts[OUTCOME_EXPIRED];
    html(out, "<section aria-labelledby=\"glance\">\n<h2 id=\"glance\" class=\"quiet\">At a "
              "glance</h2>\n<ul class=\"tiles\">\n");
    tile(page, "all", "Attempts", report->attempts_total);
    html(out, "to %n recipient%t</span></li>\n", report->recipients.attempted,
         page_s(report->recipients.attempted));
    tile(page, "good", "Delivered", report->attempts[OUTCOME_DELIVERED]);
    html(out, "%p of attempts</span></li>\n", report->delivered_rate);
    tile(page, "wait", "Deferred", report->attempts[OUTCOME_DEFERRED]);
    html(out, "%p, tried again later</span></li>\n", report->deferred_rate);
    tile(page, "bad", "Bounced", report->attempts[OUTCOME_BOUNCED]);
    if (expired)
        html(out, "%p with %n expired</span></li>\n", report->bounce_rate, expired);
    else
        html(out, "%p of attempts</span></li>\n", report->bounce_rate);
    tile(page, "stop", "To suppress", (int64_t)report->suppress_count);
    html(out, "<a href=\"#suppress\">address%t to stop mailing</a></span></li>\n",
         report->suppress_count == 1 ? SV_EMPTY : SV("es"));
    html(out, "</ul>\n</section>\n");
}

static sv scope_words(sv scope)
{
    if (sv_eq(scope, scope_name(SCOPE_SENDER)))
        return SV("our reputation or identity");
    if (sv_eq(scope, scope_name(SCOPE_CONTENT)))
        return SV("our messages");
    if (sv_eq(scope, scope_name(SCOPE_LOCAL)))
        return SV("our own system");
    if (sv_eq(scope, scope_name(SCOPE_NETWORK)))
        return SV("the network");
    if (sv_eq(scope, scope_name(SCOPE_RECIPIENT)))
        return SV("the recipient");
    if (sv_eq(scope, scope_name(SCOPE_DOMAIN)))
        return SV("the recipient's domain");
    return scope.len ? SV("the other system") : SV("not known");
}

static void place(struct page *page, const struct fix_place *row)
{
    struct buf *out = &page->out;
    html(out, "<li><b>%t</b>",
         row->provider.len ? page_words(page, row->provider, NAME_COLUMNS) : SV("Other receivers"));
    if (row->list.len)
        html(out, " (list %t)", page_words(page, row->list, NAME_COLUMNS));
    html(out, ": ");
    for (size_t i = 0; i < row->host_count; i++) {
        sv host = row->hosts[i].name;
        html(out, "%t%t&nbsp;<span>%n</span>", i ? SV(", ") : SV_EMPTY,
             host.len ? page_words(page, host, NAME_COLUMNS) : SV("host not named"),
             row->hosts[i].count);
    }
    if (row->more)
        html(out, ", other hosts&nbsp;<span>%n</span>", row->more);
    html(out, "</li>\n");
}

static void remedy(struct page *page, const struct fix_remedy *row)
{
    struct buf *out = &page->out;
    html(out, "<div class=\"remedy\">\n<p>");
    html_linked(out, row->remedy);
    html(out, "</p>\n");
    if (row->place_count) {
        html(out, "<p class=\"quiet\">Who refuses which of our hosts, and how often:</p>\n"
                  "<ul class=\"places\">\n");
        for (size_t i = 0; i < row->place_count; i++)
            place(page, &row->places[i]);
        if (row->more)
            html(out, "<li>elsewhere&nbsp;<span>%n</span></li>\n", row->more);
        html(out, "</ul>\n");
    }
    html(out, "</div>\n");
}

static void fix(struct page *page, const struct fix_row *row)
{
    struct buf *out = &page->out;
    html(out,
         "<article class=\"fix\">\n<h3>%t</h3>\n<p class=\"fine\"><code>%t</code> %n "
         "attempt%t; the cause is %t</p>\n",
         row->meaning, row->category, row->count, page_s(row->count), scope_words(row->scope));
    html(out, "<h4>What to do</h4>\n");
    for (size_t i = 0; i < row->remedy_count; i++)
        remedy(page, &row->remedies[i]);
    if (row->more)
        html(out, "<p class=\"fine\">and %n attempts that ask for something else</p>\n", row->more);
    if (row->sample.len)
        html(out, "<p class=\"sample\"><span class=\"quiet\">Example: </span><q>%t</q></p>\n",
             page_words(page, row->sample, SAMPLE_COLUMNS));
    html(out, "</article>\n");
}

void page_fixes(struct page *page)
{
    const struct report *report = page->report;
    html(&page->out, "<section id=\"fix\" aria-labelledby=\"fix-h\">\n"
                     "<h2 id=\"fix-h\">To fix today</h2>\n");
    if (!report->fix_count)
        html(&page->out, "<p class=\"fine-day\">Nobody blocks us, and no failure was caused by our "
                         "identity, our messages or our settings.</p>\n");
    html(&page->out, report->fix_count > 1 ? "<div class=\"fixes\">\n" : "<div>\n");
    for (size_t i = 0; i < report->fix_count; i++)
        fix(page, &report->fixes[i]);
    html(&page->out, "</div>\n</section>\n");
}

static void reasons_to_suppress(struct page *page)
{
    const struct report *report = page->report;
    struct buf *out = &page->out;
    html(out, "<table>\n<caption>Why</caption>\n<thead><tr><th scope=\"col\">Reason</th>"
              "<th scope=\"col\" class=\"num\">Addresses</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < report->suppress_category_count; i++) {
        const struct count_row *row = &report->suppress_categories[i];
        html(out, "<tr><th scope=\"row\">%t <code>%t</code></th><td class=\"num\">%n</td></tr>\n",
             row->meaning, row->name, row->count);
    }
    html(out, "</tbody>\n</table>\n");
    if (!report->suppress_skipped_count)
        return;
    html(out, "<table>\n<caption>In no list, because a list could not carry them safely</caption>\n"
              "<thead><tr><th scope=\"col\">Why not</th><th scope=\"col\" class=\"num\">Addresses"
              "</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < report->suppress_skipped_count; i++)
        html(out, "<tr><th scope=\"row\">%t</th><td class=\"num\">%n</td></tr>\n",
             report->suppress_skipped[i].name, report->suppress_skipped[i].count);
    html(out, "</tbody>\n</table>\n");
}

static void addresses(struct page *page)
{
    const struct report *report = page->report;
    struct buf *out = &page->out;
    html(out, "<details>\n<summary>The addresses</summary>\n<div class=\"scroll\" tabindex=\"0\" "
              "role=\"region\" aria-label=\"Addresses to suppress\">\n<table>\n<thead><tr>"
              "<th scope=\"col\">Address</th><th scope=\"col\">Reason</th><th scope=\"col\">Last "
              "reply</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < report->suppress_count && i < ADDRESSES_SHOWN; i++) {
        const struct suppression *row = &report->suppress[i];
        html(out, "<tr><th scope=\"row\">%t</th><td><code>%t</code></td><td>%t</td></tr>\n",
             page_words(page, row->address, NAME_COLUMNS), row->category,
             page_words(page, row->reply, NAME_COLUMNS * 2));
    }
    html(out, "</tbody>\n</table>\n</div>\n");
    if (report->suppress_count > ADDRESSES_SHOWN)
        html(out, "<p class=\"fine\">and %n more; a suppression list has them all</p>\n",
             (int64_t)(report->suppress_count - ADDRESSES_SHOWN));
    html(out, "</details>\n");
}

/* What changed since the last run, which only a history knows. */
static void changes(struct page *page)
{
    const struct report *report = page->report;
    struct buf *out = &page->out;
    if (report->brake)
        html(out, "<div class=\"alert\" role=\"note\"><p>The lists were left as they were: this "
                  "run would "
                  "add far more addresses than usual. Look through them, then run again with "
                  "<code>--force</code>.</p></div>\n");
    if (!report->has_totals)
        return;
    html(out,
         "<table>\n<caption>Against the lists of before</caption>\n<thead><tr><th scope=\"col\">"
         "Change</th><th scope=\"col\" class=\"num\">Addresses</th></tr></thead>\n<tbody>\n"
         "<tr><th scope=\"row\">Added</th><td class=\"num\">%n</td></tr>\n"
         "<tr><th scope=\"row\">Cleared: they took mail again</th><td class=\"num\">%n</td></tr>\n"
         "<tr><th scope=\"row\">Held: an outage elsewhere, or the allow list</th>"
         "<td class=\"num\">%n</td></tr>\n</tbody>\n</table>\n",
         (int64_t)report->fresh_count, (int64_t)report->cleared_count, (int64_t)report->held_count);
}

void page_suppressions(struct page *page)
{
    const struct report *report = page->report;
    int64_t count = (int64_t)report->suppress_count;
    int64_t domains = (int64_t)report->suppress_domain_count;
    html(&page->out, "<section id=\"suppress\" aria-labelledby=\"suppress-h\">\n"
                     "<h2 id=\"suppress-h\">Suppression</h2>\n");
    if (!count)
        html(&page->out, "<p>No address has to be suppressed.</p>\n");
    else
        html(&page->out,
             "<p><b>%n</b> address%t should get no more mail; %n can stand in a list.</p>\n", count,
             count == 1 ? SV_EMPTY : SV("es"), report->suppress_listed);
    if (domains)
        html(&page->out, "<p>%n domain%t cannot be found at all.</p>\n", domains, page_s(domains));
    changes(page);
    if (count)
        reasons_to_suppress(page);
    if (count && page->addresses)
        addresses(page);
    else if (count)
        html(&page->out, "<p class=\"fine\">This page shows no addresses.</p>\n");
    html(&page->out, "</section>\n");
}
