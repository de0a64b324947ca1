/* Keeps failures with what they have in common stored once. Two replies have the same words if they
 * are the same without what has digits or an @ in it, which is where servers write ids, hosts and
 * people. What is deferred again and again is one failure of its day. */
#include "trials.h"

#include "bouncelog/base/date.h"
#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/model/activity.h"

void trials_init(struct trials *trials)
{
    *trials = (struct trials){0};
    map_init(&trials->addresses, sizeof(struct trial_address));
    map_init(&trials->shapes, sizeof(struct trial_words));
    map_init(&trials->again, sizeof(uint32_t));
}

void trials_release(struct trials *trials)
{
    map_release(&trials->addresses);
    map_release(&trials->shapes);
    map_release(&trials->again);
    mem_free(trials->list);
    mem_free(trials->deliveries);
    arena_release(&trials->words);
    buf_release(&trials->packed);
}

bool trials_wants(const struct event *event)
{
    const struct record *attempt = &event->attempt;
    bool counts = event->action == ACTION_SUPPRESS || event->action == ACTION_COUNT_TOWARD;
    bool final = outcome_is_failure(attempt->outcome) && attempt->outcome != OUTCOME_DEFERRED;
    return !event->strange && (final || counts) && sv_find_byte(attempt->recipient, '@') != SV_NPOS;
}

/* --- words */

static bool is_word(char c)
{
    return is_alnum(c) || (c && strchr("@.-_+=/", c));
}

/* Copies the words with the recipient made unknown; their hash is of what has no digit and no @. */
static sv hide(sv text, sv recipient, char *out, uint64_t *hash)
{
    size_t at = sv_rfind_byte(recipient, '@'), len = 0;
    sv local = sv_sub(recipient, 0, at == SV_NPOS ? 0 : at);
    text = sv_sub(text, 0, text.len < WORDS_MAX ? text.len : WORDS_MAX);
    *hash = 0;
    for (size_t i = 0; i < text.len;) {
        size_t end = i;
        bool plain = true;
        for (; end < text.len && is_word(text.ptr[end]); end++)
            plain = plain && !is_digit(text.ptr[end]) && text.ptr[end] != '@';
        sv word = sv_sub(text, i, end);
        while (word.len && word.ptr[word.len - 1] == '.')
            word.len--;
        if (sv_eq_nocase(word, recipient) || (local.len > 2 && sv_eq_nocase(word, local))) {
            out[len++] = word.len == recipient.len ? WORDS_RECIPIENT : WORDS_LOCAL_PART;
            *hash = hash_mix(*hash, (uint64_t)out[len - 1]);
        } else if (word.len) {
            memcpy(out + len, word.ptr, word.len);
            len += word.len;
            if (plain)
                *hash = hash_mix(*hash, hash_nocase(word));
        }
        for (i += word.len; i < text.len && (i < end || !is_word(text.ptr[i])); i++)
            out[len++] = text.ptr[i] > 0 && text.ptr[i] < ' ' ? ' ' : text.ptr[i];
    }
    return sv_make(out, len);
}

sv trial_words_of(sv words, sv address, struct arena *arena)
{
    struct buf text = {0};
    sv local = sv_sub(address, 0, address.len - sv_after_last(address, '@').len - 1);
    for (size_t i = 0; i < words.len; i++)
        if (words.ptr[i] == WORDS_RECIPIENT || words.ptr[i] == WORDS_LOCAL_PART)
            buf_add(&text, words.ptr[i] == WORDS_RECIPIENT ? address : local);
        else
            buf_add_byte(&text, words.ptr[i]);
    sv copy = arena_copy(arena, buf_sv(&text));
    buf_release(&text);
    return copy;
}

/* --- the list */

uint32_t trials_add_address(struct trials *trials, sv key)
{
    bool added;
    struct trial_address *address = map_add(&trials->addresses, key, &added);
    if (added)
        address->index = (uint32_t)map_count(&trials->addresses) - 1;
    return address->index;
}

uint32_t trials_add_shape(struct trials *trials, sv packed, sv reply)
{
    bool added;
    struct trial_words *words = map_add(&trials->shapes, packed, &added);
    if (!added && sv_cmp(reply, words->reply) < 0)
        words->reply = arena_copy(&trials->words, reply);
    else if (added)
        *words = (struct trial_words){.reply = arena_copy(&trials->words, reply),
                                      .index = (uint32_t)map_count(&trials->shapes) - 1,
                                      .deferred = trial_shape_is_deferred(packed)};
    return words->index;
}

/* What one failure has in common with the next one of the same message on the same day. */
struct same {
    uint64_t message;
    int64_t day;
    uint32_t address, shape;
};

static void meet(struct trial *trial, const struct trial *more)
{
    int64_t first = trial->time - trial->earlier, other = more->time - more->earlier;
    if (more->time > trial->time)
        trial->time = more->time;
    if (more->known > trial->known)
        trial->known = more->known;
    trial->earlier = (uint32_t)(trial->time - (first < other ? first : other));
}

void trials_put(struct trials *trials, const struct trial *trial)
{
    const struct trial_words *words = map_value_at(&trials->shapes, trial->shape);
    struct same same = {trial->message, date_day(trial->known), trial->address, trial->shape};
    bool added = true;
    uint32_t *index =
        words->deferred ? map_add(&trials->again, sv_make((const char *)&same, sizeof same), &added)
                        : NULL;
    if (!added) {
        meet(&trials->list[*index], trial);
        return;
    }
    if (index)
        *index = (uint32_t)trials->count;
    trials->list = mem_room(trials->list, trials->count, sizeof *trials->list);
    trials->list[trials->count++] = *trial;
}

void trials_add(struct trials *trials, const struct event *event, const struct taxonomy *taxonomy,
                int64_t known)
{
    const struct record *attempt = &event->attempt;
    char key[MAILBOX_MAX], words[WORDS_MAX];
    sv address = mailbox_key(attempt->recipient, key);
    uint64_t hash;
    if (!address.len)
        return; /* too long to be one */
    struct trial trial = {.address = trials_add_address(trials, address),
                          .original = TRIAL_NOBODY,
                          .time = attempt->time,
                          .known = known == INT64_MIN ? attempt->time : known,
                          .message = event->message};
    sv reply = hide(attempt->reply.text, attempt->recipient, words, &hash);
    buf_clear(&trials->packed);
    trial_shape_pack(&trials->packed, event, taxonomy, hash);
    trial.shape = trials_add_shape(trials, buf_sv(&trials->packed), reply);
    if (event->begun && attempt->original.len) {
        sv original = mailbox_key(attempt->original, key);
        trial.original = original.len ? trials_add_address(trials, original) : TRIAL_NOBODY;
    }
    trials_put(trials, &trial);
}

static void note(struct trials *trials, struct trial_address *address, int64_t step)
{
    if (address->step == step)
        return;
    address->step = step;
    trials->deliveries =
        mem_room(trials->deliveries, trials->delivery_count, sizeof *trials->deliveries);
    trials->deliveries[trials->delivery_count++] = (struct trial_delivery){address->index, step};
}

static void note_spelling(struct trials *trials, sv spelling, uint64_t hash, int64_t time)
{
    char key[MAILBOX_MAX];
    if (!map_has_hash(&trials->addresses, hash))
        return;
    struct trial_address *address = map_get(&trials->addresses, mailbox_key(spelling, key));
    if (address)
        note(trials, address, date_step(time, DELIVERY_STEP));
}

void trials_note_delivery(struct trials *trials, const struct event *event)
{
    const struct record *attempt = &event->attempt;
    note_spelling(trials, attempt->recipient, attempt->address_key, attempt->time);
    if (attempt->original.len)
        note_spelling(trials, attempt->original, hash_mailbox(attempt->original), attempt->time);
}

void trials_note_earlier(struct trials *trials, const struct fpset *recipients,
                         const struct fpset *originals, int64_t time)
{
    for (; trials->asked < map_count(&trials->addresses); trials->asked++) {
        struct trial_address *address = map_value_at(&trials->addresses, trials->asked);
        uint64_t fingerprint = hash_bytes(map_key_of(address));
        int64_t final = fpset_marked(recipients, fingerprint),
                original = fpset_marked(originals, fingerprint);
        int64_t step = final > original ? final : original;
        if (step == FPSET_UNMARKED)
            continue;
        note(trials, address, step);
        trials->missed = trials->missed || step > date_step(time, DELIVERY_STEP);
    }
}

void trials_await(struct trials *trials, const struct trials *known)
{
    for (size_t i = 0; i < map_count(&known->addresses); i++)
        (void)trials_add_address(trials, map_key_at(&known->addresses, i));
    trials->asked = map_count(&trials->addresses);
}

void trials_resolve(struct trials *trials, const struct ledger *ledger)
{
    for (size_t i = 0; i < trials->count; i++) {
        struct trial *trial = &trials->list[i];
        if (trial->original == TRIAL_NOBODY)
            continue;
        uint64_t original = hash_bytes(map_key_at(&trials->addresses, trial->original));
        if (!ledger_expanded(ledger, trial->message, original))
            trial->address = trial->original;
        trial->original = TRIAL_NOBODY;
    }
}

sv trial_address(const struct trials *trials, const struct trial *trial)
{
    return map_key_at(&trials->addresses, trial->address);
}

sv trial_words(const struct trials *trials, const struct trial *trial)
{
    const struct trial_words *words = map_value_at(&trials->shapes, trial->shape);
    return words->reply;
}

void trial_event(const struct trials *trials, const struct trial *trial,
                 const struct taxonomy *taxonomy, struct arena *arena, struct event *event)
{
    sv address = trial_address(trials, trial);
    *event = (struct event){0};
    /* These bytes were made by trial_shape_pack, or looked at by trials_unpack. */
    (void)!trial_shape_unpack(event, map_key_at(&trials->shapes, trial->shape), taxonomy);
    event->attempt.recipient = address;
    event->attempt.time = trial->time;
    event->attempt.reply.text = trial_words_of(trial_words(trials, trial), address, arena);
    event->attempt.address_key = hash_address(address, &event->attempt.domain_key);
    event->message = trial->message;
}

void trials_copy(struct trials *trials, const struct trials *from, const struct trial *trial)
{
    struct trial copy = *trial;
    copy.address = trials_add_address(trials, trial_address(from, trial));
    copy.shape =
        trials_add_shape(trials, map_key_at(&from->shapes, trial->shape), trial_words(from, trial));
    trials_put(trials, &copy);
}

void trials_add_day(struct trials *trials, const struct trials *from, int64_t day)
{
    for (size_t i = 0; i < from->count; i++)
        if (date_day(from->list[i].known) == day)
            trials_copy(trials, from, &from->list[i]);
}
