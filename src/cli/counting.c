/* What changes the meaning of counts: which mail counts, whose lines, on which host they are, and
 * which acceptances are no deliveries. A history counts each line once, so it cannot be asked
 * later for what an option left out, and nights that were counted in another way do not add up.
 * (--relays, patterns and the policy are not among these: they judge what is counted, and evidence
 * is judged anew by `history rejudge`.) */
#include "counting.h"

#include <stdlib.h>

static int by_text(const void *a, const void *b)
{
    return sv_cmp(*(const sv *)a, *(const sv *)b);
}

static void add_value(struct buf *out, const char *name, sv value)
{
    buf_printf(out, "%s--%s '%.*s'", out->len ? " " : "", name, SV_FMT(value));
}

static void add_values(struct buf *out, const char *name, const struct texts *texts)
{
    sv list[TEXTS_MAX];
    for (size_t i = 0; i < texts->count; i++)
        list[i] = texts->list[i];
    if (texts->count)
        qsort(list, texts->count, sizeof *list, by_text);
    for (size_t i = 0; i < texts->count; i++)
        if (i == 0 || !sv_eq(list[i], list[i - 1]))
            add_value(out, name, list[i]);
}

void counting_describe(struct buf *out, const struct setup *setup)
{
    const struct options *options = setup->options;
    add_values(out, "sender", &options->senders);
    if (options->inbound)
        buf_add(out, out->len ? SV(" --inbound") : SV("--inbound"));
    if (setup->only != MTA_UNKNOWN)
        add_value(out, "mta", setup->patterns.taxonomy.mtas[setup->only]);
    if (options->host)
        add_value(out, "host", sv_from(options->host));
    add_values(out, "filter-transports", &options->filters);
}
