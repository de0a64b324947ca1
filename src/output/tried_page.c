/* A backtest as a page, in the frame and the style of the report's: how sure the list would have
 * been in a sentence, policies side by side, what the first of them rests on, whom it would have
 * suppressed wrongly, and who enters and leaves with each of the others. Rows that are many end
 * after some; --json has all. */
#include "bouncelog/base/date.h"
#include "page.h"

enum { GROUPS_SHOWN = 25, ENTRIES_SHOWN = 50 };

static void head_of_counts(struct buf *out, const char *caption, const char *name)
{
    html(out,
         "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%t\">\n<table>\n"
         "<caption>%t</caption>\n<thead><tr><th scope=\"col\">%t</th>"
         "<th scope=\"col\" class=\"num\">Listed</th><th scope=\"col\" class=\"num\">Mailed "
         "again</th><th scope=\"col\" class=\"num\">Accepted</th><th scope=\"col\" "
         "class=\"num\">Wrong at most</th><th scope=\"col\" class=\"num\">Mails saved</th>"
         "<th scope=\"col\" class=\"num\">Mails lost</th></tr></thead>\n<tbody>\n",
         sv_from(caption), sv_from(caption), sv_from(name));
}

static void counts(struct page *page, const struct tried_group *group, sv meaning)
{
    struct buf *out = &page->out, most = {0};
    if (group->mailed_again)
        report_add_percent(&most, group->upper);
    else
        buf_add(&most, SV("not tested"));
    html(out, "<tr><th scope=\"row\">%t", page_words(page, group->name, NAME_COLUMNS));
    if (meaning.len)
        html(out, "<br><span class=\"fine\">%t</span>", meaning);
    html(out,
         "</th><td class=\"num\">%n</td><td class=\"num\">%n</td><td class=\"num\">%n</td>"
         "<td class=\"num\">%t</td><td class=\"num\">%n</td><td class=\"num\">%n</td></tr>\n",
         group->listed, group->mailed_again, group->accepted_again, buf_sv(&most),
         group->mails_saved, group->mails_lost);
    buf_release(&most);
}

static void end_table(struct page *page, size_t all, size_t shown)
{
    html(&page->out, "</tbody>\n</table>\n</div>\n");
    if (all > shown)
        html(&page->out, "<p class=\"fine\">and %n more (--json)</p>\n", (int64_t)(all - shown));
}

static void policies(struct page *page, const struct tried *tried)
{
    html(&page->out,
         "<section id=\"policies\" aria-labelledby=\"policies-h\">\n"
         "<h2 id=\"policies-h\">Policies side by side</h2>\n"
         "<p>Each night they decide by what was known then. Mail of later days to those "
         "whom they list is the test: what is refused for good was saved, what is "
         "accepted would have been lost.</p>\n");
    head_of_counts(&page->out, "Whom each of them would have listed", "Policy");
    for (size_t i = 0; i < tried->policy_count; i++)
        counts(page, &tried->policies[i].all,
               i ? tried->policies[i].meaning : SV("the policy in use"));
    end_table(page, 0, 0);
    html(&page->out, "<p class=\"fine\">Wrong at most: with 95&nbsp;%% certainty no more of those "
                     "who were tested. Who was not mailed again was not tested.</p>\n</section>\n");
}

static void grounds(struct page *page, const struct tried_policy *policy)
{
    static const struct {
        const char *caption, *name;
    } by[TRIED_BYS] = {[TRIED_BY_RULE] = {"By rule", "Rule"},
                       [TRIED_BY_CATEGORY] = {"By category", "Category"},
                       [TRIED_BY_PROVIDER] = {"By provider", "Provider"},
                       [TRIED_BY_OPERATOR] = {"By operator", "Operator"}};
    html(&page->out, "<section id=\"grounds\" aria-labelledby=\"grounds-h\">\n"
                     "<h2 id=\"grounds-h\">What the list rests on</h2>\n");
    if (!policy->all.listed)
        html(&page->out, "<p>Nobody would have been listed.</p>\n");
    for (size_t i = 0; i < TRIED_BYS; i++) {
        const struct tried_groups *groups = &policy->by[i];
        if (!groups->count)
            continue;
        head_of_counts(&page->out, by[i].caption, by[i].name);
        for (size_t row = 0; row < groups->count && row < GROUPS_SHOWN; row++)
            counts(page, &groups->list[row], SV_EMPTY);
        end_table(page, groups->count, GROUPS_SHOWN);
    }
    html(&page->out, "</section>\n");
}

static void entry(struct page *page, const struct tried_row *row)
{
    char listed[DATE_WORDS], accepted[DATE_WORDS];
    struct buf reply = {0};
    if (row->code)
        buf_printf(&reply, "%d ", row->code);
    buf_add(&reply, row->reply);
    html(&page->out,
         "<tr><th scope=\"row\">%t</th><td>%t</td><td>%t</td><td><code>%t</code></td>"
         "<td>%t</td></tr>\n",
         page_words(page, row->address, NAME_COLUMNS), page_wall_day(row->listed_at - 1, listed),
         row->accepted_at ? page_wall_day(row->accepted_at, accepted)
         : row->tested    ? SV("refused again")
                          : SV("not tested"),
         page_words(page, row->rule.len ? row->rule : row->category, NAME_COLUMNS),
         page_words(page, buf_sv(&reply), NAME_COLUMNS * 2));
    buf_release(&reply);
}

static void entries(struct page *page, const struct tried *tried, const char *caption,
                    const struct tried_entries *list)
{
    struct arena arena = {0};
    if (!list->count)
        return;
    html(&page->out,
         "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%t\">\n<table>\n"
         "<caption>%t</caption>\n<thead><tr><th scope=\"col\">Address</th>"
         "<th scope=\"col\">Listed</th><th scope=\"col\">Took mail</th>"
         "<th scope=\"col\">Rule</th><th scope=\"col\">Reply</th></tr></thead>\n<tbody>\n",
         sv_from(caption), sv_from(caption));
    for (size_t i = 0; i < list->count && i < ENTRIES_SHOWN; i++) {
        struct tried_row row = tried_tell(tried, &list->list[i], &arena);
        entry(page, &row);
    }
    end_table(page, list->count, ENTRIES_SHOWN);
    arena_release(&arena);
}

static void reversals(struct page *page, const struct tried *tried)
{
    const struct tried_policy *own = &tried->policies[0];
    html(&page->out, "<section id=\"wrong\" aria-labelledby=\"wrong-h\">\n"
                     "<h2 id=\"wrong-h\">Suppressed wrongly</h2>\n");
    if (!own->reversals.count)
        html(&page->out, own->all.mailed_again
                             ? "<p>Of those who were mailed again nobody took the mail.</p>\n"
                             : "<p>Nobody was mailed again, so nothing is known of it.</p>\n");
    entries(page, tried, "Who took mail all the same", &own->reversals);
    html(&page->out, "</section>\n");
}

static void differences(struct page *page, const struct tried *tried)
{
    if (!tried->diff_count)
        return;
    html(&page->out, "<section id=\"other\" aria-labelledby=\"other-h\">\n"
                     "<h2 id=\"other-h\">With another policy</h2>\n");
    for (size_t i = 0; i < tried->diff_count; i++) {
        const struct tried_diff *diff = &tried->diffs[i];
        html(&page->out, "<h3>%t</h3>\n<p>%n address%t enter%t the list, %n leave%t it.</p>\n",
             page_words(page, diff->to, NAME_COLUMNS), (int64_t)diff->enter.count,
             diff->enter.count == 1 ? SV_EMPTY : SV("es"),
             diff->enter.count == 1 ? SV("s") : SV_EMPTY, (int64_t)diff->leave.count,
             diff->leave.count == 1 ? SV("s") : SV_EMPTY);
        entries(page, tried, "Who enters", &diff->enter);
        entries(page, tried, "Who leaves", &diff->leave);
    }
    html(&page->out, "</section>\n");
}

static void banner(struct page *page, const struct tried *tried, sv period)
{
    struct buf words = {0};
    html(&page->out,
         "<header>\n<h1>Backtest of the suppression list</h1>\n<p class=\"period\">%t</p>\n",
         period);
    if (tried->first > tried->last)
        buf_add(&words, SV("Nothing failed on any day: there is nothing to test."));
    else
        tried_say(&words, &tried->policies[0]);
    html(&page->out, "<p class=\"lead\">%t</p>\n</header>\n", buf_sv(&words));
    buf_release(&words);
}

static void sections(struct page *page, const struct tried *tried)
{
    html(&page->out, "<nav aria-label=\"Sections\"><ul><li><a href=\"#policies\">Policies</a></li>"
                     "<li><a href=\"#grounds\">What it rests on</a></li>"
                     "<li><a href=\"#wrong\">Suppressed wrongly</a></li>");
    if (tried->diff_count)
        html(&page->out, "<li><a href=\"#other\">With another policy</a></li>");
    html(&page->out, "</ul></nav>\n<main id=\"main\">\n");
    policies(page, tried);
    grounds(page, &tried->policies[0]);
    reversals(page, tried);
    differences(page, tried);
    html(&page->out, "</main>\n");
}

void output_tried_page(struct outfile *out, const struct tried *tried, const struct tried_page *how)
{
    struct page page = {.addresses = how->addresses};
    char first[DATE_WORDS], last[DATE_WORDS], made[DATE_WORDS];
    bool empty = tried->first > tried->last;
    sv period = empty ? SV("no days")
                      : page_period(&page, page_wall_day(tried->first * DATE_DAY, first),
                                    page_wall_day(tried->last * DATE_DAY, last));
    struct buf title = {0};
    buf_printf(&title, "Backtest: %.*s", SV_FMT(period));
    page_begin(&page, buf_sv(&title));
    buf_release(&title);
    banner(&page, tried, period);
    if (empty)
        html(&page.out, "<main id=\"main\"></main>\n");
    else
        sections(&page, tried);
    html(&page.out,
         "<footer>\n<p>Made by bouncelog %t on %t UTC. Days are those of UTC.</p>\n</footer>\n"
         "</body>\n</html>\n",
         how->version, page_wall_minute(how->now, made));
    outfile_write(out, buf_sv(&page.out));
    buf_release(&page.out);
    arena_release(&page.arena);
}
