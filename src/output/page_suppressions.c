/* The section of the page about addresses: why they are listed, which ones could not be listed
 * and, with a history, what changed since the last run. Addresses are shown only if they were
 * asked for, and then no more than 250: the whole list is a file of its own. */
#include "page.h"

enum { ADDRESSES_SHOWN = 250 };

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
        const struct suppression *row = report_suppression(report, &report->suppress[i]);
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

/* Why addresses are held back, and what happened where. */
static void held(struct page *page)
{
    const struct report *report = page->report;
    struct buf *out = &page->out;
    if (report->held_reason_count) {
        html(out, "<table>\n<caption>Held back</caption>\n<thead><tr><th scope=\"col\">By</th>"
                  "<th scope=\"col\" class=\"num\">Addresses</th></tr></thead>\n<tbody>\n");
        for (size_t i = 0; i < report->held_reason_count; i++)
            html(out, "<tr><th scope=\"row\">%t</th><td class=\"num\">%n</td></tr>\n",
                 report->held_reasons[i].name, report->held_reasons[i].count);
        html(out, "</tbody>\n</table>\n");
    }
    if (!report->incident_count)
        return;
    html(out,
         "<table>\n<caption>Incidents: living addresses were called dead, or mail failed on the "
         "way</caption>\n<thead><tr>"
         "<th scope=\"col\">By</th><th scope=\"col\">From (%t)</th><th scope=\"col\">To</th>"
         "<th scope=\"col\" class=\"num\">Addresses</th><th scope=\"col\" class=\"num\">Share"
         "</th><th scope=\"col\" class=\"num\">Usual</th></tr></thead>\n<tbody>\n",
         page_zone(page));
    for (size_t i = 0; i < report->incident_count; i++) {
        const struct incident_row *row = &report->incidents[i];
        char first[DATE_WORDS], last[DATE_WORDS];
        html(out,
             "<tr><th scope=\"row\">%t</th><td>%t</td><td>%t</td><td class=\"num\">%n</td>"
             "<td class=\"num\">%p</td><td class=\"num\">%p</td></tr>\n",
             page_words(page, row->words, NAME_COLUMNS), page_minute(page, row->first, first),
             page_minute(page, row->last, last), row->addresses, row->share, row->usual);
    }
    html(out, "</tbody>\n</table>\n");
}

/* What changed since the last run, which only a history knows. */
static void changes(struct page *page)
{
    const struct report *report = page->report;
    struct buf *out = &page->out;
    if (report->brake)
        html(out, "<div class=\"alert\" role=\"note\"><p>The lists were left as they were: they "
                  "would change far more than usual. Look through them, then run again with "
                  "<code>--force</code>.</p></div>\n");
    if (!report->has_totals)
        return;
    html(out,
         "<table>\n<caption>Against the lists of before</caption>\n<thead><tr><th scope=\"col\">"
         "Change</th><th scope=\"col\" class=\"num\">Addresses</th></tr></thead>\n<tbody>\n"
         "<tr><th scope=\"row\">Added</th><td class=\"num\">%n</td></tr>\n"
         "<tr><th scope=\"row\">Cleared: they took mail again</th><td class=\"num\">%n</td></tr>\n"
         "<tr><th scope=\"row\">Held back</th>"
         "<td class=\"num\">%n</td></tr>\n</tbody>\n</table>\n",
         (int64_t)report->fresh_count, (int64_t)report->cleared_count, (int64_t)report->held_count);
}

static void reversals(struct page *page)
{
    const struct report *report = page->report;
    struct buf *out = &page->out;
    html(out, "<details>\n<summary>Who was listed, and took mail</summary>\n<div class=\"scroll\" "
              "tabindex=\"0\" role=\"region\" aria-label=\"Who was listed, and took mail\">\n"
              "<table>\n<thead><tr><th scope=\"col\">Address</th><th scope=\"col\">Rule</th>"
              "<th scope=\"col\">Listed</th><th scope=\"col\">Took mail</th>"
              "<th scope=\"col\">Reply</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < report->reversal_count && i < ADDRESSES_SHOWN; i++) {
        const struct reversal *row = &report->reversals[i];
        char listed[DATE_WORDS], accepted[DATE_WORDS];
        html(out,
             "<tr><th scope=\"row\">%t</th><td><code>%t</code></td><td>%t</td><td>%t</td>"
             "<td>%t</td></tr>\n",
             page_words(page, row->address, NAME_COLUMNS), row->rule,
             page_minute(page, row->listed_at, listed),
             page_minute(page, row->accepted_at, accepted),
             page_words(page, row->reply, NAME_COLUMNS * 2));
    }
    html(out, "</tbody>\n</table>\n</div>\n</details>\n");
}

/* What the runs have found out of entries that were mailed again. */
static void how_sure(struct page *page)
{
    const struct report *report = page->report;
    struct buf *out = &page->out, words = {0};
    if (!report->has_regrets)
        return;
    regrets_say(&words, &report->regret, report->regret_days);
    html(out, "<h3>How sure is the list?</h3>\n<p>Known so far: %t.</p>\n", buf_sv(&words));
    buf_release(&words);
    if (report->probed_count)
        html(out, "<p>%n of the listed get one mail, to see whether they live.</p>\n",
             (int64_t)report->probed_count);
    if (report->regret.tested) {
        html(out, "<table>\n<caption>By rule</caption>\n<thead><tr><th scope=\"col\">Rule</th>"
                  "<th scope=\"col\" class=\"num\">Mailed again</th><th scope=\"col\" "
                  "class=\"num\">Accepted</th><th scope=\"col\" class=\"num\">Wrong at most</th>"
                  "</tr></thead>\n<tbody>\n");
        for (size_t i = 0; i < report->regret_count; i++)
            if (report->regrets[i].tested)
                html(out,
                     "<tr><th scope=\"row\"><code>%t</code>%t</th><td class=\"num\">%n</td>"
                     "<td class=\"num\">%n</td><td class=\"num\">%p</td></tr>\n",
                     report->regrets[i].rule,
                     report->regrets[i].held ? SV(" (held: lists nobody new)") : SV_EMPTY,
                     report->regrets[i].tested, report->regrets[i].accepted,
                     report->regrets[i].upper);
        html(out, "</tbody>\n</table>\n");
    }
    if (report->reversal_count && page->addresses)
        reversals(page);
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
    held(page);
    if (count)
        reasons_to_suppress(page);
    if (count && page->addresses)
        addresses(page);
    else if (count)
        html(&page->out, "<p class=\"fine\">This page shows no addresses.</p>\n");
    how_sure(page);
    html(&page->out, "</section>\n");
}
