/* Turns incidents into rows and words, the earliest first. Of one that is not looked for any more,
 * because it is months ago, no more is known than that there was one.
 */
#include "incidents.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"

static const struct {
    const char *kind, *words;
} kinds[] = {
    [INCIDENT_PROVIDER] = {"provider", "the provider "},
    [INCIDENT_OPERATOR] = {"operator", "the operator "},
    [INCIDENT_NETWORK] = {"operator", "the network "},
    [INCIDENT_DOMAIN] = {"domain", "the domain "},
    [INCIDENT_POOL] = {"pool", "many small domains"},
    [INCIDENT_OURS] = {"ours", "your own relay "},
};

static const char *words_of(const struct incident *incident)
{
    bool all = incident->kind == INCIDENT_OURS && !incident->name.len;
    return all ? "all that your own host sent" : kinds[incident->kind].words;
}

void incidents_say(struct buf *text, const struct incident *incident)
{
    char first[DATE_TEXT], last[DATE_TEXT];
    buf_add(text, SV("incident: "));
    if (!incident) {
        buf_add(text, SV("many living addresses were called dead there at that time"));
        return;
    }
    date_format(incident->first, first);
    date_format(incident->last, last);
    buf_printf(text, "%s%.*s called %.1f %% of those decided dead from %s to %s, not %.1f %%",
               kinds[incident->kind].words, SV_FMT(incident->name), incident->share * 100, first,
               last, incident->usual * 100);
}

static int by_time(const void *left, const void *right)
{
    const struct incident_row *a = left, *b = right;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    if (a->last != b->last)
        return a->last < b->last ? -1 : 1;
    int order = strcmp(a->kind, b->kind);
    return order ? order : sv_cmp(a->name, b->name);
}

static double four_decimals(double share)
{
    return floor(share * 10000 + 0.5) / 10000;
}

static struct incident_row row_of(struct report *report, const struct incident *incident)
{
    struct buf words = {0};
    buf_printf(&words, "%s%.*s", words_of(incident), SV_FMT(incident->name));
    struct incident_row row = {.kind = kinds[incident->kind].kind,
                               .name = arena_copy(&report->arena, incident->name),
                               .words = arena_copy(&report->arena, buf_sv(&words)),
                               .ours = incident->kind == INCIDENT_OURS,
                               .first = incident->first,
                               .last = incident->last,
                               .share = four_decimals(incident->share),
                               .usual = four_decimals(incident->usual),
                               .addresses = incident->addresses};
    buf_release(&words);
    return row;
}

void incidents_make(struct report *report, const struct decisions *decisions)
{
    size_t count = decisions->incident_count;
    report->incidents = mem_zero(count + 1, sizeof *report->incidents);
    for (size_t i = 0; i < count; i++)
        report->incidents[i] = row_of(report, &decisions->incidents[i]);
    report->incident_count = count;
    qsort(report->incidents, count, sizeof *report->incidents, by_time);
}
