/* The section of the page about mail that was not taken at once: how long it waited, by
 * provider, and within which time half of it and nine tenths of it were taken. The steps of time
 * are those of the counters (tally), so the words say "up to" and never more than is known. */
#include "page.h"

#include <stdio.h>

enum { PROVIDERS_SHOWN = 15, MINUTE = 60, HOUR = 3600 };

static sv duration(int64_t seconds, char *text)
{
    bool hours = seconds % HOUR == 0;
    snprintf(text, DATE_WORDS, "%lld %s", (long long)(seconds / (hours ? HOUR : MINUTE)),
             hours ? "h" : "min");
    return sv_from(text);
}

/* Of a share of the mail. */
static sv within(int64_t seconds, char *text)
{
    return seconds ? duration(seconds, text) : SV("over a day");
}

static sv wait_name(size_t i, char *text)
{
    char longest[DATE_WORDS];
    if (i == WAIT_STEPS - 1)
        return SV("over a day");
    sv up_to = duration(wait_steps[i], longest);
    snprintf(text, DATE_WORDS, "up to %.*s", SV_FMT(up_to));
    return sv_from(text);
}

/* "2nd try" for one deferral. */
static sv try_name(size_t i, char *text)
{
    uint32_t from = retry_steps[i] + 1;
    if (i == RETRY_STEPS - 1)
        snprintf(text, DATE_WORDS, "try %u or later", from);
    else if (retry_steps[i + 1] > from)
        snprintf(text, DATE_WORDS, "try %u to %u", from, retry_steps[i + 1]);
    else
        snprintf(text, DATE_WORDS, "try %u", from);
    return sv_from(text);
}

typedef sv step_name(size_t i, char *text);

static void steps(struct page *page, const char *title, const int64_t *counts, size_t count,
                  step_name *name)
{
    int64_t all = page->report->retries.retries.count;
    char text[DATE_WORDS];
    html(&page->out,
         "<table>\n<caption>%t</caption>\n<thead><tr><th scope=\"col\">Taken</th><th scope=\"col\" "
         "class=\"num\">Deliveries</th></tr></thead>\n<tbody>\n",
         sv_from(title));
    for (size_t i = 0; i < count; i++) {
        html(&page->out, "<tr><th scope=\"row\">%t", name(i, text));
        page_bar(page, (double)counts[i] * 100 / (double)all);
        html(&page->out, "</th><td class=\"num\">%n</td></tr>\n", counts[i]);
    }
    html(&page->out, "</tbody>\n</table>\n");
}

static void providers(struct page *page)
{
    const struct report *report = page->report;
    struct buf *out = &page->out;
    char half[DATE_WORDS], most[DATE_WORDS];
    html(out, "<table>\n<caption>By mailbox provider</caption>\n<thead><tr><th scope=\"col\">Name"
              "</th><th scope=\"col\" class=\"num\">Taken later</th><th scope=\"col\" "
              "class=\"num\">Half within</th><th scope=\"col\" class=\"num\">90&nbsp;%% within</th>"
              "</tr></thead>\n<tbody class=\"nums\">\n");
    for (size_t i = 0; i < report->retry_count && i < PROVIDERS_SHOWN; i++) {
        const struct retry_row *row = &report->retry_rows[i];
        html(out, "<tr><th scope=\"row\">%t</th><td>%n</td><td>%t</td><td>%t</td></tr>\n",
             page_words(page, row->name, NAME_COLUMNS), row->retries.count,
             within(row->half_s, half), within(row->most_s, most));
    }
    html(out, "</tbody>\n</table>\n");
    page_more(page, report->retry_count, PROVIDERS_SHOWN);
}

void page_waits(struct page *page)
{
    const struct report *report = page->report;
    const struct retries *all = &report->retries.retries;
    char half[DATE_WORDS], most[DATE_WORDS];
    html(&page->out, "<section id=\"waits\" aria-labelledby=\"waits-h\">\n"
                     "<h2 id=\"waits-h\">Delays and retries</h2>\n");
    if (!all->count) {
        html(&page->out, "<p>No delivery came after a deferral.</p>\n</section>\n");
        return;
    }
    html(&page->out,
         "<p><b>%n</b> deliver%t at the first try, <b>%n</b> after one deferral or more. Of "
         "those, half came within %t of the first deferral and nine of ten within %t.</p>\n"
         "<div class=\"pair\">\n",
         report->taken_at_once, report->taken_at_once == 1 ? SV("y") : SV("ies"), all->count,
         within(report->retries.half_s, half), within(report->retries.most_s, most));
    steps(page, "After how long", all->by_wait, WAIT_STEPS, wait_name);
    steps(page, "At which try", all->by_deferrals, RETRY_STEPS, try_name);
    html(&page->out, "</div>\n");
    providers(page);
    html(&page->out, "</section>\n");
}
