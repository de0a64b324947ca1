/* Does what is done to a history by hand: shows an address, erases it wherever it stands, drops
 * old days. An address is in evidence, on the allow list, in sets of fingerprints, in samples, and
 * in messages on their way. */
#include "bouncelog/base/date.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/text.h"
#include "bouncelog/late/sent.h"
#include "changes.h"

enum { SECONDS_A_DAY = 86400 };

static int add_known(void *context, const struct item *item, struct err *err)
{
    struct archive *archive = context;
    struct address_record *record = map_add(&archive->all.addresses, item->key, NULL);
    record->known = true;
    return address_record_unpack(record, item->value, archive_taxonomy(archive)) < 0
               ? archive_damaged(archive, "evidence", err)
               : 0;
}

int archive_find(struct archive *archive, sv address, const struct address_record **record,
                 struct err *err)
{
    char bytes[MAILBOX_MAX];
    sv key = mailbox_key(address, bytes);
    if (history_each_of(archive->history, ITEM_ADDRESS, key, add_known, archive, err) < 0)
        return -1;
    *record = map_get(&archive->all.addresses, key);
    return *record != NULL;
}

/* --- forget */

static int forget_address(void *context, const struct item *item, struct err *err)
{
    struct changes *changes = context;
    struct address_record record = {0};
    if (mailbox_same(item->key, changes->address)) {
        changes_add(changes, item, SV_EMPTY, true);
        return 0;
    }
    if (!text_may_mention(item->value, changes->address))
        return 0;
    if (address_record_unpack(&record, item->value, archive_taxonomy(changes->archive)) < 0) {
        address_record_release(&record);
        return archive_damaged(changes->archive, "evidence", err);
    }
    struct buf value = {0};
    if (address_record_forget_text(&record, changes->address)) {
        address_record_pack(&value, &record, archive_taxonomy(changes->archive));
        changes_add(changes, item, buf_sv(&value), false);
    }
    address_record_release(&record);
    buf_release(&value);
    return 0;
}

static int forget_allowed(void *context, const struct item *item, struct err *err)
{
    struct changes *changes = context;
    (void)err;
    if (mailbox_same(item->key, changes->address))
        changes_add(changes, item, SV_EMPTY, true);
    return 0;
}

int archive_disallow(struct archive *archive, sv key, struct err *err)
{
    struct changes changes = {.archive = archive, .address = key};
    int result = changes_make(&changes, ITEM_ALLOW, forget_allowed, &changes, err);
    int found = changes.made != 0;
    changes_release(&changes);
    return result < 0 ? -1 : found;
}

static int forget_in_day(void *context, const struct item *item, struct err *err)
{
    struct changes *changes = context;
    struct period period;
    struct buf value = {0};
    period_init(&period);
    int result = period_unpack(&period, item->value, archive_taxonomy(changes->archive)) < 0
                     ? archive_damaged(changes->archive, "the counters of a day", err)
                     : 0;
    if (result == 0 && period_forget(&period, changes->address, changes->fingerprint)) {
        period_pack(&value, &period, archive_taxonomy(changes->archive));
        changes_add(changes, item, buf_sv(&value), false);
    }
    period_release(&period);
    buf_release(&value);
    return result;
}

/* found: 1, the item gets the value; 0, it stays; -1, it is damaged. The value is released. */
static int replace(struct changes *changes, const struct item *item, int found, struct buf *value,
                   const char *what, struct err *err)
{
    if (found > 0)
        changes_add(changes, item, buf_sv(value), false);
    buf_release(value);
    return found < 0 ? archive_damaged(changes->archive, what, err) : 0;
}

static int forget_sent(void *context, const struct item *item, struct err *err)
{
    struct changes *changes = context;
    struct buf value = {0};
    int found =
        sent_forget(&value, item->value, archive_secret_of(item->origin), changes->fingerprint);
    return replace(changes, item, found, &value, "the deliveries of a day", err);
}

static int forget_taken(void *context, const struct item *item, struct err *err)
{
    struct changes *changes = context;
    struct buf value = {0};
    int found = archive_forget_taken(&value, item->value, changes->fingerprint);
    return replace(changes, item, found, &value, "the deliveries that were taken back", err);
}

static int forget_trials(void *context, const struct item *item, struct err *err)
{
    struct changes *changes = context;
    struct buf value = {0};
    int found = trials_forget(&value, item->value, changes->address);
    return replace(changes, item, found, &value, "what failed on a day", err);
}

static int forget_regrets(void *context, const struct item *item, struct err *err)
{
    struct changes *changes = context;
    struct buf value = {0};
    int found = archive_forget_regrets(&value, item->value, changes->address);
    return replace(changes, item, found, &value, "who was listed and lived", err);
}

static int forget_events(void *context, const struct item *item, struct err *err)
{
    struct changes *changes = context;
    struct buf value = {0};
    int found = archive_forget_events(changes->archive, &value, item->value, changes->address);
    return replace(changes, item, found, &value, "events", err);
}

static int forget_in_ledger(void *context, const struct item *item, struct err *err)
{
    struct changes *changes = context;
    if (!text_may_mention(item->value, changes->address))
        return 0;
    struct ledger *ledger = ledger_new(&(struct ledger_options){0});
    struct buf value = {0};
    int result = ledger_unpack(ledger, item->value, archive_taxonomy(changes->archive)) < 0
                     ? archive_damaged(changes->archive, "open messages", err)
                     : 0;
    if (result == 0 && ledger_forget(ledger, changes->address)) {
        ledger_pack(&value, ledger, archive_taxonomy(changes->archive));
        changes_add(changes, item, buf_sv(&value), false);
    }
    ledger_free(ledger);
    buf_release(&value);
    return result;
}

/* Whatever mentions it still, as the address itself: not as a part of another one. */
static int forget_all(struct changes *changes, struct err *err)
{
    static const struct {
        enum item_kind kind;
        item_visitor *visit;
    } kinds[] = {{ITEM_ADDRESS, forget_address},  {ITEM_DOMAIN, forget_address},
                 {ITEM_ALLOW, forget_allowed},    {ITEM_DAY, forget_in_day},
                 {ITEM_SENT, forget_sent},        {ITEM_TAKEN, forget_taken},
                 {ITEM_LEDGER, forget_in_ledger}, {ITEM_TRIALS, forget_trials},
                 {ITEM_REGRETS, forget_regrets},  {ITEM_EVENTS, forget_events}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (changes_make(changes, kinds[i].kind, kinds[i].visit, changes, err) < 0)
            return -1;
    return 0;
}

/* However its domain is spelled. */
static int forget_spellings(struct changes *changes, sv address, struct err *err)
{
    char bytes[MAILBOX_MAX], letters[MAILBOX_MAX];
    sv key = mailbox_key(address, bytes);
    const sv spellings[] = {key, mailbox_in_letters(key, letters)};
    changes->fingerprint = hash_bytes(key);
    for (size_t i = 0; i < (sv_eq(key, spellings[1]) ? 1 : 2); i++) {
        changes->address = spellings[i];
        if (forget_all(changes, err) < 0)
            return -1;
    }
    return 0;
}

/* What taking back a run would bring back, too. What cannot be read there cannot be searched, and
 * to erase is worth more than to take back. */
static int forget_kept(struct changes *changes, sv address, struct err *err)
{
    changes->kept = true;
    int result = forget_spellings(changes, address, err);
    changes->kept = false;
    if (result == 0)
        return 0;
    changes_drop(changes);
    return history_forget_undo(changes->archive->history, err);
}

int archive_forget(struct archive *archive, sv address, struct err *err)
{
    struct changes changes = {.archive = archive};
    int result =
        forget_spellings(&changes, address, err) < 0 || forget_kept(&changes, address, err) < 0 ? -1
                                                                                                : 0;
    size_t changed = changes.made;
    if (result == 0)
        result =
            forget_spellings(&changes, address, err) < 0 || forget_kept(&changes, address, err) < 0
                ? -1
                : 0;
    if (result == 0 && changes.made != changed)
        result =
            err_set(err, ERR_HISTORY, "%s: the address could not be forgotten; nothing was changed",
                    archive->options.path);
    changes_release(&changes);
    return result < 0 ? -1 : changed != 0;
}

/* --- prune */

static int prune_day(void *context, const struct item *item, struct err *err)
{
    struct changes *changes = context;
    int64_t day;
    if (archive_day_of(changes->archive, item, "the counters of a day", &day, err) < 0)
        return -1;
    if (day * DATE_DAY < changes->before)
        changes_add(changes, item, SV_EMPTY, true);
    return 0;
}

static int prune_record(void *context, const struct item *item, struct err *err)
{
    struct changes *changes = context;
    struct address_record record = {0};
    if (address_record_unpack(&record, item->value, archive_taxonomy(changes->archive)) < 0) {
        address_record_release(&record);
        return archive_damaged(changes->archive, "evidence", err);
    }
    size_t had = address_record_messages(&record);
    if (!record.listing.since)
        address_record_forget_before(&record, changes->before);
    bool useless = !record.listing.since && !record.failures &&
                   record.delivered_at < changes->before &&
                   record.listing.cleared_at < changes->before;
    struct buf value = {0};
    if (useless) {
        changes_add(changes, item, SV_EMPTY, true);
    } else if (address_record_messages(&record) != had) {
        address_record_pack(&value, &record, archive_taxonomy(changes->archive));
        changes_add(changes, item, buf_sv(&value), false);
    }
    address_record_release(&record);
    buf_release(&value);
    return 0;
}

int archive_prune(struct archive *archive, const struct archive_ages *before, struct err *err)
{
    struct changes changes = {.archive = archive, .before = before->days};
    int result = changes_make(&changes, ITEM_DAY, prune_day, &changes, err) < 0 ||
                         changes_make(&changes, ITEM_TRIALS, prune_day, &changes, err) < 0 ||
                         changes_make(&changes, ITEM_REGRETS, prune_day, &changes, err) < 0 ||
                         changes_make(&changes, ITEM_ACTIVITY, prune_day, &changes, err) < 0
                     ? -1
                     : 0;
    if (result == 0)
        result = events_drop(archive, before->events, err);
    changes.before = before->evidence;
    if (result == 0)
        result = changes_make(&changes, ITEM_ADDRESS, prune_record, &changes, err);
    if (result == 0)
        result = changes_make(&changes, ITEM_DOMAIN, prune_record, &changes, err);
    changes_release(&changes);
    return result;
}
