/* page: the parts of the report page, in the order of their sections. */
#ifndef BOUNCELOG_OUTPUT_PAGE_H
#define BOUNCELOG_OUTPUT_PAGE_H

#include "bouncelog/output/output.h"
#include "html.h"

struct page {
    struct buf out;
    const struct report *report; /* NULL: the page is of a backtest */
    bool addresses;              /* shown; else they are masked */
    struct arena arena;          /* what masking makes */
};

enum { NAME_COLUMNS = 90, SAMPLE_COLUMNS = 280, DATE_WORDS = 40 };

/* Everything up to the header of the page: its policy, its title, its style. */
void page_begin(struct page *page, sv title);
/* "3 Nov 2026 to 17 Nov 2026", or one day. */
sv page_period(struct page *page, sv from, sv to);
/* A stranger's words as the page shows them: addresses masked, at most so many characters. */
sv page_words(struct page *page, sv text, size_t columns);
/* "22 Nov 2026" and "22 Nov 2026, 03:00" in the zone of the page, of a second of UTC; text has
 * DATE_WORDS bytes. */
sv page_day(const struct page *page, int64_t time, char *text);
sv page_minute(const struct page *page, int64_t time, char *text);
/* The same of a time of its wall clock. */
sv page_wall_day(int64_t wall, char *text);
sv page_wall_minute(int64_t wall, char *text);
/* Its name: "UTC". */
sv page_zone(const struct page *page);
/* The plural of a noun: "" or "s". */
sv page_s(int64_t count);
/* Behind a table: how many of all rows it leaves to the summary. */
void page_more(struct page *page, size_t all, size_t shown);

/* page_parts.c */
void page_coverage(struct page *page);
void page_tiles(struct page *page);
void page_fixes(struct page *page);

/* page_messages.c */
void page_messages(struct page *page);
void page_episodes(struct page *page);

/* page_suppressions.c */
void page_suppressions(struct page *page);

/* page_chart.c */
void page_timeline(struct page *page);
void page_week(struct page *page);
/* A bar of 100 units, `part` of them filled. */
void page_bar(struct page *page, double part);
void page_trend(struct page *page, const struct trend *trend);

/* page_waits.c */
void page_waits(struct page *page);

/* page_tables.c */
void page_categories(struct page *page);
void page_rankings(struct page *page);
void page_news(struct page *page);
void page_samples(struct page *page);

#endif
