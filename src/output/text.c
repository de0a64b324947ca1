/* The summary for a person at a terminal. */
#include "bouncelog/base/text.h"
#include "bouncelog/base/date.h"
#include "bouncelog/output/output.h"

enum { ROWS_MAX = 15, TEXT_WIDTH = 68 };

struct page {
    struct outfile *out;
    bool colour;
    struct buf line;
};

static void flush(struct page *page)
{
    buf_add_byte(&page->line, '\n');
    outfile_write(page->out, buf_sv(&page->line));
    buf_clear(&page->line);
}

static void heading(struct page *page, const char *text)
{
    flush(page);
    buf_printf(&page->line, page->colour ? "\x1b[1m%s\x1b[0m" : "%s", text);
    flush(page);
}

/* At most `width` bytes, control characters made visible, a cut at a whole character. */
static void add_clipped(struct page *page, sv text, size_t width)
{
    struct buf visible = {0};
    text_add_visible(&visible, text);
    sv all = buf_sv(&visible);
    size_t len = 0;
    while (len < all.len) {
        size_t n = utf8_sequence(sv_skip(all, len));
        if (len + (n ? n : 1) > width)
            break;
        len += n ? n : 1;
    }
    buf_add(&page->line, sv_sub(all, 0, len));
    if (len < all.len)
        buf_add(&page->line, SV("..."));
    buf_release(&visible);
}

static void add_padded(struct page *page, sv text, size_t width)
{
    size_t start = page->line.len;
    add_clipped(page, text, width);
    while (page->line.len - start < width)
        buf_add_byte(&page->line, ' ');
}

static void window(struct page *page, const struct report *report)
{
    char first[DATE_TEXT], last[DATE_TEXT];
    if (!report->has_window) {
        buf_add(&page->line, SV("No delivery attempts."));
    } else {
        date_format(report->first, first);
        date_format(report->last, last);
        buf_printf(&page->line, "%lld delivery attempts, %s to %s",
                   (long long)report->attempts_total, first, last);
    }
    flush(page);
    buf_printf(&page->line,
               "%lld lines: %lld of deliveries, %lld of their context, %lld others, "
               "%lld not understood",
               (long long)report->lines.total, (long long)report->lines.delivery,
               (long long)report->lines.context, (long long)report->lines.other,
               (long long)report->lines.unparsed);
    flush(page);
}

static void outcomes(struct page *page, const struct report *report)
{
    heading(page, "Outcomes");
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        if (!report->attempts[i])
            continue;
        buf_printf(&page->line, "%10lld  ", (long long)report->attempts[i]);
        buf_add(&page->line, outcome_name((enum outcome)i));
        flush(page);
    }
}

static void categories(struct page *page, const struct report *report)
{
    if (!report->category_count)
        return;
    heading(page, "Why mail failed, and what to do");
    for (size_t i = 0; i < report->category_count; i++) {
        const struct category_row *row = &report->categories[i];
        buf_printf(&page->line, "%10lld  ", (long long)row->count);
        add_padded(page, row->category, 20);
        buf_add(&page->line, row->remedy);
        flush(page);
        buf_add(&page->line, SV("            "));
        if (row->sample_code)
            buf_printf(&page->line, "%d ", row->sample_code);
        add_clipped(page, row->sample_text, TEXT_WIDTH);
        flush(page);
    }
}

static void ranking(struct page *page, const char *title, const struct ranking *list)
{
    if (!list->count)
        return;
    heading(page, title);
    for (size_t i = 0; i < list->count && i < ROWS_MAX; i++) {
        const struct ranking_row *row = &list->rows[i];
        buf_printf(&page->line, "%10lld  ", (long long)row->outcomes.count);
        add_padded(page, row->name, 36);
        buf_printf(&page->line, " %6.2f %% bounced or expired", row->bounce_rate * 100);
        flush(page);
    }
    if (list->count > ROWS_MAX) {
        buf_printf(&page->line, "            and %zu more", list->count - ROWS_MAX);
        flush(page);
    }
}

static void suppressions(struct page *page, const struct report *report)
{
    if (!report->suppress_count)
        return;
    heading(page, "Addresses to suppress");
    for (size_t i = 0; i < report->suppress_count; i++) {
        const struct suppression *row = &report->suppress[i];
        buf_add(&page->line, SV("  "));
        add_padded(page, row->address, 38);
        buf_add_byte(&page->line, ' ');
        add_padded(page, row->category, 20);
        if (row->code)
            buf_printf(&page->line, "%d ", row->code);
        add_clipped(page, row->reply, TEXT_WIDTH);
        flush(page);
    }
}

static void doubts(struct page *page, const char *title, const struct sample_list *list)
{
    if (!list->count)
        return;
    heading(page, title);
    for (size_t i = 0; i < list->kept; i++) {
        add_clipped(page, list->rows[i].file, TEXT_WIDTH);
        buf_printf(&page->line, ":%lld: ", (long long)list->rows[i].line);
        add_clipped(page, list->rows[i].text, TEXT_WIDTH * 2);
        flush(page);
    }
}

void output_text(struct outfile *out, const struct report *report, bool colour)
{
    struct page page = {.out = out, .colour = colour};
    window(&page, report);
    outcomes(&page, report);
    categories(&page, report);
    ranking(&page, "Providers", &report->providers);
    ranking(&page, "Recipient domains", &report->recipient_domains);
    suppressions(&page, report);
    doubts(&page, "Replies that no rule knows", &report->unclassified);
    doubts(&page, "Delivery lines that were not understood", &report->unparsed);
    doubts(&page, "Lines that can be read in two ways", &report->ambiguous);
    buf_release(&page.line);
}
