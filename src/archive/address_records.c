/* The records of all addresses, of this host and of others, which stay in the history: one pass
 * over them (archive_survey) finds out whom it knows at all, and which few a run must have at hand.
 * Others are put together when somebody looks at them. What a run has recorded takes the place of
 * what the history has of our own. What other hosts have on their lists is their matter. */
#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/mem.h"
#include "changes.h"

enum { OF_OTHERS, OF_OURS };

void survey_init(struct survey *survey)
{
    *survey = (struct survey){.first = INT64_MAX, .latest = INT64_MIN};
    for (int whose = OF_OTHERS; whose <= OF_OURS; whose++)
        map_init(&survey->strays[whose], sizeof(struct address_record));
}

void survey_release(struct survey *survey)
{
    fpset_release(&survey->known);
    fpset_release(&survey->came_back);
    fpset_release(&survey->recent);
    for (int whose = OF_OTHERS; whose <= OF_OURS; whose++) {
        struct map *strays = &survey->strays[whose];
        for (size_t i = 0; i < map_count(strays); i++)
            address_record_release(map_value_at(strays, i));
        map_release(strays);
    }
}

static int unpack(struct archive *archive, struct address_record *record, sv bytes, struct err *err)
{
    return address_record_unpack(record, bytes, archive_taxonomy(archive)) < 0
               ? archive_damaged(archive, "evidence", err)
               : 0;
}

int archive_add_item(struct archive *archive, struct address_record *to, const struct item *item,
                     struct err *err)
{
    struct listing listing = to->listing;
    int result = unpack(archive, to, item->value, err);
    if (!archive_is_own(archive, item))
        to->listing = listing;
    return result;
}

int archive_add_record(struct archive *archive, struct address_record *to,
                       const struct address_record *from, struct err *err)
{
    struct buf bytes = {0};
    address_record_pack(&bytes, from, archive_taxonomy(archive));
    int result = unpack(archive, to, buf_sv(&bytes), err);
    buf_release(&bytes);
    return result;
}

/* --- the survey */

struct surveying {
    struct archive *archive;
    struct evidence *evidence; /* of a scan, or NULL */
    struct changes respelled;
};

static int take_stray(struct surveying *surveying, const struct item *item, sv key, struct err *err)
{
    struct archive *archive = surveying->archive;
    bool own = archive_is_own(archive, item);
    struct map *strays = &archive->survey.strays[own ? OF_OURS : OF_OTHERS];
    struct address_record *record = map_add(strays, key, NULL);
    if (own && surveying->evidence)
        changes_add(&surveying->respelled, item, SV_EMPTY, true);
    return archive_add_item(archive, record, item, err);
}

/* What its original recipients expand to, or when the next mail says that it came back, is found
 * out while the logs are read. */
static int take_along(struct surveying *surveying, const struct item *item, struct err *err)
{
    struct address_record *record = map_add(&surveying->evidence->addresses, item->key, NULL);
    record->known = true;
    return archive_add_item(surveying->archive, record, item, err);
}

static int look_at(void *context, const struct item *item, struct err *err)
{
    struct surveying *surveying = context;
    struct archive *archive = surveying->archive;
    struct survey *survey = &archive->survey;
    struct address_glance glance;
    char bytes[MAILBOX_MAX];
    bool own = archive_is_own(archive, item);
    sv key = archive_key_now(ITEM_ADDRESS, item->key, bytes);
    if (address_record_glance(&glance, item->value, archive_taxonomy(archive)) < 0)
        return archive_damaged(archive, "evidence", err);
    archive->has_others = archive->has_others || !own;
    survey->first = glance.first < survey->first ? glance.first : survey->first;
    survey->latest = glance.latest > survey->latest ? glance.latest : survey->latest;
    uint64_t fingerprint = hash_bytes(key);
    if (glance.came_back)
        fpset_add(&survey->came_back, fingerprint, 0);
    if (!sv_eq(key, item->key)) {
        fpset_add(&survey->known, fingerprint, 0);
        return take_stray(surveying, item, key, err);
    }
    fpset_add(&survey->known, fingerprint, own ? EVIDENCE_KNOWN : 0);
    return own && surveying->evidence && (glance.waits || glance.came_back)
               ? take_along(surveying, item, err)
               : 0;
}

static void recall(void *context, sv key, struct address_record *record)
{
    struct archive *archive = context;
    int found = archive_own_record(archive, key, record, &archive->failed);
    record->known = found > 0;
}

/* Ours come to the others, under the key of today. */
static int respell(struct surveying *surveying, struct err *err)
{
    struct archive *archive = surveying->archive;
    const struct map *strays = &archive->survey.strays[OF_OURS];
    int result =
        archive->options.use == HISTORY_READ ? 0 : changes_apply(&surveying->respelled, err);
    for (size_t i = 0; surveying->evidence && i < map_count(strays) && result == 0; i++) {
        struct address_record *record =
            evidence_address(surveying->evidence, map_key_at(strays, i));
        result = archive_add_record(archive, record, map_value_at(strays, i), err);
        record->changed = true;
    }
    return result;
}

int archive_survey(struct archive *archive, struct evidence *evidence, struct err *err)
{
    struct surveying surveying = {.archive = archive,
                                  .evidence = evidence,
                                  .respelled = {.archive = archive, .kind = ITEM_ADDRESS}};
    int result = history_each_unordered(archive->history, ITEM_ADDRESS, look_at, &surveying, err);
    if (evidence)
        evidence->past = (struct evidence_past){&archive->survey.known, recall, archive};
    if (result == 0)
        result = respell(&surveying, err);
    changes_release(&surveying.respelled);
    return result;
}

int archive_own_record(struct archive *archive, sv key, struct address_record *record,
                       struct err *err)
{
    struct history *history = archive->history;
    struct buf value = {0};
    int found = history_get(history, ITEM_ADDRESS, key, history_origin(history), &value, err);
    if (found > 0 && unpack(archive, record, buf_sv(&value), err) < 0)
        found = -1;
    buf_release(&value);
    return found;
}

/* --- one address */

static const struct map *recorded(const struct archive *archive)
{
    return archive->scan ? &archive->scan->evidence.addresses : NULL;
}

static void whole_clear(struct whole *whole)
{
    address_record_release(&whole->own);
    address_record_release(&whole->all);
    whole->own = whole->all = (struct address_record){0};
    whole->has_own = whole->has_others = false;
    whole->recorded = NULL;
}

void whole_release(struct whole *whole)
{
    whole_clear(whole);
    buf_release(&whole->key);
}

static void whole_begin(struct whole *whole, sv key)
{
    const struct map *records = recorded(whole->archive);
    whole_clear(whole);
    buf_clear(&whole->key);
    buf_add(&whole->key, key);
    whole->recorded = records ? map_get(records, key) : NULL;
}

static int whole_add(struct whole *whole, const struct item *item, struct err *err)
{
    struct archive *archive = whole->archive;
    if (!archive_is_own(archive, item)) {
        whole->has_others = true;
        return archive_add_item(archive, &whole->all, item, err);
    }
    if (whole->recorded)
        return 0;
    whole->has_own = true;
    return archive_add_item(archive, &whole->own, item, err);
}

static int add_strays(struct whole *whole, struct err *err)
{
    const struct archive *archive = whole->archive;
    const struct map *strays = archive->survey.strays;
    const struct address_record *others = map_get(&strays[OF_OTHERS], buf_sv(&whole->key));
    const struct address_record *ours =
        archive->scan ? NULL : map_get(&strays[OF_OURS], buf_sv(&whole->key));
    whole->has_others = whole->has_others || others;
    whole->has_own = whole->has_own || ours;
    return (others && archive_add_record(whole->archive, &whole->all, others, err) < 0) ||
                   (ours && archive_add_record(whole->archive, &whole->own, ours, err) < 0)
               ? -1
               : 0;
}

static const struct address_record *own_of(const struct whole *whole)
{
    return whole->recorded ? whole->recorded : whole->has_own ? &whole->own : NULL;
}

/* Mail that any host saw taken. */
static void take_deliveries(struct whole *whole, int64_t step, int64_t recent)
{
    if (step != FPSET_UNMARKED && whole->all.failures)
        address_record_delivered_in(&whole->all, step);
    if (recent != FPSET_UNMARKED && whole->all.failures && !address_record_came_back(&whole->all))
        address_record_delivered_in(&whole->all, recent);
}

/* When it is all there; NULL: nothing is known, or see err. */
static const struct address_record *whole_end(struct whole *whole, struct err *err)
{
    struct archive *archive = whole->archive;
    if (add_strays(whole, err) < 0)
        return NULL;
    const struct address_record *own = own_of(whole);
    uint64_t fingerprint = hash_bytes(buf_sv(&whole->key));
    int64_t step = FPSET_UNMARKED, recent = FPSET_UNMARKED;
    if (archive->has_others) {
        step = fpset_marked(&archive->survey.known, fingerprint);
        recent = fpset_marked(&archive->survey.recent, fingerprint);
    }
    if (!whole->has_others && step == FPSET_UNMARKED && recent == FPSET_UNMARKED)
        return own;
    if (own && archive_add_record(archive, &whole->all, own, err) < 0)
        return NULL;
    take_deliveries(whole, step, recent);
    return own || whole->has_others ? &whole->all : NULL;
}

/* --- all of them */

struct walk {
    struct whole whole;
    bool open;
    struct fpset seen; /* of those that not the history alone knows */
    address_record_visitor *visit;
    void *visitor;
};

static int visit_whole(struct walk *walk, struct err *err)
{
    struct whole *whole = &walk->whole;
    const struct address_record *record = walk->open ? whole_end(whole, err) : NULL;
    walk->open = false;
    if (err->kind)
        return -1;
    if (record)
        walk->visit(walk->visitor, buf_sv(&whole->key), record, own_of(whole));
    return 0;
}

static void begin(struct walk *walk, sv key)
{
    const struct archive *archive = walk->whole.archive;
    whole_begin(&walk->whole, key);
    walk->open = true;
    if (walk->whole.recorded || map_count(&archive->survey.strays[OF_OTHERS]) ||
        map_count(&archive->survey.strays[OF_OURS]))
        fpset_add(&walk->seen, hash_bytes(key), 0);
}

static int visit_item(void *context, const struct item *item, struct err *err)
{
    struct walk *walk = context;
    char bytes[MAILBOX_MAX];
    if (!sv_eq(archive_key_now(ITEM_ADDRESS, item->key, bytes), item->key))
        return 0; /* a stray */
    if (!walk->open || !sv_eq(buf_sv(&walk->whole.key), item->key)) {
        if (visit_whole(walk, err) < 0)
            return -1;
        begin(walk, item->key);
    }
    return whole_add(&walk->whole, item, err);
}

/* Those that no record of the history was met for. */
static int visit_rest(struct walk *walk, const struct map *records, struct err *err)
{
    for (size_t i = 0; records && i < map_count(records); i++) {
        sv key = map_key_at(records, i);
        if (fpset_get(&walk->seen, hash_bytes(key)) != FPSET_NEW)
            continue;
        begin(walk, key);
        if (visit_whole(walk, err) < 0)
            return -1;
    }
    return 0;
}

static void each(void *context, address_record_visitor *visit, void *visitor)
{
    struct archive *archive = context;
    struct walk walk = {.whole = {.archive = archive}, .visit = visit, .visitor = visitor};
    struct err *err = &archive->failed;
    /* What several hosts know of one address must come together. */
    int (*walk_over)(struct history *, enum item_kind, item_visitor *, void *, struct err *) =
        archive->has_others ? history_each : history_each_unordered;
    if (!err->kind && walk_over(archive->history, ITEM_ADDRESS, visit_item, &walk, err) == 0 &&
        visit_whole(&walk, err) == 0 && visit_rest(&walk, recorded(archive), err) == 0 &&
        visit_rest(&walk, &archive->survey.strays[OF_OTHERS], err) == 0)
        (void)!visit_rest(&walk, &archive->survey.strays[OF_OURS], err);
    fpset_release(&walk.seen);
    whole_release(&walk.whole);
}

static int add_found(void *context, const struct item *item, struct err *err)
{
    return whole_add(context, item, err);
}

static const struct address_record *find(void *context, sv key, const struct address_record **own)
{
    struct archive *archive = context;
    struct err *err = &archive->failed;
    struct whole *found = &archive->found;
    whole_begin(found, key);
    *own = NULL;
    if (err->kind ||
        history_each_of(archive->history, ITEM_ADDRESS, key, add_found, found, err) < 0)
        return NULL;
    const struct address_record *record = whole_end(found, err);
    *own = own_of(found);
    return record;
}

static const struct address_record *keep(void *context, sv key)
{
    struct archive *archive = context;
    const struct address_record *kept = map_get(&archive->all.addresses, key), *own;
    const struct address_record *found = kept ? NULL : find(context, key, &own);
    if (!found)
        return kept;
    struct address_record *copy = map_add(&archive->all.addresses, key, NULL);
    (void)!archive_add_record(archive, copy, found, &archive->failed);
    return copy;
}

static int64_t latest(void *context)
{
    const struct archive *archive = context;
    const struct map *records = recorded(archive);
    int64_t time = archive->survey.latest;
    for (size_t i = 0; records && i < map_count(records); i++) {
        int64_t failed = address_record_latest(map_value_at(records, i));
        time = failed > time ? failed : time;
    }
    return time;
}

struct address_records archive_records(struct archive *archive)
{
    return (struct address_records){each, find, keep, latest, archive, .stay = false};
}
