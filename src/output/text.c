/* The summary for a person at a terminal: as wide as the caller says, 80 columns at least, colour
 * only where he says so. Headings are bold; what has to be mended here is red, or yellow where it
 * may pass by itself; who is gone is grey. Bars are plain ASCII, because it is mailed and piped as
 * often as it is looked at. Widths are those that a terminal shows (text_width.c); control
 * characters are made visible, and a text is cut at a whole character. */
#include "bouncelog/base/text.h"
#include "bouncelog/base/date.h"
#include "bouncelog/output/output.h"
#include "text_parts.h"

enum {
    ROWS_MAX = 15,
    ADDRESSES_MAX = 10,
    EPISODES_MAX = 10,
    WIDTH_MIN = 80,
    INDENT = 12,
    NAME_WIDTH = 28,
    BAR_WIDTH = 36,
    RANKED_WIDTH = 36,
    ADDRESS_WIDTH = 56,
    WIDER_MAX = 28 /* more would tear a row apart */
};

static const char GREEN[] = "\x1b[32m", YELLOW[] = "\x1b[33m", RED[] = "\x1b[31m",
                  GREY[] = "\x1b[90m";

struct page {
    struct outfile *out;
    bool colour;
    size_t width, wider; /* than 80 columns: so many a name may have */
    struct buf line;
};

static void flush(struct page *page)
{
    buf_add_byte(&page->line, '\n');
    outfile_write(page->out, buf_sv(&page->line));
    buf_clear(&page->line);
}

static void begin_colour(struct page *page, const char *colour)
{
    if (page->colour)
        buf_add(&page->line, sv_from(colour));
}

static void end_colour(struct page *page)
{
    if (page->colour)
        buf_add(&page->line, SV("\x1b[0m"));
}

static void heading(struct page *page, const char *text)
{
    flush(page);
    buf_printf(&page->line, page->colour ? "\x1b[1m%s\x1b[0m" : "%s", text);
    flush(page);
}

static void add_padded(struct page *page, sv text, size_t width)
{
    for (size_t columns = text_add_clipped(&page->line, text, width); columns < width; columns++)
        buf_add_byte(&page->line, ' ');
}

static void indent(struct page *page)
{
    buf_printf(&page->line, "%*s", INDENT, "");
}

/* Words, on as many lines as they need. */
static void add_wrapped(struct page *page, sv text)
{
    size_t column = 0;
    while (text.len) {
        sv word = sv_cut(text, ' ', &text);
        size_t columns = text_columns(word);
        if (column && column + 1 + columns > page->width - INDENT) {
            flush(page);
            column = 0;
        }
        if (!column)
            indent(page);
        else
            buf_add_byte(&page->line, ' ');
        text_add_visible(&page->line, word);
        column += columns + (column > 0);
    }
    flush(page);
}

/* What a sender is judged by. */
static void messages(struct page *page, const struct report *report)
{
    const struct message_row *all = &report->messages.messages;
    if (!all->sent)
        return;
    text_add_count(&page->line, all->sent, "message", "messages");
    buf_printf(&page->line, ": %.2f %% delivered, %.2f %% bounced or expired",
               all->delivery_rate * 100, all->bounce_rate * 100);
    flush(page);
    buf_printf(&page->line, "  (%.2f %% refused for good), %lld still waiting",
               all->hard_bounce_rate * 100, (long long)all->counts.waiting);
    flush(page);
    if (!report->messages.notifications.total)
        return;
    buf_add(&page->line, SV("  besides, "));
    text_add_count(&page->line, report->messages.notifications.total, "notification",
                   "notifications");
    buf_add(&page->line, SV(" that your own mail server wrote"));
    flush(page);
}

static void window(struct page *page, const struct report *report)
{
    char first[DATE_TEXT], last[DATE_TEXT];
    if (!report->has_window) {
        buf_add(&page->line, SV("No delivery attempts."));
    } else {
        text_format_time(report, report->first, first);
        text_format_time(report, report->last, last);
        text_add_count(&page->line, report->attempts_total, "delivery attempt",
                       "delivery attempts");
        buf_printf(&page->line, ", %s to %s", first, last);
    }
    flush(page);
    if (report->has_window && report->wall) {
        buf_add(&page->line, SV("Times are "));
        wall_say(report->wall, report->first, report->last, &page->line);
        flush(page);
    }
    messages(page, report);
    if (report->cut)
        text_add_cut(&page->line, report);
    else
        text_add_lines(&page->line, report);
    outfile_write(page->out, buf_sv(&page->line));
    buf_clear(&page->line);
}

/* In plain ASCII: it is mailed and piped as often as it is looked at. What is there has a mark. */
static void add_bar(struct page *page, const char *colour, int64_t part, int64_t whole)
{
    int64_t marks = whole ? (part * BAR_WIDTH + whole / 2) / whole : 0;
    if (part && !marks)
        marks = 1;
    begin_colour(page, colour);
    for (int64_t i = 0; i < marks; i++)
        buf_add_byte(&page->line, '#');
    end_colour(page);
}

static const char *colour_of(enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_BOUNCED:
    case OUTCOME_EXPIRED:
    case OUTCOME_REFUSED:
    case OUTCOME_BOUNCED_LATER:
    case OUTCOME_COMPLAINED:
        return RED;
    case OUTCOME_DEFERRED:
        return YELLOW;
    default:
        return GREEN;
    }
}

static void outcomes(struct page *page, const struct report *report)
{
    if (!report->attempts_total)
        return;
    heading(page, "Outcomes");
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        if (!report->attempts[i])
            continue;
        buf_printf(&page->line, "%10lld  ", (long long)report->attempts[i]);
        add_padded(page, outcome_name((enum outcome)i), NAME_WIDTH);
        buf_add_byte(&page->line, ' ');
        add_bar(page, colour_of((enum outcome)i), report->attempts[i], report->attempts_total);
        flush(page);
    }
}

static void add_reply(struct page *page, int code, sv text, size_t width)
{
    if (code) {
        buf_printf(&page->line, "%03d ", code);
        width -= 4;
    }
    text_add_clipped(&page->line, text, width);
}

/* Whose turn it is: what is wrong with us is to be mended, a recipient who is gone is not. */
static const char *colour_of_category(const struct category_row *row)
{
    bool gone = sv_eq(row->scope, SV("recipient")) || sv_eq(row->scope, SV("domain"));
    return gone ? GREY : row->permanent ? RED : YELLOW;
}

static void categories(struct page *page, const struct report *report)
{
    if (!report->category_count)
        return;
    heading(page, "Why mail failed, and what to do");
    for (size_t i = 0; i < report->category_count; i++) {
        const struct category_row *row = &report->categories[i];
        buf_printf(&page->line, "%10lld  ", (long long)row->count);
        add_padded(page, row->category, NAME_WIDTH);
        buf_add_byte(&page->line, ' ');
        add_bar(page, colour_of_category(row), row->count, report->categories[0].count);
        flush(page);
        add_wrapped(page, row->remedy);
        text_add_since(&page->line, report, row);
        if (page->line.len)
            flush(page);
        indent(page);
        buf_add(&page->line, SV("e.g. "));
        add_reply(page, row->sample_code, row->sample_text, page->width - INDENT - 5);
        flush(page);
    }
}

static void ranked(struct page *page, int64_t count, sv name, double bounce_rate)
{
    buf_printf(&page->line, "%10lld  ", (long long)count);
    add_padded(page, name, RANKED_WIDTH + page->wider);
    buf_printf(&page->line, " %6.2f %% bounced or expired", bounce_rate * 100);
    flush(page);
}

static void more(struct page *page, size_t count)
{
    if (count <= ROWS_MAX)
        return;
    buf_printf(&page->line, "            and %zu more", count - ROWS_MAX);
    flush(page);
}

static void ranking(struct page *page, const char *title, const struct ranking *list)
{
    if (!list->count)
        return;
    heading(page, title);
    for (size_t i = 0; i < list->count && i < ROWS_MAX; i++)
        ranked(page, list->rows[i].outcomes.count, list->rows[i].name, list->rows[i].bounce_rate);
    more(page, list->count);
}

/* One alone has the numbers of all messages. */
static void senders(struct page *page, const char *title, const struct message_rows *list,
                    size_t least)
{
    if (list->count < least)
        return;
    heading(page, title);
    for (size_t i = 0; i < list->count && i < ROWS_MAX; i++)
        ranked(page, list->rows[i].sent, list->rows[i].name, list->rows[i].bounce_rate);
    more(page, list->count);
}

/* The last day beside the days before it. */
static void latest_day(struct page *page, const struct report *report)
{
    const struct latest_day *day = &report->latest_day;
    const int64_t numbers[][2] = {{day->latest.count, day->usual.count},
                                  {day->latest.delivered, day->usual.delivered},
                                  {day->latest.deferred, day->usual.deferred},
                                  {day->latest.bounced, day->usual.bounced},
                                  {day->latest.expired, day->usual.expired}};
    static const char *const names[] = {"attempts", "delivered", "deferred", "bounced", "expired"};
    if (!day->days)
        return;
    heading(page, "The last 24 hours, and what the days before were like");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        buf_printf(&page->line, "%10lld  %-28s usually %lld", (long long)numbers[i][0], names[i],
                   (long long)numbers[i][1]);
        flush(page);
    }
}

static void episodes(struct page *page, const struct report *report)
{
    struct buf rows = {0};
    if (text_add_episodes(&rows, report, EPISODES_MAX)) {
        heading(page, "Who refuses or slows your hosts");
        outfile_write(page->out, buf_sv(&rows));
    }
    buf_release(&rows);
}

static void retries(struct page *page, const struct report *report)
{
    if (!report->retries.retries.count)
        return;
    heading(page, "Delays and retries");
    text_add_retries(&page->line, report);
    outfile_write(page->out, buf_sv(&page->line));
    buf_clear(&page->line);
}

/* With a history the list is long, and most of it was there yesterday. */
static void changes(struct page *page, const struct report *report)
{
    if (report->brake) {
        buf_add(&page->line, SV("  The lists were left as they were (exit 8; --force)."));
        flush(page);
    }
    if (!report->has_totals)
        return;
    buf_printf(&page->line, "  %zu in all: %zu new, %zu cleared, %zu held", report->suppress_count,
               report->fresh_count, report->cleared_count, report->held_count);
    flush(page);
}

static void held(struct page *page, const struct report *report)
{
    for (size_t i = 0; i < report->held_reason_count; i++) {
        const struct count_row *row = &report->held_reasons[i];
        buf_printf(&page->line, "  %lld held: %.*s", (long long)row->count, SV_FMT(row->name));
        flush(page);
    }
    for (size_t i = 0; i < report->incident_count; i++) {
        const struct incident_row *row = &report->incidents[i];
        char first[DATE_TEXT], last[DATE_TEXT];
        text_format_time(report, row->first, first);
        text_format_time(report, row->last, last);
        buf_printf(&page->line,
                   report->wall ? "  incident, %.16s to %.16s: %.*s"
                                : "  incident, %.13s to %.13s h: %.*s",
                   first, last, SV_FMT(row->words));
        flush(page);
        indent(page);
        buf_printf(&page->line,
                   row->ours ? "held %lld, %.1f %% failed on the way, not %.1f %%"
                             : "called %lld dead, %.1f %% of those decided, not %.1f %%",
                   (long long)row->addresses, row->share * 100, row->usual * 100);
        flush(page);
    }
}

static void suppression(struct page *page, const struct suppression *row)
{
    buf_add(&page->line, SV("  "));
    add_padded(page, row->address, ADDRESS_WIDTH + page->wider);
    buf_printf(&page->line, "  %.*s", SV_FMT(row->category));
    flush(page);
    begin_colour(page, GREY);
    indent(page);
    add_reply(page, row->code, row->reply, page->width - INDENT);
    end_colour(page);
    flush(page);
    if (!row->skipped.len)
        return;
    indent(page);
    buf_printf(&page->line, "in no list: %.*s", SV_FMT(row->skipped));
    flush(page);
}

/* A few of them show what is there; whoever wants them all wants a list. */
static void suppressions(struct page *page, const struct report *report)
{
    size_t count = 0;
    if (!report->suppress_count && !report->cleared_count && !report->held_count &&
        !report->incident_count)
        return;
    heading(page, "Addresses to suppress");
    changes(page, report);
    held(page, report);
    text_add_regrets(&page->line, report);
    outfile_write(page->out, buf_sv(&page->line));
    buf_clear(&page->line);
    for (size_t i = 0; i < report->suppress_count; i++) {
        if (report->has_totals && !report->suppress[i].decision->fresh)
            continue;
        if (count++ < ADDRESSES_MAX)
            suppression(page, report_suppression(report, &report->suppress[i]));
    }
    if (count <= ADDRESSES_MAX)
        return;
    buf_printf(&page->line, "  and %zu more: -s FILE", count - ADDRESSES_MAX);
    flush(page);
}

static void doubts(struct page *page, const char *title, const struct sample_list *list)
{
    if (!list->count)
        return;
    heading(page, title);
    for (size_t i = 0; i < list->kept; i++) {
        buf_add(&page->line, SV("  "));
        text_add_clipped(&page->line, list->rows[i].file, page->width - 16);
        buf_printf(&page->line, ":%lld", (long long)list->rows[i].line);
        flush(page);
        indent(page);
        text_add_clipped(&page->line, list->rows[i].text, page->width - INDENT);
        flush(page);
    }
}

void output_text(struct outfile *out, const struct report *report, bool colour, unsigned width)
{
    size_t wider = width > WIDTH_MIN ? width - WIDTH_MIN : 0;
    struct page page = {.out = out,
                        .colour = colour,
                        .width = WIDTH_MIN + wider,
                        .wider = wider < WIDER_MAX ? wider : WIDER_MAX};
    window(&page, report);
    outcomes(&page, report);
    latest_day(&page, report);
    categories(&page, report);
    episodes(&page, report);
    senders(&page, "Messages by sender domain", &report->messages.streams[CUT_SENDER_DOMAIN], 2);
    senders(&page, "Messages by campaign", &report->messages.streams[CUT_CAMPAIGN], 1);
    ranking(&page, "Providers", &report->providers);
    ranking(&page, "Recipient domains", &report->recipient_domains);
    retries(&page, report);
    suppressions(&page, report);
    doubts(&page, "Replies that no rule knows", &report->unclassified);
    doubts(&page, "Delivery lines that were not understood", &report->unparsed);
    doubts(&page, "Lines that can be read in two ways", &report->ambiguous);
    buf_release(&page.line);
}
