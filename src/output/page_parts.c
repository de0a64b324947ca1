/* The head of the page: what was read and what is missing, the numbers of the day on tiles
 * beside those of a usual day, and what to fix first, with the places where it hurts. Every text
 * of a log goes through html()'s %t. The sections follow page.h. */
#include "page.h"

#include <stdio.h>

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
    if (report->strange_times)
        html(&page->out, "<li>%n attempt%t of a time that cannot be: no evidence</li>\n",
             report->strange_times, page_s(report->strange_times));
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

/* Ends a tile: what the last day was, and what a day is like. */
static void against(struct page *page, int64_t latest, int64_t usual)
{
    if (page->report->latest_day.days)
        html(&page->out,
             "</span> <span class=\"then\">last 24 h: <b>%n</b>, usually %n</span></li>\n", latest,
             usual);
    else
        html(&page->out, "</span></li>\n");
}

static void suppress_tile(struct page *page)
{
    const struct report *report = page->report;
    tile(page, "stop", "To suppress", (int64_t)report->suppress_count);
    html(&page->out, "<a href=\"#suppress\">address%t to stop mailing</a></span>",
         report->suppress_count == 1 ? SV_EMPTY : SV("es"));
    if (report->has_totals)
        html(&page->out, " <span class=\"then\"><b>%n</b> new since the last run</span>",
             (int64_t)report->fresh_count);
    html(&page->out, "</li>\n");
}

static void compared_with(struct page *page)
{
    const struct latest_day *day = &page->report->latest_day;
    char since[DATE_WORDS], until[DATE_WORDS];
    if (!day->days)
        return;
    html(
        &page->out,
        "<p class=\"fine\">The last 24 hours are those from %t to %t; usually is the median of the "
        "%n day%t before.</p>\n",
        page_minute(page, day->since, since), page_minute(page, day->until, until), day->days,
        page_s(day->days));
}

void page_tiles(struct page *page)
{
    const struct report *report = page->report;
    const struct outcomes *latest = &report->latest_day.latest, *usual = &report->latest_day.usual;
    struct buf *out = &page->out;
    int64_t expired = report->attempts[OUTCOME_EXPIRED];
    html(out, "<section aria-labelledby=\"glance\">\n<h2 id=\"glance\" class=\"quiet\">At a "
              "glance</h2>\n<ul class=\"tiles\">\n");
    tile(page, "all", "Attempts", report->attempts_total);
    if (!report->cut)
        html(out, "to %n recipient%t", report->recipients.attempted,
             page_s(report->recipients.attempted));
    against(page, latest->count, usual->count);
    tile(page, "good", "Delivered", report->attempts[OUTCOME_DELIVERED]);
    html(out, "%p of attempts", report->delivered_rate);
    against(page, latest->delivered, usual->delivered);
    tile(page, "wait", "Deferred", report->attempts[OUTCOME_DEFERRED]);
    html(out, "%p, tried again later", report->deferred_rate);
    against(page, latest->deferred, usual->deferred);
    tile(page, "bad", "Bounced", report->attempts[OUTCOME_BOUNCED]);
    if (expired)
        html(out, "%p with %n expired", report->bounce_rate, expired);
    else
        html(out, "%p of attempts", report->bounce_rate);
    if (report->attempts_tried < report->attempts_total)
        html(out, "; your own list stopped %n, which no share counts",
             report->attempts_total - report->attempts_tried);
    against(page, latest->bounced, usual->bounced);
    if (!report->cut)
        suppress_tile(page);
    html(out, "</ul>\n");
    compared_with(page);
    html(out, "</section>\n");
}

static sv scope_words(sv scope)
{
    if (sv_eq(scope, scope_name(SCOPE_SENDER)))
        return SV("your reputation or identity");
    if (sv_eq(scope, scope_name(SCOPE_CONTENT)))
        return SV("your messages");
    if (sv_eq(scope, scope_name(SCOPE_LOCAL)))
        return SV("your own system");
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
        html(out, "<p class=\"quiet\">Who refuses which of your hosts, and how often:</p>\n"
                  "<ul class=\"places\">\n");
        for (size_t i = 0; i < row->place_count; i++)
            place(page, &row->places[i]);
        if (row->more)
            html(out, "<li>elsewhere&nbsp;<span>%n</span></li>\n", row->more);
        html(out, "</ul>\n");
    }
    html(out, "</div>\n");
}

/* Since when; or that it is over. */
static sv since_words(struct page *page, const struct fix_row *row)
{
    char first[DATE_WORDS], last[DATE_WORDS], words[2 * DATE_WORDS + 32];
    if (!row->first_seen)
        return SV_EMPTY;
    sv from = page_day(page, row->first_seen, first), to = page_day(page, row->last_seen, last);
    snprintf(words, sizeof words, row->past ? "; since %.*s, last seen %.*s" : "; since %.*s",
             SV_FMT(from), SV_FMT(to));
    return arena_copy(&page->arena, sv_from(words));
}

static void fix(struct page *page, const struct fix_row *row)
{
    struct buf *out = &page->out;
    html(out,
         "<article class=\"%t\">\n<h3>%t</h3>\n<p class=\"fine\"><code>%t</code> %n "
         "attempt%t; the cause is %t%t</p>\n",
         row->past ? SV("fix past") : SV("fix"), row->meaning, row->category, row->count,
         page_s(row->count), scope_words(row->scope), since_words(page, row));
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
        html(&page->out,
             "<p class=\"fine-day\">%t no failure was caused by your identity, your messages or "
             "your settings.</p>\n",
             report->cut ? SV("Of this mail") : SV("Nobody blocks you, and"));
    html(&page->out, report->fix_count > 1 ? "<div class=\"fixes\">\n" : "<div>\n");
    for (size_t i = 0; i < report->fix_count; i++)
        fix(page, &report->fixes[i]);
    html(&page->out, "</div>\n</section>\n");
}
