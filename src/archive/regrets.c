/* How many of those who were listed lived after all (ITEM_REGRETS, by the day of the run that saw
 * it, of each host), and the rules that are held for it.
 *
 * Which rule somebody was listed for is known by its fingerprint; the names are in these items. */
#include "bouncelog/suppress/regrets.h"

#include "bouncelog/base/date.h"
#include "bouncelog/base/pack.h"
#include "bouncelog/base/text.h"
#include "changes.h"
#include "save.h"

enum { REGRETS_VERSION = 1, LEAST = 4 };

static void pack_regrets(struct buf *out, const struct regrets *regrets)
{
    pack_unsigned(out, REGRETS_VERSION);
    pack_unsigned(out, map_count(&regrets->rules));
    for (size_t i = 0; i < map_count(&regrets->rules); i++) {
        const struct regret *regret = map_value_at(&regrets->rules, i);
        pack_text(out, map_key_at(&regrets->rules, i));
        pack_number(out, regret->listed);
        pack_number(out, regret->tested);
        pack_number(out, regret->accepted);
    }
    pack_unsigned(out, regrets->reversal_count);
    for (size_t i = 0; i < regrets->reversal_count; i++) {
        const struct reversal *reversal = &regrets->reversals[i];
        pack_text(out, reversal->address);
        pack_text(out, reversal->rule);
        pack_text(out, reversal->category);
        pack_text(out, reversal->reply);
        pack_number(out, reversal->code);
        pack_number(out, reversal->listed_at);
        pack_number(out, reversal->accepted_at);
    }
}

/* Added to what is there. */
static int unpack_regrets(struct regrets *regrets, sv bytes)
{
    struct unpack in = unpack_of(bytes);
    if (unpack_unsigned(&in) != REGRETS_VERSION)
        return -1;
    size_t rules = unpack_count(&in, LEAST);
    for (size_t i = 0; i < rules && !in.failed; i++) {
        sv name = unpack_text(&in);
        struct regret regret = {.listed = unpack_finite(&in),
                                .tested = unpack_finite(&in),
                                .accepted = unpack_finite(&in)};
        if (!in.failed)
            regrets_add(regrets, name, &regret);
    }
    size_t count = unpack_count(&in, LEAST);
    for (size_t i = 0; i < count && !in.failed; i++) {
        struct reversal reversal = {.address = unpack_text(&in),
                                    .rule = unpack_text(&in),
                                    .category = unpack_text(&in),
                                    .reply = unpack_text(&in),
                                    .code = (int)unpack_finite(&in),
                                    .listed_at = unpack_finite(&in),
                                    .accepted_at = unpack_finite(&in)};
        if (!in.failed)
            regrets_add_reversal(regrets, &reversal);
    }
    return in.failed || in.rest.len ? -1 : 0;
}

bool archive_reads_regrets(sv value)
{
    struct regrets regrets;
    regrets_init(&regrets);
    bool reads = unpack_regrets(&regrets, value) == 0;
    regrets_release(&regrets);
    return reads;
}

/* --- load */

struct loading {
    struct archive *archive;
    struct regrets *regrets;
    int64_t since, until; /* days */
};

static int load_day(void *context, const struct item *item, struct err *err)
{
    struct loading *loading = context;
    int64_t day;
    if (archive_day_of(loading->archive, item, "who was listed and lived", &day, err) < 0)
        return -1;
    if (day < loading->since || day >= loading->until)
        return 0;
    return unpack_regrets(loading->regrets, item->value) < 0
               ? archive_damaged(loading->archive, "who was listed and lived", err)
               : 0;
}

int archive_regrets(struct archive *archive, struct archive_window window, struct regrets *regrets,
                    struct err *err)
{
    struct loading loading = {archive, regrets, window.since, window.until};
    return history_each(archive->history, ITEM_REGRETS, load_day, &loading, err);
}

/* A rule whose days were pruned may be one of today's. */
int archive_note_regrets(struct archive *archive, const struct decisions *decisions,
                         struct regrets *regrets, struct err *err)
{
    const struct patterns *patterns = archive->options.patterns;
    struct regrets known;
    regrets_init(&known);
    int result =
        archive_regrets(archive, (struct archive_window){INT64_MIN, INT64_MAX}, &known, err);
    for (size_t i = 0; i < patterns->rule_count; i++)
        regrets_add(&known, patterns->rules[i].name, &(struct regret){0});
    if (result == 0)
        regrets_note(regrets, decisions, archive_taxonomy(archive), &known);
    regrets_release(&known);
    return result;
}

/* --- save, forget */

int save_regrets(struct save *save)
{
    struct archive *archive = save->archive;
    struct history *history = archive->history;
    struct regrets day;
    struct buf before = {0};
    char text[DAY_KEY];
    sv key = archive_day_key(date_day(archive->options.now), text);
    const struct regrets *run = save->regrets;
    if (!map_count(&run->rules))
        return 0;
    regrets_init(&day);
    int found =
        history_get(history, ITEM_REGRETS, key, history_origin(history), &before, save->err);
    int result = found < 0 ? -1 : 0;
    if (found > 0 && unpack_regrets(&day, buf_sv(&before)) < 0)
        result = archive_damaged(archive, "who was listed and lived", save->err);
    buf_release(&before);
    if (result == 0) {
        regrets_merge(&day, run);
        buf_clear(&save->value);
        pack_regrets(&save->value, &day);
        result = save_put(save, ITEM_REGRETS, key, !found);
    }
    regrets_release(&day);
    return result;
}

int archive_forget_regrets(struct buf *out, sv value, sv address)
{
    struct regrets all, kept;
    regrets_init(&all);
    regrets_init(&kept);
    int result = unpack_regrets(&all, value);
    for (size_t i = 0; i < map_count(&all.rules) && result >= 0; i++)
        regrets_add(&kept, map_key_at(&all.rules, i), map_value_at(&all.rules, i));
    for (size_t i = 0; i < all.reversal_count && result >= 0; i++) {
        struct reversal reversal = all.reversals[i];
        if (sv_eq(reversal.address, address)) {
            result = 1; /* the counts stay */
            continue;
        }
        if (text_mentions(reversal.reply, address)) {
            result = 1;
            reversal.reply = SV("(forgotten)");
        }
        regrets_add_reversal(&kept, &reversal);
    }
    if (result > 0)
        pack_regrets(out, &kept);
    regrets_release(&all);
    regrets_release(&kept);
    return result;
}
