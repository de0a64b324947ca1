/* The tables of the page: categories with their remedies and an example each, domains and hosts
 * with their shares and trends, replies that no rule knows, and samples of lines that were not
 * understood. Long tables end after some rows; the summary has the rest. */
#include "page.h"

enum { RANKED_SHOWN = 15, SHAPES_SHOWN = 12 };

static double percent_of(int64_t part, int64_t whole)
{
    return whole ? (double)part * 100 / (double)whole : 0;
}

static void category(struct page *page, const struct category_row *row, int64_t most)
{
    struct buf *out = &page->out;
    html(out,
         "<tbody>\n<tr class=\"first\"><th scope=\"row\">%t <code>%t</code></th><td "
         "class=\"num\">%n",
         row->meaning, row->category, row->count);
    page_bar(page, percent_of(row->count, most));
    html(out, "</td><td class=\"num wide\">%n</td><td class=\"num wide\">%n</td>", row->permanent,
         row->transient);
    if (!page->report->cut)
        html(out, "<td class=\"num wide\">%n</td>", row->recipients);
    html(out, "</tr>\n<tr><td colspan=\"%i\"><p>", page->report->cut ? INT64_C(4) : INT64_C(5));
    html_linked(out, row->remedy);
    html(out, "</p>");
    if (row->sample_code || row->sample_text.len) {
        html(out, "<p class=\"sample\"><span class=\"quiet\">Example: </span><q>");
        if (row->sample_code)
            html(out, "%i ", (int64_t)row->sample_code);
        if (row->sample_enhanced.len)
            html(out, "%t ", row->sample_enhanced);
        html(out, "%t</q></p>", page_words(page, row->sample_text, SAMPLE_COLUMNS));
    }
    html(out, "</td></tr>\n</tbody>\n");
}

void page_categories(struct page *page)
{
    const struct report *report = page->report;
    html(&page->out, "<section id=\"why\" aria-labelledby=\"why-h\">\n"
                     "<h2 id=\"why-h\">Why mail failed</h2>\n");
    if (!report->category_count) {
        html(&page->out, "<p>No attempt failed.</p>\n</section>\n");
        return;
    }
    html(&page->out,
         "<table class=\"reasons\">\n<caption class=\"quiet\">Reasons, the most frequent "
         "first</caption>\n"
         "<thead><tr><th scope=\"col\">Reason, what to do, and an example</th>"
         "<th scope=\"col\" class=\"num\">Attempts</th><th scope=\"col\" class=\"num "
         "wide\">Permanent</th><th scope=\"col\" class=\"num wide\">Transient</th>");
    if (!report->cut)
        html(&page->out, "<th scope=\"col\" class=\"num wide\">Recipients</th>");
    html(&page->out, "</tr></thead>\n");
    for (size_t i = 0; i < report->category_count; i++)
        category(page, &report->categories[i], report->categories[0].count);
    html(&page->out, "</table>\n</section>\n");
}

/* In per cent; what is there at all is seen. */
static double seen_share(int64_t part, int64_t whole)
{
    double percent = percent_of(part, whole);
    return part && percent < 1 ? 1 : percent;
}

static void share_bar(struct page *page, const struct ranking_row *row)
{
    const struct outcomes *all = &row->outcomes;
    double wait = seen_share(all->deferred, all->count);
    double bad = seen_share(all->bounced + all->expired, all->count);
    double good = seen_share(all->delivered, all->count);
    if (good > 100 - wait - bad)
        good = 100 - wait - bad;
    html(
        &page->out,
        "<svg class=\"bar\" viewBox=\"0 0 100 6\" preserveAspectRatio=\"none\" "
        "aria-hidden=\"true\"><rect width=\"100\" height=\"6\" class=\"rest\"/><rect "
        "class=\"good\" "
        "width=\"%f\" height=\"6\"/><rect class=\"wait\" x=\"%f\" width=\"%f\" height=\"6\"/><rect "
        "class=\"bad\" x=\"%f\" width=\"%f\" height=\"6\"/></svg>",
        good, good, wait, good + wait, bad);
}

static void ranked(struct page *page, const struct ranking_row *row, bool trends)
{
    html(&page->out, "<tr><th scope=\"row\">%t", page_words(page, row->name, NAME_COLUMNS));
    share_bar(page, row);
    html(&page->out, "</th><td>%n</td><td class=\"wide\">%p</td><td>%p</td><td>%p</td>",
         row->outcomes.count, row->delivered_rate, row->deferred_rate, row->bounce_rate);
    if (trends) {
        html(&page->out, "<td class=\"wide\">");
        page_trend(page, row->trend);
        html(&page->out, "</td>");
    }
    html(&page->out, "</tr>\n");
}

static void ranking(struct page *page, const char *title, const struct ranking *list)
{
    bool trends = list->count && list->rows[0].trend;
    if (!list->count)
        return;
    html(&page->out,
         "<div class=\"ranking\">\n<table>\n<caption>%t</caption>\n<thead><tr><th "
         "scope=\"col\">Name</th>"
         "<th scope=\"col\" class=\"num\">Attempts</th><th scope=\"col\" class=\"num "
         "wide\">Delivered</th><th scope=\"col\" class=\"num\">Deferred</th><th scope=\"col\" "
         "class=\"num\">Failed</th>",
         sv_from(title));
    if (trends)
        html(&page->out, "<th scope=\"col\" class=\"wide\">By day%t</th>",
             page->report->wall ? SV(" (UTC)") : SV_EMPTY);
    html(&page->out, "</tr></thead>\n<tbody class=\"nums\">\n");
    for (size_t i = 0; i < list->count && i < RANKED_SHOWN; i++)
        ranked(page, &list->rows[i], trends);
    html(&page->out, "</tbody>\n</table>\n");
    page_more(page, list->count, RANKED_SHOWN);
    html(&page->out, "</div>\n");
}

void page_rankings(struct page *page)
{
    const struct report *report = page->report;
    if (!report->recipient_domains.count)
        return;
    html(&page->out, "<section id=\"where\" aria-labelledby=\"where-h\">\n"
                     "<h2 id=\"where-h\">Where mail went</h2>\n");
    ranking(page, "Mailbox providers", &report->providers);
    ranking(page, "Recipient domains", &report->recipient_domains);
    html(&page->out, "</section>\n");
}

/* What was never seen comes first; of the rest, there is room for some. */
static size_t shapes(struct page *page, bool fresh, size_t room)
{
    const struct report *report = page->report;
    size_t shown = 0;
    for (size_t i = 0; i < report->shape_count && shown < room; i++) {
        const struct rule_row *row = &report->shapes[i];
        if (row->fresh != fresh)
            continue;
        shown++;
        html(&page->out,
             "<tr><th scope=\"row\" class=\"sample\">%t%t</th><td class=\"num\">%n</td></tr>\n",
             fresh ? SV("New: ") : SV_EMPTY, page_words(page, row->rule, SAMPLE_COLUMNS),
             row->count);
    }
    return shown;
}

static void shape_table(struct page *page)
{
    const struct report *report = page->report;
    struct buf *out = &page->out;
    html(out,
         "<table>\n<caption class=\"quiet\">Unknown replies</caption>\n<thead><tr>"
         "<th scope=\"col\">Words</th><th scope=\"col\" class=\"num\">Attempts</th></tr></thead>\n"
         "<tbody>\n");
    size_t shown = shapes(page, true, SHAPES_SHOWN);
    shown += shapes(page, false, SHAPES_SHOWN - shown);
    html(out, "</tbody>\n</table>\n");
    page_more(page, report->shape_count, shown);
}

void page_news(struct page *page)
{
    const struct report *report = page->report;
    struct buf *out = &page->out;
    int64_t fresh = (int64_t)report->fresh_shape_count;
    html(out,
         "<section id=\"new\" aria-labelledby=\"new-h\">\n<h2 id=\"new-h\">What is new</h2>\n");
    if (!report->shape_count)
        html(out, "<p>Nothing: a rule knows every reply.</p>\n");
    else if (!report->knows_shapes)
        html(out, "<p>Replies in words that no rule knows yet, with names and addresses left out. "
                  "Which of them are new, a history would know (<code>--history</code>).</p>\n");
    else
        html(out,
             "<p><b>%n</b> form%t of words never seen before. All of these are replies that no "
             "rule knows yet, with names and addresses left out.</p>\n",
             fresh, page_s(fresh));
    if (report->shape_count)
        shape_table(page);
    html(out, "</section>\n");
}

static void samples(struct page *page, const char *title, const struct sample_list *list)
{
    struct buf *out = &page->out;
    if (!list->count)
        return;
    html(out, "<h3>%t: %n</h3>\n<ol class=\"samples\">\n", sv_from(title), list->count);
    for (size_t i = 0; i < list->kept; i++) {
        if (i && sv_eq(list->rows[i].text, list->rows[i - 1].text))
            continue; /* one is enough */
        html(out,
             "<li><span class=\"fine\">%t, line %n</span><br><q class=\"sample\">%t</q></li>\n",
             page_words(page, list->rows[i].file, NAME_COLUMNS), list->rows[i].line,
             page_words(page, list->rows[i].text, SAMPLE_COLUMNS));
    }
    html(out, "</ol>\n");
}

void page_samples(struct page *page)
{
    const struct report *report = page->report;
    html(&page->out, "<section id=\"doubts\" aria-labelledby=\"doubts-h\">\n"
                     "<h2 id=\"doubts-h\">What was not understood</h2>\n");
    if (!report->unparsed.count && !report->unclassified.count && !report->ambiguous.count)
        html(&page->out, "<p>Nothing: every line was read, and every reply was known.</p>\n");
    samples(page, "Delivery lines that could not be read", &report->unparsed);
    samples(page, "Replies that no rule knows", &report->unclassified);
    samples(page, "Lines that can be read in two ways", &report->ambiguous);
    html(&page->out, "</section>\n");
}
