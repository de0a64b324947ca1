#include "charges.h"

#include <string.h>

#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/text.h"

static void free_charge(struct charge *charge)
{
    mem_free(charge->others);
    mem_free(charge->other_days);
    mem_free(charge->texts);
    mem_free(charge);
}

void suspect_release(struct suspect *suspect)
{
    for (struct charge *at = suspect->charges, *next; at; at = next) {
        next = at->next;
        free_charge(at);
    }
    suspect->charges = NULL;
}

sv charge_text(const struct charge *charge, enum charge_text which)
{
    const char *at = charge->texts;
    for (int i = 0; i < (int)which; i++)
        at += strlen(at) + 1;
    return sv_from(at);
}

struct charge *suspect_charge(struct suspect *suspect, uint8_t category)
{
    struct charge *charge = suspect->charges;
    while (charge && charge->category != category)
        charge = charge->next;
    if (charge)
        return charge;
    charge = mem_zero(1, sizeof *charge);
    charge->category = category;
    charge->last_seen = INT64_MIN;
    charge->next = suspect->charges;
    suspect->charges = charge;
    return charge;
}

bool charge_takes(const struct charge *charge, int64_t time, sv host, sv file, int64_t line)
{
    if (!charge->texts || time != charge->last_seen)
        return !charge->texts || time > charge->last_seen;
    int order = sv_cmp(host, charge_text(charge, CHARGE_HOST));
    if (order == 0)
        order = sv_cmp(file, charge_text(charge, CHARGE_FILE));
    return order ? order > 0 : line >= charge->line;
}

void charge_set_texts(struct charge *charge, const sv *texts)
{
    size_t size = 0, lens[CHARGE_TEXTS];
    for (size_t i = 0; i < CHARGE_TEXTS; i++) {
        size_t end = sv_find_byte(texts[i], 0);
        lens[i] = end == SV_NPOS ? texts[i].len : end;
        size += lens[i] + 1;
    }
    char *fresh = mem_alloc(size), *to = fresh;
    for (size_t i = 0; i < CHARGE_TEXTS; i++) {
        to = sv_put(to, sv_sub(texts[i], 0, lens[i]));
        *to++ = 0;
    }
    mem_free(charge->texts);
    charge->texts = fresh;
}

int64_t charge_first_seen(const struct charge *charge)
{
    int64_t first = charge_message_first(&charge->first);
    for (size_t i = 1; i < charge->message_count; i++)
        if (charge_message_first(charge_message(charge, i)) < first)
            first = charge_message_first(charge_message(charge, i));
    for (size_t i = 0; i < charge->day_count; i++)
        if (charge_day(charge, i) < first)
            first = charge_day(charge, i);
    return first;
}

static struct charge_message *message_at(struct charge *charge, size_t i)
{
    return i ? &charge->others[i - 1] : &charge->first;
}

static int64_t *day_at(struct charge *charge, size_t i)
{
    return i ? &charge->other_days[i - 1] : &charge->first_day;
}

static bool is_older(const struct charge_message *a, const struct charge_message *b)
{
    return a->time != b->time ? a->time < b->time : a->message < b->message;
}

/* The oldest two, of all or of a day. */
struct oldest {
    struct charge_message *first, *second;
    size_t count;
};

static void look_at(struct oldest *oldest, struct charge_message *message)
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
static struct charge_message *surplus(struct charge *charge, const struct charge_message *fresh)
{
    struct oldest all = {0}, that_day = {0};
    for (size_t i = 0; i < charge->message_count; i++) {
        look_at(&all, message_at(charge, i));
        if (date_day(message_at(charge, i)->time) == date_day(fresh->time))
            look_at(&that_day, message_at(charge, i));
    }
    if (that_day.count >= CHARGE_MESSAGES_A_DAY)
        return that_day.first == all.first ? that_day.second : that_day.first;
    return all.count >= CHARGE_MESSAGES_MAX ? all.second : NULL;
}

static struct charge_message *known_message(struct charge *charge, uint64_t message)
{
    for (size_t i = 0; i < charge->message_count; i++)
        if (message_at(charge, i)->message == message)
            return message_at(charge, i);
    return NULL;
}

void charge_add_message(struct charge *charge, const struct charge_message *message)
{
    struct charge_message *known = known_message(charge, message->message);
    if (known) {
        known->at_once = known->at_once || message->at_once;
        known->as_original = known->as_original && message->as_original;
        int64_t first = charge_message_first(known), other = charge_message_first(message);
        if (message->time > known->time)
            known->time = message->time;
        known->earlier = (uint32_t)(known->time - (first < other ? first : other));
        return;
    }
    struct charge_message *goes = surplus(charge, message);
    if (goes) {
        charge->forgotten++;
        if (!is_older(message, goes))
            *goes = *message;
        return;
    }
    size_t count = charge->message_count++;
    if (count)
        charge->others = mem_room(charge->others, count - 1, sizeof *charge->others);
    *message_at(charge, count) = *message;
}

void charge_add_day(struct charge *charge, int64_t time)
{
    size_t oldest = 0;
    for (size_t i = 0; i < charge->day_count; i++) {
        if (date_day(charge_day(charge, i)) == date_day(time)) {
            if (time > charge_day(charge, i))
                *day_at(charge, i) = time;
            return;
        }
        if (charge_day(charge, i) < charge_day(charge, oldest))
            oldest = i;
    }
    if (charge->day_count == CHARGE_DAYS_MAX) {
        if (time > charge_day(charge, oldest))
            *day_at(charge, oldest) = time;
        return;
    }
    size_t count = charge->day_count++;
    if (count)
        charge->other_days = mem_room(charge->other_days, count - 1, sizeof *charge->other_days);
    *day_at(charge, count) = time;
}

static void forget_before(struct charge *charge, int64_t time)
{
    size_t kept = 0, count = charge->message_count;
    for (size_t i = 0; i < count; i++)
        if (message_at(charge, i)->time >= time) {
            struct charge_message *message = message_at(charge, kept++);
            *message = *message_at(charge, i);
            if (charge_message_first(message) < time)
                message->earlier = 0;
        }
    /* Those that were thinned out were older than what is kept, but for the oldest. */
    if (kept < count)
        charge->forgotten = 0;
    charge->message_count = (uint8_t)kept;
    count = charge->day_count;
    kept = 0;
    for (size_t i = 0; i < count; i++)
        if (charge_day(charge, i) >= time)
            *day_at(charge, kept++) = charge_day(charge, i);
    charge->day_count = (uint8_t)kept;
}

static void drop_empty(struct suspect *suspect)
{
    for (struct charge **at = &suspect->charges; *at;) {
        struct charge *charge = *at;
        if (charge->message_count) {
            at = &charge->next;
            continue;
        }
        *at = charge->next;
        free_charge(charge);
    }
}

void suspect_forget_before(struct suspect *suspect, int64_t time)
{
    for (struct charge *at = suspect->charges; at; at = at->next)
        forget_before(at, time);
    drop_empty(suspect);
}

static bool is_settled(const struct charge_message *message, const struct fpset *open)
{
    return message->original && fpset_get(open, message->message) == FPSET_NEW;
}

void suspect_settle(struct suspect *suspect, const struct ledger *ledger, const struct fpset *open)
{
    for (struct charge *at = suspect->charges; at; at = at->next) {
        size_t kept = 0, count = at->message_count;
        for (size_t i = 0; i < count; i++) {
            struct charge_message *message = message_at(at, i);
            if (is_settled(message, open)) {
                suspect->changed = true;
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
    drop_empty(suspect);
}

size_t suspect_messages(const struct suspect *suspect)
{
    size_t count = 0;
    for (const struct charge *at = suspect->charges; at; at = at->next)
        count += at->message_count;
    return count;
}

bool suspect_forget_text(struct suspect *suspect, sv address)
{
    bool found = false;
    for (struct charge *at = suspect->charges; at; at = at->next) {
        sv texts[CHARGE_TEXTS];
        for (int i = 0; i < CHARGE_TEXTS; i++) {
            sv text = charge_text(at, (enum charge_text)i);
            bool mentions = i != CHARGE_FILE && text_mentions(text, address);
            texts[i] = mentions ? SV("(forgotten)") : text;
            found = found || mentions;
        }
        charge_set_texts(at, texts);
    }
    return found;
}
