/* Lets the failures of an address grow and thin out. Distinct messages and days are bounded: of a
 * busy address the oldest message stays, and of each day the latest ones, since a rule asks how
 * many messages failed and how far apart the first and the last of them are. */
#include "failures.h"

#include <string.h>

#include "bouncelog/base/date.h"
#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/text.h"
#include "bouncelog/model/activity.h"

static void free_failure(struct failure *failure)
{
    mem_free(failure->others);
    mem_free(failure->other_days);
    mem_free(failure->texts);
    mem_free(failure);
}

static void free_failures(struct failure **failures)
{
    for (struct failure *at = *failures, *next; at; at = next) {
        next = at->next;
        free_failure(at);
    }
    *failures = NULL;
}

void address_record_release(struct address_record *record)
{
    free_failures(&record->failures);
    free_failures(&record->refuted);
}

sv failure_text(const struct failure *failure, enum failure_text which)
{
    const char *at = failure->texts;
    for (int i = 0; i < (int)which; i++)
        at += strlen(at) + 1;
    return sv_from(at);
}

struct failure *failure_of(struct failure **failures, uint8_t category)
{
    struct failure *failure = *failures;
    while (failure && failure->category != category)
        failure = failure->next;
    if (failure)
        return failure;
    failure = mem_zero(1, sizeof *failure);
    failure->category = category;
    failure->last_seen = INT64_MIN;
    failure->next = *failures;
    *failures = failure;
    return failure;
}

bool failure_takes(const struct failure *failure, int64_t time, sv host, sv file, int64_t line)
{
    if (!failure->texts || time != failure->last_seen)
        return !failure->texts || time > failure->last_seen;
    int order = sv_cmp(host, failure_text(failure, FAILURE_HOST));
    if (order == 0)
        order = sv_cmp(file, failure_text(failure, FAILURE_FILE));
    return order ? order > 0 : line >= failure->line;
}

void failure_set_texts(struct failure *failure, const sv *texts)
{
    size_t size = 0, lens[FAILURE_TEXTS];
    for (size_t i = 0; i < FAILURE_TEXTS; i++) {
        size_t end = sv_find_byte(texts[i], 0);
        lens[i] = end == SV_NPOS ? texts[i].len : end;
        size += lens[i] + 1;
    }
    char *fresh = mem_alloc(size), *to = fresh;
    for (size_t i = 0; i < FAILURE_TEXTS; i++) {
        to = sv_put(to, sv_sub(texts[i], 0, lens[i]));
        *to++ = 0;
    }
    mem_free(failure->texts);
    failure->texts = fresh;
}

bool failure_may_spell(sv key)
{
    return sv_find(key, SV("xn--")) != SV_NPOS;
}

sv failure_spelling(const struct failure *failure, sv key)
{
    static const enum failure_text which[] = {FAILURE_FINAL, FAILURE_ORIGINAL};
    if (!failure_may_spell(key))
        return key;
    for (size_t i = 0; i < sizeof which / sizeof *which; i++) {
        sv text = failure_text(failure, which[i]);
        if (text.len && mailbox_same(text, key))
            return text;
    }
    return key;
}

int64_t failure_first_seen(const struct failure *failure)
{
    int64_t first = failed_message_first(&failure->first);
    for (size_t i = 1; i < failure->message_count; i++)
        if (failed_message_first(failure_message(failure, i)) < first)
            first = failed_message_first(failure_message(failure, i));
    for (size_t i = 0; i < failure->day_count; i++)
        if (failure_day(failure, i) < first)
            first = failure_day(failure, i);
    return first;
}

static struct failed_message *message_at(struct failure *failure, size_t i)
{
    return i ? &failure->others[i - 1] : &failure->first;
}

static int64_t *day_at(struct failure *failure, size_t i)
{
    return i ? &failure->other_days[i - 1] : &failure->first_day;
}

static bool is_older(const struct failed_message *a, const struct failed_message *b)
{
    return a->time != b->time ? a->time < b->time : a->message < b->message;
}

/* The oldest two, of all or of a day. */
struct oldest {
    struct failed_message *first, *second;
    size_t count;
};

static void look_at(struct oldest *oldest, struct failed_message *message)
{
    oldest->count++;
    if (!oldest->first || is_older(message, oldest->first)) {
        oldest->second = oldest->first;
        oldest->first = message;
    } else if (!oldest->second || is_older(message, oldest->second)) {
        oldest->second = message;
    }
}

/* The message that makes room for a new one: the oldest of a day that has too many, else of all;
 * but never the very first, which is the beginning of the span. NULL: there is room. */
static struct failed_message *surplus(struct failure *failure, const struct failed_message *fresh)
{
    struct oldest all = {0}, that_day = {0};
    for (size_t i = 0; i < failure->message_count; i++) {
        look_at(&all, message_at(failure, i));
        if (date_day(message_at(failure, i)->time) == date_day(fresh->time))
            look_at(&that_day, message_at(failure, i));
    }
    if (that_day.count >= FAILURE_MESSAGES_A_DAY)
        return that_day.first == all.first ? that_day.second : that_day.first;
    return all.count >= FAILURE_MESSAGES_MAX ? all.second : NULL;
}

static struct failed_message *known_message(struct failure *failure, uint64_t message)
{
    for (size_t i = 0; i < failure->message_count; i++)
        if (message_at(failure, i)->message == message)
            return message_at(failure, i);
    return NULL;
}

void failure_add_message(struct failure *failure, const struct failed_message *message)
{
    struct failed_message *known = known_message(failure, message->message);
    if (known) {
        known->at_once = known->at_once || message->at_once;
        known->as_original = known->as_original && message->as_original;
        int64_t first = failed_message_first(known), other = failed_message_first(message);
        if (message->time > known->time)
            known->time = message->time;
        known->earlier = (uint32_t)(known->time - (first < other ? first : other));
        return;
    }
    struct failed_message *goes = surplus(failure, message);
    if (goes) {
        failure->forgotten++;
        if (!is_older(message, goes))
            *goes = *message;
        return;
    }
    size_t count = failure->message_count++;
    if (count)
        failure->others = mem_room(failure->others, count - 1, sizeof *failure->others);
    *message_at(failure, count) = *message;
}

void failure_add_day(struct failure *failure, int64_t time)
{
    size_t oldest = 0;
    for (size_t i = 0; i < failure->day_count; i++) {
        if (date_day(failure_day(failure, i)) == date_day(time)) {
            if (time > failure_day(failure, i))
                *day_at(failure, i) = time;
            return;
        }
        if (failure_day(failure, i) < failure_day(failure, oldest))
            oldest = i;
    }
    if (failure->day_count == FAILURE_DAYS_MAX) {
        if (time > failure_day(failure, oldest))
            *day_at(failure, oldest) = time;
        return;
    }
    size_t count = failure->day_count++;
    if (count)
        failure->other_days = mem_room(failure->other_days, count - 1, sizeof *failure->other_days);
    *day_at(failure, count) = time;
}

static void forget_before(struct failure *failure, int64_t time)
{
    size_t kept = 0, count = failure->message_count;
    for (size_t i = 0; i < count; i++)
        if (message_at(failure, i)->time >= time) {
            struct failed_message *message = message_at(failure, kept++);
            *message = *message_at(failure, i);
            if (failed_message_first(message) < time)
                message->earlier = 0;
        }
    /* Those that were thinned out were older than what is kept, but for the oldest. */
    if (kept < count)
        failure->forgotten = 0;
    failure->message_count = (uint8_t)kept;
    count = failure->day_count;
    kept = 0;
    for (size_t i = 0; i < count; i++)
        if (failure_day(failure, i) >= time)
            *day_at(failure, kept++) = failure_day(failure, i);
    failure->day_count = (uint8_t)kept;
}

static void drop_empty(struct failure **failures)
{
    for (struct failure **at = failures; *at;) {
        struct failure *failure = *at;
        if (failure->message_count) {
            at = &failure->next;
            continue;
        }
        *at = failure->next;
        free_failure(failure);
    }
}

static void forget_all_before(struct failure **failures, int64_t time)
{
    for (struct failure *at = *failures; at; at = at->next)
        forget_before(at, time);
    drop_empty(failures);
}

static void refute_all_before(struct failure **failures, int64_t time)
{
    for (struct failure *at = *failures; at; at = at->next)
        if (!failure_is_lasting(at))
            forget_before(at, time);
    drop_empty(failures);
}

void address_record_forget_before(struct address_record *record, int64_t time)
{
    forget_all_before(&record->failures, time);
    forget_all_before(&record->refuted, time);
}

/* What it would have listed the address for stays known for so long. */
enum { REFUTED_DAYS = 60, SECONDS_A_DAY = 86400 };

/* What put it on the lists is kept as well, so that the run can say what was wrong. */
static bool is_remembered(const struct address_record *record, const struct failed_message *message)
{
    return message->at_once || record->listing.since;
}

static void refute(struct address_record *record, const struct failure *failure, int64_t end)
{
    int64_t oldest = record->delivered_at - (int64_t)REFUTED_DAYS * SECONDS_A_DAY;
    for (size_t i = 0; i < failure->message_count; i++) {
        const struct failed_message *message = failure_message(failure, i);
        if (!is_remembered(record, message) || message->time >= end || message->time < oldest)
            continue;
        struct failure *refuted = failure_of(&record->refuted, failure->category);
        failure_add_message(refuted, message);
        if (!failure_takes(refuted, failure->last_seen, failure_text(failure, FAILURE_HOST),
                           failure_text(failure, FAILURE_FILE), failure->line))
            continue;
        sv texts[FAILURE_TEXTS];
        for (int text = 0; text < FAILURE_TEXTS; text++)
            texts[text] = failure_text(failure, (enum failure_text)text);
        refuted->last_seen = failure->last_seen;
        refuted->line = failure->line;
        refuted->code = failure->code;
        refuted->facts = failure->facts;
        failure_set_texts(refuted, texts);
    }
}

void address_record_settle(struct address_record *record)
{
    if (!record->delivered_at)
        return;
    int64_t end = (date_step(record->delivered_at, DELIVERY_STEP) + 1) * DELIVERY_STEP;
    for (const struct failure *at = record->failures; at; at = at->next)
        if (!failure_is_lasting(at))
            refute(record, at, end);
    refute_all_before(&record->failures, end);
    forget_all_before(&record->refuted,
                      record->delivered_at - (int64_t)REFUTED_DAYS * SECONDS_A_DAY);
}

static bool is_settled(const struct failed_message *message, const struct fpset *open)
{
    return message->original && fpset_get(open, message->message) == FPSET_NEW;
}

void address_record_resolve_originals(struct address_record *record, const struct ledger *ledger,
                                      const struct fpset *open)
{
    for (struct failure *at = record->failures; at; at = at->next) {
        size_t kept = 0, count = at->message_count;
        for (size_t i = 0; i < count; i++) {
            struct failed_message *message = message_at(at, i);
            if (is_settled(message, open)) {
                record->changed = true;
                if (ledger_expanded(ledger, message->message, message->original) ==
                    message->as_original)
                    continue;
                message->original = 0;
                message->as_original = false;
            }
            *message_at(at, kept++) = *message;
        }
        at->message_count = (uint8_t)kept;
    }
    drop_empty(&record->failures);
}

size_t address_record_messages(const struct address_record *record)
{
    size_t count = 0;
    for (const struct failure *at = record->failures; at; at = at->next)
        count += at->message_count;
    return count;
}

static bool forget_text(struct failure *failures, sv address)
{
    bool found = false;
    for (struct failure *at = failures; at; at = at->next) {
        sv texts[FAILURE_TEXTS];
        for (int i = 0; i < FAILURE_TEXTS; i++) {
            sv text = failure_text(at, (enum failure_text)i);
            bool mentions = i != FAILURE_FILE && text_mentions(text, address);
            texts[i] = mentions ? SV("(forgotten)") : text;
            found = found || mentions;
        }
        failure_set_texts(at, texts);
    }
    return found;
}

bool address_record_forget_text(struct address_record *record, sv address)
{
    bool found = forget_text(record->failures, address);
    return forget_text(record->refuted, address) || found;
}
