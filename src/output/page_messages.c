/* What became of the messages: their bounce rate by the day, beside the lines at which large
 * services put a sender under review (5 %) and stop it (10 %), who sent them, and from when to when
 * a provider refused or slowed a host. */
#include "page.h"

#include <stdio.h>

enum {
    STEP = 10,
    BAR = 8,
    HEIGHT = 100,
    REVIEW = 5,
    STOP = 10,
    DAYS_SHOWN = 92,
    SENDERS_SHOWN = 12
};
enum { EPISODES_SHOWN = 20, SECONDS_AN_HOUR = 3600 };

/* A whole number of per cent that no day is above, and the line at 10 % is below. */
static int64_t scale_of(const struct message_rows *days, size_t from)
{
    double most = (double)(STOP + 2) / 100;
    for (size_t i = from; i < days->count; i++)
        if (days->rows[i].bounce_rate > most)
            most = days->rows[i].bounce_rate;
    int64_t percent = (int64_t)(most * 100 + 0.999);
    return percent % 2 ? percent + 1 : percent;
}

static void line_at(struct page *page, int64_t percent, int64_t scale, size_t count)
{
    html(&page->out, "<path class=\"limit\" d=\"M0 %fH%i\"/>",
         HEIGHT - (double)percent * HEIGHT / (double)scale, (int64_t)count * STEP);
}

static void rate_bar(struct page *page, const struct message_row *day, size_t at, int64_t scale)
{
    double all = day->bounce_rate * 100 * HEIGHT / (double)scale;
    double hard = day->hard_bounce_rate * 100 * HEIGHT / (double)scale;
    html(&page->out,
         "<g><title>%t: %p of %n message%t bounced or expired, %p refused for good</title>"
         "<rect class=\"wait\" x=\"%i\" y=\"%f\" width=\"%i\" height=\"%f\"/>"
         "<rect class=\"bad\" x=\"%i\" y=\"%f\" width=\"%i\" height=\"%f\"/></g>\n",
         page_words(page, day->name, NAME_COLUMNS), day->bounce_rate, day->sent, page_s(day->sent),
         day->hard_bounce_rate, (int64_t)at * STEP + 1, HEIGHT - all, (int64_t)BAR, all,
         (int64_t)at * STEP + 1, HEIGHT - hard, (int64_t)BAR, hard);
}

static void day_table(struct page *page, const struct message_rows *days, size_t from)
{
    html(&page->out,
         "<details>\n<summary>The numbers</summary>\n<div class=\"scroll\" tabindex=\"0\" "
         "role=\"region\" aria-label=\"Messages by day\">\n<table>\n<caption class=\"quiet\">"
         "Messages by day</caption>\n<thead><tr><th scope=\"col\">Day (UTC)</th>"
         "<th scope=\"col\" class=\"num\">Messages</th><th scope=\"col\" class=\"num\">Delivered"
         "</th><th scope=\"col\" class=\"num\">Refused</th><th scope=\"col\" class=\"num\">Expired"
         "</th><th scope=\"col\" class=\"num\">Waiting</th><th scope=\"col\" class=\"num\">Bounce "
         "rate</th></tr></thead>\n<tbody class=\"nums\">\n");
    for (size_t i = from; i < days->count; i++) {
        const struct message_row *day = &days->rows[i];
        html(&page->out,
             "<tr><th scope=\"row\">%t</th><td>%n</td><td>%n</td><td>%n</td><td>%n</td><td>%n</td>"
             "<td>%p</td></tr>\n",
             page_words(page, day->name, NAME_COLUMNS), day->total, day->counts.delivered,
             day->counts.bounced, day->counts.expired, day->counts.waiting, day->bounce_rate);
    }
    html(&page->out, "</tbody>\n</table>\n</div>\n</details>\n");
}

static void rates_by_day(struct page *page)
{
    const struct message_rows *days = &page->report->messages.days;
    size_t from = days->count > DAYS_SHOWN ? days->count - DAYS_SHOWN : 0,
           shown = days->count - from;
    int64_t scale = scale_of(days, from);
    if (shown < 2)
        return;
    html(&page->out,
         "<p class=\"legend\"><span class=\"bad\">refused for good</span> <span class=\"wait\">"
         "expired</span></p>\n<div class=\"plot\">\n<p class=\"axis\" aria-hidden=\"true\">"
         "<span>%i %%</span><span>0</span></p>\n<svg class=\"columns rates\" viewBox=\"0 0 %i %i\" "
         "preserveAspectRatio=\"none\" role=\"img\" aria-labelledby=\"rates-t\"><title "
         "id=\"rates-t\">Bounce rate of the messages by day, with lines at 5 and 10 per cent; the "
         "numbers are in the table below</title>\n",
         scale, (int64_t)shown * STEP, (int64_t)HEIGHT);
    for (size_t i = from; i < days->count; i++)
        rate_bar(page, &days->rows[i], i - from, scale);
    line_at(page, REVIEW, scale, shown);
    line_at(page, STOP, scale, shown);
    html(&page->out,
         "</svg>\n<p class=\"ticks\" aria-hidden=\"true\"><span>%t</span><span>%t</span></p>\n"
         "</div>\n<p class=\"fine\">The lines are at 5 %%, where large mail services put a sender "
         "under review, and at 10 %%, where they stop it.%t</p>\n",
         page_words(page, days->rows[from].name, NAME_COLUMNS),
         page_words(page, days->rows[days->count - 1].name, NAME_COLUMNS),
         page->report->wall ? SV(" Days are UTC.") : SV_EMPTY);
    day_table(page, days, from);
}

static void senders(struct page *page, const char *caption, const struct message_rows *rows)
{
    if (!rows->count)
        return;
    html(&page->out,
         "<div class=\"ranking\">\n<table>\n<caption>%t</caption>\n<thead><tr><th scope=\"col\">"
         "Name</th><th scope=\"col\" class=\"num\">Messages</th><th scope=\"col\" class=\"num "
         "wide\">Delivered</th><th scope=\"col\" class=\"num\">Waiting</th><th scope=\"col\" "
         "class=\"num\">Bounce rate</th></tr></thead>\n<tbody class=\"nums\">\n",
         sv_from(caption));
    for (size_t i = 0; i < rows->count && i < SENDERS_SHOWN; i++) {
        const struct message_row *row = &rows->rows[i];
        html(&page->out,
             "<tr><th scope=\"row\">%t</th><td>%n</td><td class=\"wide\">%p</td><td>%n</td>"
             "<td>%p</td></tr>\n",
             page_words(page, row->name, NAME_COLUMNS), row->total, row->delivery_rate,
             row->counts.waiting, row->bounce_rate);
    }
    html(&page->out, "</tbody>\n</table>\n");
    page_more(page, rows->count, SENDERS_SHOWN);
    html(&page->out, "</div>\n");
}

/* What came back as mail, of all days that are shown; what was not proven, of this run. */
static void late(struct page *page)
{
    const struct report *report = page->report;
    int64_t later = report->attempts[OUTCOME_BOUNCED_LATER],
            complained = report->attempts[OUTCOME_COMPLAINED];
    if (!later && !complained && !report->mail.unproven)
        return;
    html(&page->out,
         "<p class=\"fine\">%n of them had been taken and came back later as mail, and count as "
         "refused; %n %t complained of.",
         later, complained, complained == 1 ? SV("was") : SV("were"));
    if (report->mail.unproven)
        html(&page->out,
             " %n more bounces or complaints prove nothing: no delivery in the log fits, or they "
             "came from elsewhere.",
             (int64_t)report->mail.unproven);
    html(&page->out, "</p>\n");
}

void page_messages(struct page *page)
{
    const struct message_report *report = &page->report->messages;
    const struct message_row *all = &report->messages, *own = &report->notifications;
    if (!all->total && !own->total)
        return;
    html(&page->out,
         "<section id=\"messages\" aria-labelledby=\"messages-h\">\n<h2 id=\"messages-h\">What "
         "became of the messages</h2>\n<p>Each recipient of a message counts once, by its last "
         "outcome: <b>%n</b> message%t, %n delivered, %n refused for good, %n expired, %n still "
         "waiting, %n given to another queue, %n "
         "discarded.</p>\n",
         all->total, page_s(all->total), all->counts.delivered, all->counts.bounced,
         all->counts.expired, all->counts.waiting, all->counts.handed_over, all->counts.discarded);
    if (own->total)
        html(&page->out,
             "<p class=\"fine\">Your own mail server wrote %n notification%t besides (%n "
             "delivered, %n refused).</p>\n",
             own->total, page_s(own->total), own->counts.delivered, own->counts.bounced);
    late(page);
    rates_by_day(page);
    senders(page, "Sender domains", &report->streams[CUT_SENDER_DOMAIN]);
    if (page->addresses)
        senders(page, "Campaigns", &report->streams[CUT_CAMPAIGN]);
    else if (report->streams[CUT_CAMPAIGN].count)
        html(&page->out, "<p class=\"fine\">Campaigns are addresses, too: they are in the summary, "
                         "and here with <code>--addresses</code>.</p>\n");
    html(&page->out, "</section>\n");
}

/* "about 5 minutes": what a reply asks for is round already. */
static sv words_of_wait(struct page *page, int64_t seconds)
{
    char words[64];
    if (!seconds)
        return SV_EMPTY;
    if (seconds % SECONDS_AN_HOUR == 0)
        snprintf(words, sizeof words, "%lld h", (long long)seconds / SECONDS_AN_HOUR);
    else if (seconds % 60 == 0)
        snprintf(words, sizeof words, "%lld min", (long long)seconds / 60);
    else
        snprintf(words, sizeof words, "%lld s", (long long)seconds);
    return arena_copy(&page->arena, sv_from(words));
}

static void episode(struct page *page, const struct episode_row *row)
{
    char first[DATE_WORDS], last[DATE_WORDS], over[DATE_WORDS];
    sv wait = words_of_wait(page, row->retry_after_s);
    html(&page->out, "<tr%t><th scope=\"row\"><code>%t</code> %t%t%t</th><td>%t</td><td>",
         row->ended ? SV(" class=\"past\"") : SV_EMPTY, row->kind,
         row->provider.len ? page_words(page, row->provider, NAME_COLUMNS) : SV("other receivers"),
         row->list.len ? SV(", list ") : SV_EMPTY, page_words(page, row->list, NAME_COLUMNS),
         page_words(page, row->host, NAME_COLUMNS));
    if (row->first_seen)
        html(&page->out, "%t", page_minute(page, row->first_seen, first));
    html(&page->out, "</td><td>");
    if (row->ended)
        html(&page->out, "taken again %t", page_minute(page, row->ended_at, over));
    else if (row->last_seen)
        html(&page->out, "goes on, last %t", page_minute(page, row->last_seen, last));
    html(&page->out, "</td><td class=\"num\">%n</td><td class=\"wide\">%t</td></tr>\n", row->count,
         wait);
}

void page_episodes(struct page *page)
{
    const struct report *report = page->report;
    if (!report->episode_count)
        return;
    html(&page->out,
         "<section id=\"blocks\" aria-labelledby=\"blocks-h\">\n<h2 id=\"blocks-h\">Blocks and "
         "throttling, from when to when</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
         "aria-label=\"Episodes\">\n<table>\n<caption class=\"quiet\">Episodes</caption>\n"
         "<thead><tr><th scope=\"col\">What and where</th><th scope=\"col\">Your host</th>"
         "<th scope=\"col\">Began</th><th scope=\"col\">Ended</th><th scope=\"col\" "
         "class=\"num\">Attempts</th><th scope=\"col\" class=\"wide\">Asks to wait</th></tr>"
         "</thead>\n<tbody>\n");
    for (size_t i = 0; i < report->episode_count && i < EPISODES_SHOWN; i++)
        episode(page, &report->episodes[i]);
    html(&page->out, "</tbody>\n</table>\n</div>\n");
    page_more(page, report->episode_count, EPISODES_SHOWN);
    html(&page->out, "</section>\n");
}
