/* The report as one page for a browser, a printer, a mail: no script, no network, no picture. Its
 * policy allows one style sheet, by its hash, and nothing else; so whatever a stranger wrote cannot
 * do more than be read. */
#include "page.h"

#include <stdio.h>

#include "bouncelog/base/date.h"
#include "bouncelog/base/text.h"
#include "style.h"

enum { HOSTS_SHOWN = 6, INPUTS_SHOWN = 12, FILE_COLUMNS = 120 };

sv page_words(struct page *page, sv text, size_t columns)
{
    static const struct redactor mask = {.key = {"", 0}, .masks = true};
    sv words = redact_text(page->addresses ? NULL : &mask, text, &page->arena);
    struct buf visible = {0};
    text_add_visible(&visible, words);
    if (text_columns(buf_sv(&visible)) > columns) {
        visible.len = text_cut(buf_sv(&visible), columns - 1).len;
        buf_add(&visible, SV("\xE2\x80\xA6"));
    }
    words = arena_copy(&page->arena, buf_sv(&visible));
    buf_release(&visible);
    return words;
}

static const char *month(int number)
{
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return names[(number - 1) % 12];
}

sv page_wall_day(int64_t wall, char *text)
{
    struct civil civil = date_to_civil(wall);
    snprintf(text, DATE_WORDS, "%d %s %d", civil.day, month(civil.month), civil.year);
    return sv_from(text);
}

sv page_wall_minute(int64_t wall, char *text)
{
    struct civil civil = date_to_civil(wall);
    snprintf(text, DATE_WORDS, "%d %s %d, %02d:%02d", civil.day, month(civil.month), civil.year,
             civil.hour, civil.minute);
    return sv_from(text);
}

sv page_day(const struct page *page, int64_t time, char *text)
{
    return page_wall_day(wall_time(page->report->wall, time), text);
}

sv page_minute(const struct page *page, int64_t time, char *text)
{
    return page_wall_minute(wall_time(page->report->wall, time), text);
}

sv page_zone(const struct page *page)
{
    return wall_name(page->report->wall);
}

sv page_s(int64_t count)
{
    return count == 1 ? SV_EMPTY : SV("s");
}

void page_more(struct page *page, size_t all, size_t shown)
{
    if (all > shown)
        html(&page->out, "<p class=\"fine\">and %n more in the summary</p>\n",
             (int64_t)(all - shown));
}

sv page_period(struct page *page, sv from, sv to)
{
    struct buf words = {0};
    buf_printf(&words, sv_eq(from, to) ? "%.*s" : "%.*s to %.*s", SV_FMT(from), SV_FMT(to));
    sv period = arena_copy(&page->arena, buf_sv(&words));
    buf_release(&words);
    return period;
}

static sv period_of_report(struct page *page)
{
    const struct report *report = page->report;
    char first[DATE_WORDS], last[DATE_WORDS];
    return report->has_window ? page_period(page, page_day(page, report->first, first),
                                            page_day(page, report->last, last))
                              : SV("no delivery attempts");
}

void page_begin(struct page *page, sv title)
{
    html(&page->out,
         "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'%t'; base-uri 'none'; form-action 'none'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n"
         "<meta name=\"referrer\" content=\"no-referrer\">\n"
         "<meta name=\"robots\" content=\"noindex, nofollow\">\n"
         "<title>%t</title>\n<style>",
         sv_from(style_hash), title);
    buf_add(&page->out, style_css);
    html(&page->out,
         "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the report</a>\n");
}

static void hosts(struct page *page)
{
    const struct ranking *hosts = &page->report->hosts;
    if (!hosts->count)
        return;
    html(&page->out, "<p class=\"hosts\">");
    for (size_t i = 0; i < hosts->count && i < HOSTS_SHOWN; i++)
        html(&page->out, "<code>%t</code> ", page_words(page, hosts->rows[i].name, NAME_COLUMNS));
    if (hosts->count > HOSTS_SHOWN)
        html(&page->out, "and %n more", (int64_t)(hosts->count - HOSTS_SHOWN));
    html(&page->out, "</p>\n");
}

/* The whole page in two sentences, for who reads no further. */
static void lead(struct page *page)
{
    const struct report *report = page->report;
    int64_t fixes = (int64_t)report->fix_count;
    if (!report->attempts_total) {
        html(&page->out, "<p class=\"lead\">%t no delivery attempts.</p>\n",
             report->cut ? SV("Of this mail there are") : SV("These logs hold"));
        return;
    }
    const struct message_row *messages = &report->messages.messages;
    if (!messages->sent) {
        html(&page->out,
             "<p class=\"lead\">No message was to leave: all of it was notifications of "
             "your own mail server, or stayed on it.</p>\n");
        return;
    }
    html(&page->out,
         "<p class=\"lead\">Of <b>%n</b> message%t, <b>%p</b> were delivered, <b>%p</b> bounced "
         "or expired (%p were refused for good) and %n still wait%t. ",
         messages->sent, page_s(messages->sent), messages->delivery_rate, messages->bounce_rate,
         messages->hard_bounce_rate, messages->counts.waiting,
         messages->counts.waiting == 1 ? SV("s") : SV_EMPTY);
    if (fixes)
        html(&page->out,
             "<a href=\"#fix\"><b>%n</b> cause%t of failure can be fixed on your side.</a></p>\n",
             fixes, page_s(fixes));
    else
        html(&page->out, "Nothing has to be fixed on your side.</p>\n");
}

/* Which part of the mail the page is about. */
static void part(struct page *page)
{
    const struct report *report = page->report;
    struct buf words = {0}, visible = {0};
    if (!report->cut)
        return;
    report_cut_say(report->cut, &words);
    text_add_visible(&visible, buf_sv(&words));
    html(&page->out, "<p class=\"period\">Only mail %t</p>\n", buf_sv(&visible));
    buf_release(&words);
    buf_release(&visible);
}

static void banner(struct page *page)
{
    const struct report *report = page->report;
    char first[DATE_WORDS], last[DATE_WORDS];
    html(&page->out, "<header>\n<h1>Mail delivery report</h1>\n<p class=\"period\">%t</p>\n",
         period_of_report(page));
    part(page);
    hosts(page);
    if (report->has_window) {
        struct buf zone = {0};
        wall_say(report->wall, report->first, report->last, &zone);
        html(&page->out,
             "<p class=\"exact\">First attempt %t, last attempt %t. All times are %t.</p>\n",
             page_minute(page, report->first, first), page_minute(page, report->last, last),
             buf_sv(&zone));
        buf_release(&zone);
    }
    lead(page);
    html(&page->out, "</header>\n");
}

/* Links to the sections that the page has. */
static void navigation(struct page *page)
{
    static const struct {
        const char *id, *words;
        bool of_a_cut;
    } sections[] = {{"fix", "To fix", true},
                    {"messages", "Messages", true},
                    {"when", "When", false},
                    {"why", "Why", true},
                    {"where", "Where", true},
                    {"waits", "Delays", false},
                    {"new", "New", false},
                    {"suppress", "Suppression", false},
                    {"doubts", "Not understood", false}};
    html(&page->out, "<nav aria-label=\"Sections\"><ul>");
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (sections[i].of_a_cut || !page->report->cut)
            html(&page->out, "<li><a href=\"#%t\">%t</a></li>", sv_from(sections[i].id),
                 sv_from(sections[i].words));
    html(&page->out, "</ul></nav>\n");
}

static void part_gaps(struct page *page)
{
    struct buf words = {0};
    for (size_t i = 0; report_cut_gap(page->report, i, &words); i++) {
        html(&page->out,
             i == 0 ? "<div class=\"alert\" role=\"note\">\n<h3>The counts may be too "
                      "low</h3>\n<ul>\n<li>%t</li>\n"
                    : "<li>%t</li>\n",
             buf_sv(&words));
        buf_clear(&words);
    }
    if (page->report->incomplete)
        html(&page->out, "</ul>\n</div>\n");
    buf_release(&words);
}

static void foot(struct page *page)
{
    const struct report *report = page->report;
    char made[DATE_WORDS];
    html(&page->out, "<footer>\n<p>Made by bouncelog %t on %t %t", report->version,
         page_minute(page, report->generated_at, made), page_zone(page));
    if (report->cut) { /* how many lines a log has says nothing about a part of its mail */
        html(&page->out, " from a history.</p>\n</footer>\n</body>\n</html>\n");
        return;
    }
    html(&page->out, ", from:</p>\n<ul>\n");
    for (size_t i = 0; i < report->input_count && i < INPUTS_SHOWN; i++)
        html(&page->out, "<li><code>%t</code> %n line%t</li>\n",
             page_words(page, report->inputs[i].file, FILE_COLUMNS), report->inputs[i].lines,
             page_s(report->inputs[i].lines));
    if (report->input_count > INPUTS_SHOWN)
        html(&page->out, "<li>and %n more</li>\n", (int64_t)(report->input_count - INPUTS_SHOWN));
    html(&page->out, "</ul>\n</footer>\n</body>\n</html>\n");
}

static void all_sections(struct page *page)
{
    const struct report *report = page->report;
    bool well = !report->incomplete && !report->lines.unparsed;
    if (!well)
        page_coverage(page);
    page_tiles(page);
    page_fixes(page);
    page_episodes(page);
    page_messages(page);
    page_timeline(page);
    page_week(page);
    page_categories(page);
    page_rankings(page);
    page_waits(page);
    page_news(page);
    page_suppressions(page);
    page_samples(page);
    if (well)
        page_coverage(page);
}

/* What a history keeps of a part of the mail. */
static void sections_of_part(struct page *page)
{
    part_gaps(page);
    page_tiles(page);
    page_fixes(page);
    page_messages(page);
    page_categories(page);
    page_rankings(page);
}

void output_page(struct outfile *out, const struct report *report, bool addresses)
{
    struct page page = {.report = report, .addresses = addresses};
    struct buf title = {0};
    buf_add(&title, SV("Mail delivery report: "));
    buf_add(&title, period_of_report(&page));
    page_begin(&page, buf_sv(&title));
    buf_release(&title);
    banner(&page);
    navigation(&page);
    html(&page.out, "<main id=\"main\">\n");
    if (report->cut)
        sections_of_part(&page);
    else
        all_sections(&page);
    html(&page.out, "</main>\n");
    foot(&page);
    outfile_write(out, buf_sv(&page.out));
    buf_release(&page.out);
    arena_release(&page.arena);
}
