/* Charts as inline SVG. Only shapes are stretched to the width of the page; words stand beside them
 * as text of the page, so that they are as large on a telephone as on a desk. The numbers are in a
 * table, too. */
#include "page.h"

#include <stdio.h>

#include "bouncelog/base/date.h"

enum {
    STEP = 10,
    BAR = 8,
    HEIGHT = 100,
    SLIVER = 2,
    LOWEST = 3,
    STRIP = 8,
    LABELS_ALL = 7,
    LABELS_SOME = 5
};
enum { MINUTE = 60, DAY = 86400, HEAT_LEVELS = 5, TREND_WIDTH = 120, TREND_HEIGHT = 24 };

void page_bar(struct page *page, double part)
{
    double width = part > 100 ? 100 : part;
    if (part > 0 && part < 1) /* more than nothing, less than all */
        width = 1;
    if (part > 99 && part < 100)
        width = 99;
    html(&page->out,
         "<svg class=\"bar\" viewBox=\"0 0 100 6\" preserveAspectRatio=\"none\" "
         "aria-hidden=\"true\"><rect width=\"100\" height=\"6\" class=\"rest\"/><rect "
         "width=\"%f\" height=\"6\"/></svg>",
         width);
}

/* Where the clock is put back, an hour comes twice. */
static sv period_name(const struct timeline *timeline, size_t i, char *text)
{
    int64_t start = timeline->rows[i].start;
    if (timeline->step == DAY)
        return page_wall_day(start, text);
    sv name = page_wall_minute(start, text);
    if (!i || start > timeline->rows[i - 1].start)
        return name;
    snprintf(text + name.len, DATE_WORDS - name.len, " again");
    return sv_from(text);
}

/* "22 Nov", or the hour. */
static sv tick_name(const struct timeline *timeline, size_t i, char *text)
{
    struct civil civil = date_to_civil(timeline->rows[i].start);
    if (timeline->step != DAY) {
        snprintf(text, DATE_WORDS, "%02d:%02d", civil.hour, civil.minute);
        return sv_from(text);
    }
    sv day = page_wall_day(timeline->rows[i].start, text);
    return sv_sub(day, 0, sv_rfind_byte(day, ' '));
}

enum { PARTS = 4 };

/* Heights of the parts of a column. Few among many are still seen, but as no more than a strip: in
 * a low column an eighth of it at most, which the largest part gives up. */
static void heights_of(const int64_t counts[PARTS], int64_t scale, double heights[PARTS])
{
    int64_t all = 0;
    size_t largest = 0;
    for (size_t i = 0; i < PARTS; i++) {
        all += counts[i];
        if (counts[i] > counts[largest])
            largest = i;
    }
    double height = (double)all * HEIGHT / (double)scale;
    if (height < LOWEST)
        height = LOWEST;
    double least = height / STRIP < SLIVER ? height / STRIP : SLIVER;
    for (size_t i = 0; i < PARTS; i++)
        heights[i] = (double)counts[i] * height / (double)all;
    for (size_t i = 0; i < PARTS; i++)
        if (counts[i] && heights[i] < least) {
            heights[largest] -= least - heights[i];
            heights[i] = least;
        }
}

/* From the bottom up. */
static void parts(struct page *page, size_t i, const int64_t counts[PARTS])
{
    static const char *const classes[PARTS] = {"good", "other", "wait", "bad"};
    double heights[PARTS], base = HEIGHT;
    heights_of(counts, page->report->timeline.scale, heights);
    for (size_t part = 0; part < PARTS; part++) {
        if (!counts[part])
            continue;
        base -= heights[part];
        html(&page->out, "<rect class=\"%t\" x=\"%i\" y=\"%f\" width=\"%i\" height=\"%f\"/>",
             sv_from(classes[part]), (int64_t)i * STEP + (STEP - BAR) / 2, base, (int64_t)BAR,
             heights[part]);
    }
}

static void column(struct page *page, size_t i)
{
    const struct timeline *timeline = &page->report->timeline;
    const struct period_row *row = &timeline->rows[i];
    char name[DATE_WORDS];
    if (!row->outcomes.count)
        return;
    html(&page->out,
         "<g><title>%t: %n attempt%t, %n delivered, %n deferred, %n bounced or expired</title>",
         period_name(timeline, i, name), row->outcomes.count, page_s(row->outcomes.count),
         row->outcomes.delivered, row->outcomes.deferred, row->failed);
    parts(page, i,
          (const int64_t[PARTS]){row->outcomes.delivered, row->others, row->outcomes.deferred,
                                 row->failed});
    html(&page->out, "</g>\n");
}

static void ticks(struct page *page)
{
    const struct timeline *timeline = &page->report->timeline;
    char name[DATE_WORDS];
    bool all = timeline->count <= LABELS_ALL;
    size_t count = all ? timeline->count : LABELS_SOME;
    html(&page->out, "<p class=\"%t\" aria-hidden=\"true\">", all ? SV("ticks each") : SV("ticks"));
    for (size_t i = 0; i < count; i++)
        html(&page->out, "<span>%t</span>",
             tick_name(timeline, all ? i : i * (timeline->count - 1) / (count - 1), name));
    html(&page->out, "</p>\n");
}

static void period_table(struct page *page)
{
    const struct timeline *timeline = &page->report->timeline;
    struct buf *out = &page->out;
    char name[DATE_WORDS];
    html(out,
         "<details>\n<summary>The numbers</summary>\n<div class=\"scroll\" tabindex=\"0\" "
         "role=\"region\" aria-label=\"Attempts over time\">\n<table>\n<thead><tr>"
         "<th scope=\"col\">From (%t)</th><th scope=\"col\" class=\"num\">Attempts</th>"
         "<th scope=\"col\" class=\"num\">Delivered</th><th scope=\"col\" "
         "class=\"num\">Deferred</th><th scope=\"col\" class=\"num\">Bounced or expired</th>"
         "</tr></thead>\n<tbody class=\"nums\">\n",
         page_zone(page));
    for (size_t i = 0; i < timeline->count; i++) {
        const struct period_row *row = &timeline->rows[i];
        html(out,
             "<tr><th scope=\"row\">%t</th><td>%n</td><td>%n</td><td>%n</td><td>%n</td></tr>\n",
             period_name(timeline, i, name), row->outcomes.count, row->outcomes.delivered,
             row->outcomes.deferred, row->failed);
    }
    html(out, "</tbody>\n</table>\n</div>\n</details>\n");
}

static void axis(struct page *page)
{
    int64_t scale = page->report->timeline.scale;
    html(
        &page->out,
        "<p class=\"axis\" aria-hidden=\"true\"><span>%n</span><span>%n</span><span>0</span></p>\n",
        scale, scale / 2);
}

/* At which minutes of this clock the hours of UTC begin, as which mail was counted: "00" for most
 * zones. */
static sv hours_begin(const struct page *page, char *text)
{
    const struct report *report = page->report;
    snprintf(text, DATE_WORDS, "%02d",
             wall_hours_begin(report->wall, report->first, report->last) / MINUTE);
    return sv_from(text);
}

void page_timeline(struct page *page)
{
    const struct timeline *timeline = &page->report->timeline;
    struct buf *out = &page->out;
    bool day = timeline->step == DAY;
    if (!timeline->count)
        return;
    html(out,
         "<section id=\"when\" aria-labelledby=\"when-h\">\n<h2 id=\"when-h\">What happened, %t by "
         "%t</h2>\n"
         "<p class=\"legend\"><span class=\"good\">delivered</span> <span "
         "class=\"wait\">deferred</span> <span class=\"bad\">bounced or expired</span></p>\n"
         "<div class=\"plot\">\n",
         day ? SV("day") : SV("hour"), day ? SV("day") : SV("hour"));
    axis(page);
    html(out,
         "<svg class=\"columns\" viewBox=\"0 -6 %i %i\" preserveAspectRatio=\"none\" role=\"img\" "
         "aria-labelledby=\"when-t\"><title id=\"when-t\">Delivery attempts over time, delivered, "
         "deferred, and bounced or expired; the numbers are in the table below</title>\n"
         "<defs><pattern id=\"stripes\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\">"
         "<rect width=\"4\" height=\"4\" class=\"stripe-a\"/><rect width=\"4\" height=\"2.4\" "
         "class=\"stripe-b\"/></pattern></defs>\n"
         "<path class=\"grid\" d=\"M0 0H%i M0 50H%i M0 100H%i\"/>\n",
         (int64_t)timeline->count * STEP, (int64_t)HEIGHT + 6, (int64_t)timeline->count * STEP,
         (int64_t)timeline->count * STEP, (int64_t)timeline->count * STEP);
    for (size_t i = 0; i < timeline->count; i++)
        column(page, i);
    html(out, "</svg>\n");
    ticks(page);
    html(out, "</div>\n");
    if (timeline->earlier.count)
        html(out, "<p class=\"fine\">Before that: %n attempts, %n of them deferred.</p>\n",
             timeline->earlier.count, timeline->earlier.deferred);
    char text[DATE_WORDS];
    sv minutes = hours_begin(page, text);
    if (day && !sv_eq(minutes, SV("00")))
        html(out,
             "<p class=\"fine\">Mail is counted by hours of UTC, which begin at %t past the hour "
             "here: each belongs to the day in which it begins.</p>\n",
             minutes);
    period_table(page);
    html(out, "</section>\n");
}

static const char *const weekdays[WEEKDAYS] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

static void heat_cell(struct page *page, size_t day, size_t hour, sv minutes)
{
    const struct week_hours *week = &page->report->week_hours;
    int64_t count = week->deferred[day][hour];
    int64_t level = count ? 1 + (count - 1) * HEAT_LEVELS / week->most : 0;
    html(&page->out, "<rect class=\"h%i\" x=\"%i\" y=\"%i\" width=\"9.4\" height=\"9.4\">", level,
         (int64_t)hour * STEP, (int64_t)day * STEP);
    if (count)
        html(&page->out, "<title>%t %i:%t: %n deferred</title>", sv_from(weekdays[day]),
             (int64_t)hour, minutes, count);
    html(&page->out, "</rect>");
}

static void week_table(struct page *page)
{
    struct buf *out = &page->out;
    html(out,
         "<details>\n<summary>The numbers</summary>\n<div class=\"scroll\" tabindex=\"0\" "
         "role=\"region\" aria-label=\"Deferrals by weekday and hour\">\n<table "
         "class=\"dense\">\n<thead><tr><th scope=\"col\">%t</th>",
         page_zone(page));
    for (size_t hour = 0; hour < HOURS; hour++)
        html(out, "<th scope=\"col\">%i</th>", (int64_t)hour);
    html(out, "</tr></thead>\n<tbody class=\"nums\">\n");
    for (size_t day = 0; day < WEEKDAYS; day++) {
        html(out, "<tr><th scope=\"row\">%t</th>", sv_from(weekdays[day]));
        for (size_t hour = 0; hour < HOURS; hour++)
            html(out, "<td>%n</td>", page->report->week_hours.deferred[day][hour]);
        html(out, "</tr>\n");
    }
    html(out, "</tbody>\n</table>\n</div>\n</details>\n");
}

void page_week(struct page *page)
{
    struct buf *out = &page->out;
    char text[DATE_WORDS];
    sv minutes = hours_begin(page, text);
    if (!page->report->week_hours.most)
        return;
    html(out,
         "<section aria-labelledby=\"week-h\">\n<h2 id=\"week-h\">When mail is deferred</h2>\n"
         "<p class=\"legend heat\">fewer <span class=\"h1\"></span><span class=\"h2\"></span>"
         "<span class=\"h3\"></span><span class=\"h4\"></span><span class=\"h5\"></span> more: "
         "up to %n deferral%t in one hour of the week</p>\n<div class=\"plot week\">\n<p "
         "class=\"axis\" "
         "aria-hidden=\"true\">",
         page->report->week_hours.most, page_s(page->report->week_hours.most));
    for (size_t day = 0; day < WEEKDAYS; day++)
        html(out, "<span>%t</span>", sv_from(weekdays[day]));
    html(out,
         "</p>\n<svg class=\"heatmap\" viewBox=\"0 0 240 70\" preserveAspectRatio=\"none\" "
         "role=\"img\" aria-labelledby=\"week-t\"><title id=\"week-t\">Deferrals by weekday "
         "and hour, "
         "%t; the numbers are in the table below</title>\n",
         page_zone(page));
    for (size_t day = 0; day < WEEKDAYS; day++) {
        for (size_t hour = 0; hour < HOURS; hour++)
            heat_cell(page, day, hour, minutes);
        html(out, "\n");
    }
    html(out,
         "</svg>\n<p class=\"ticks quarters\" aria-hidden=\"true\"><span>0:%t</span>"
         "<span>6:%t</span><span>12:%t</span><span>18:%t</span></p>\n</div>\n",
         minutes, minutes, minutes, minutes);
    week_table(page);
    html(out, "</section>\n");
}

static void area(struct page *page, const char *class, const int64_t *values, size_t count,
                 int64_t most)
{
    double step = (double)TREND_WIDTH / (double)count;
    html(&page->out, "<path class=\"%t\" d=\"M0 24", sv_from(class));
    for (size_t i = 0; i < count; i++) {
        double top = TREND_HEIGHT - (double)values[i] * TREND_HEIGHT / (double)most;
        html(&page->out, "V%fH%f", top, (double)(i + 1) * step);
    }
    html(&page->out, "V24Z\"/>");
}

void page_trend(struct page *page, const struct trend *trend)
{
    if (!trend || !trend->most)
        return;
    html(&page->out, "<svg class=\"trend\" viewBox=\"0 0 120 24\" preserveAspectRatio=\"none\" "
                     "aria-hidden=\"true\">");
    area(page, "good", trend->attempts, trend->count, trend->most);
    area(page, "bad", trend->failures, trend->count, trend->most);
    html(&page->out, "</svg>");
}
