/* An entry is 80 bits: key (64) has 36 of the Message-ID and 28 of the recipient, rest (16) has 7
 * of the operator's name, 6 of the relay's network and 3 of the step. Blocks are sorted by key, as
 * it is written, the highest byte first: all recipients of a message stand together. */
#include "bouncelog/late/sent.h"

#include <stdlib.h>

#include "bouncelog/base/date.h"
#include "bouncelog/base/domain.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/late/tag.h"
#include "bouncelog/model/activity.h"
#include "proof.h"

enum { RECIPIENT_BITS = 28, NAME_BITS = 7, NETWORK_BITS = 6, STEP_BITS = 3 };

/* Who saw a message and is not proven to have got it alone has a step that no day has, and no
 * relay; SEVERAL stands for all recipients of a message of several. */
enum { STEP_SEEN = 7, SEVERAL = 0 };
/* The name of a relay that stands below its recipient's domain: there one needs not look up who has
 * registered it, and whoever asks knows the domain. */
enum { NAME_OF_DOMAIN = (1 << NAME_BITS) - 1 };
_Static_assert((int)STEP_SEEN >= DELIVERY_STEPS_A_DAY && STEP_SEEN < 1 << STEP_BITS, "no step");

#define RECIPIENT_MASK ((UINT64_C(1) << RECIPIENT_BITS) - 1)

void sent_init(struct sent *sent, const struct patterns *patterns, uint64_t secret)
{
    *sent = (struct sent){.secret = secret, .patterns = patterns};
    map_init(&sent->days, sizeof(struct sent_day));
}

void sent_release(struct sent *sent)
{
    for (size_t i = 0; i < map_count(&sent->days); i++)
        mem_free(((struct sent_day *)map_value_at(&sent->days, i))->list);
    map_release(&sent->days);
    mem_free(sent->names);
    mem_free(sent->networks);
}

static uint64_t message_bits(uint64_t secret, uint64_t message_id)
{
    return hash_mix(message_id, secret) & ~RECIPIENT_MASK;
}

static uint64_t recipient_bits(uint64_t secret, uint64_t address)
{
    return hash_mix(address, secret) & RECIPIENT_MASK;
}

/* 0: nobody knows, which is nobody's. */
static uint16_t bits_of(uint64_t secret, sv text, int bits)
{
    if (!text.len)
        return 0;
    return (uint16_t)(hash_mix(hash_nocase(text), secret) % ((1u << bits) - 2) + 1);
}

static uint16_t name_bits(const struct patterns *patterns, uint64_t secret, sv host)
{
    char lower[PROOF_NAME_MAX];
    return bits_of(secret, proof_name_of(patterns, host, lower), NAME_BITS);
}

static uint16_t network_bits(uint64_t secret, sv ip)
{
    char network[PROOF_NAME_MAX];
    return bits_of(secret, proof_network_of(ip, network), NETWORK_BITS);
}

/* *known: these are its bits. */
static struct sent_memo *memo_of(struct sent_memo **memo, sv text, bool *known)
{
    uint64_t key = hash_bytes(text) | 1;
    if (!*memo)
        *memo = mem_zero(SENT_RELAYS, sizeof **memo);
    struct sent_memo *at = &(*memo)[(key >> 1) % SENT_RELAYS];
    *known = at->key == key;
    at->key = key;
    return at;
}

static uint16_t name_again(struct sent *sent, const struct record *attempt)
{
    bool known;
    sv host = attempt->relay.host;
    if (!attempt->provider.len && operator_is_own(host, sv_after_last(attempt->recipient, '@')))
        return NAME_OF_DOMAIN;
    struct sent_memo *memo = memo_of(&sent->names, host, &known);
    if (!known)
        memo->bits = name_bits(sent->patterns, sent->secret, host);
    return memo->bits;
}

static uint16_t network_again(struct sent *sent, sv ip)
{
    bool known;
    struct sent_memo *memo = memo_of(&sent->networks, ip, &known);
    if (!known)
        memo->bits = network_bits(sent->secret, ip);
    return memo->bits;
}

static struct sent_day *day_of(struct sent *sent, int64_t day)
{
    if (!sent->last || sent->last_day != day) {
        sent->last_day = day;
        sent->last = map_add(&sent->days, sv_make((const char *)&sent->last_day, sizeof day), NULL);
    }
    return sent->last;
}

static int by_key(const void *left, const void *right)
{
    const struct sent_entry *a = left, *b = right;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return (a->rest > b->rest) - (a->rest < b->rest);
}

/* message: its Message-ID, or the tag of its sender. */
static void add(struct sent *sent, uint64_t message, int64_t time, uint64_t recipient,
                uint16_t rest)
{
    struct sent_day *day = day_of(sent, date_day(time));
    struct sent_entry entry = {message_bits(sent->secret, message) | recipient, rest};
    if (day->count && by_key(&day->list[day->count - 1], &entry) == 0)
        return;
    day->list = mem_room(day->list, day->count, sizeof *day->list);
    day->list[day->count++] = entry;
}

/* Only who got the headers can know the Message-ID. Where a log does not say how far it came
 * (sendmail), whoever answered may have got them. */
static bool got_headers(const struct record *attempt)
{
    const struct said *said = &attempt->said;
    bool answered = said->origin == ORIGIN_REMOTE || said->origin == ORIGIN_LOCAL;
    return said->stage >= STAGE_DATA ||
           (said->stage == STAGE_UNKNOWN && answered && attempt->relay.host.len);
}

void sent_add(struct sent *sent, const struct event *event)
{
    const struct record *attempt = &event->attempt;
    bool delivered = attempt->outcome == OUTCOME_DELIVERED;
    if (!event->message_id || event->strange || (!delivered && !got_headers(attempt)))
        return;
    if (delivered && event->recipients > 1) {
        add(sent, event->message_id, attempt->time, recipient_bits(sent->secret, SEVERAL),
            STEP_SEEN);
        if (!sent->tagged)
            return;
    }
    uint64_t recipient = recipient_bits(sent->secret, attempt->address_key);
    if (!delivered || event->notification || attempt->ambiguous) {
        add(sent, event->message_id, attempt->time, recipient, STEP_SEEN);
        return;
    }
    int64_t step =
        date_step(attempt->time, DELIVERY_STEP) - date_day(attempt->time) * DELIVERY_STEPS_A_DAY;
    uint16_t rest = (uint16_t)(name_again(sent, attempt) << (NETWORK_BITS + STEP_BITS) |
                               network_again(sent, attempt->relay.ip) << STEP_BITS | step);
    add(sent, event->message_id, attempt->time, recipient, rest);
    if (sent->tagged && event->sender_known && tag_is(event->sender))
        add(sent, tag_key(event->sender), attempt->time, recipient, rest);
}

static struct sent_entry entry_at(sv block, size_t i)
{
    const unsigned char *at = (const unsigned char *)block.ptr + i * SENT_BYTES;
    struct sent_entry entry = {0, (uint16_t)(at[8] << 8 | at[9])};
    for (int byte = 0; byte < 8; byte++)
        entry.key = entry.key << 8 | at[byte];
    return entry;
}

static void put(struct buf *out, const struct sent_entry *entry)
{
    for (int byte = 7; byte >= 0; byte--)
        buf_add_byte(out, (char)(entry->key >> 8 * byte));
    buf_add_byte(out, (char)(entry->rest >> 8));
    buf_add_byte(out, (char)entry->rest);
}

/* Puts an entry in front of those that are greater. */
static void insert(struct sent_entry *list, size_t count, struct sent_entry entry)
{
    while (count && by_key(&list[count - 1], &entry) > 0) {
        list[count] = list[count - 1];
        count--;
    }
    list[count] = entry;
}

static void sort_few(struct sent_entry *list, size_t count)
{
    for (size_t i = 1; i < count; i++)
        insert(list, i, list[i]);
}

/* A night has millions of them, whose keys are random but for those of one message to many: into as
 * many places as there are entries by the first bits of the key, then each place. */
static void sort(struct sent_day *day)
{
    enum { BITS_MAX = 20, FEW = 24 };
    int bits = 1;
    while (bits < BITS_MAX && (UINT64_C(1) << bits) < day->count)
        bits++;
    size_t places = (size_t)1 << bits;
    size_t *ends = mem_zero(places + 1, sizeof *ends);
    struct sent_entry *to = mem_zero(day->count, sizeof *to);
    for (size_t i = 0; i < day->count; i++)
        ends[(day->list[i].key >> (64 - bits)) + 1]++;
    for (size_t i = 1; i <= places; i++)
        ends[i] += ends[i - 1];
    for (size_t i = 0; i < day->count; i++)
        to[ends[day->list[i].key >> (64 - bits)]++] = day->list[i];
    for (size_t i = 0, first = 0; i < places; first = ends[i++]) {
        if (ends[i] - first > FEW)
            qsort(to + first, ends[i] - first, sizeof *to, by_key);
        else
            sort_few(to + first, ends[i] - first);
    }
    mem_free(ends);
    mem_free(day->list);
    day->list = to;
}

int sent_pack(struct buf *out, struct sent_day *day, sv before)
{
    size_t old = 0, old_count = before.len / SENT_BYTES;
    struct sent_entry last = {0, 0};
    if (before.len % SENT_BYTES)
        return -1;
    if (day->count)
        sort(day);
    for (size_t fresh = 0; fresh < day->count || old < old_count;) {
        struct sent_entry next = old < old_count ? entry_at(before, old) : last;
        bool takes_old =
            old < old_count && (fresh == day->count || by_key(&next, &day->list[fresh]) <= 0);
        if (!takes_old)
            next = day->list[fresh];
        old += takes_old;
        fresh += !takes_old;
        if (!out->len || by_key(&next, &last) != 0)
            put(out, &next);
        last = next;
    }
    return 0;
}

struct sent_question sent_question_of(const struct patterns *patterns, uint64_t secret,
                                      const struct late_notice *notice)
{
    bool own = proof_share_name(patterns, notice->server, notice->source_host);
    sv domain = sv_after_last(notice->recipient, '@');
    /* Below a public suffix everybody has a name of his own. */
    bool is_registered = domain_registrable(domain).len > 0;
    return (struct sent_question){
        .message = message_bits(secret, notice->message_id),
        .recipients = {recipient_bits(secret, hash_mailbox(notice->recipient)),
                       recipient_bits(secret, hash_mailbox(notice->original))},
        .name = own ? 0 : name_bits(patterns, secret, notice->source_host),
        .own = name_bits(patterns, secret, notice->server),
        .of_domain =
            is_registered && !own && proof_share_name(patterns, notice->source_host, domain),
        .own_of_domain = !is_registered || proof_share_name(patterns, notice->server, domain),
        .tag = notice->tag.len ? message_bits(secret, tag_key(notice->tag)) : 0,
        .tagged = proof_tag_suffices(patterns, notice),
        .network = network_bits(secret, notice->source_ip)};
}

static size_t first_of(sv block, uint64_t message)
{
    size_t low = 0, high = block.len / SENT_BYTES;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (entry_at(block, middle).key < message)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* That of two names the bits are the same happens; so our own are asked for where the name has not
 * told already. */
static enum sent_from comes_from(const struct sent_entry *entry,
                                 const struct sent_question *question)
{
    uint16_t name = (uint16_t)(entry->rest >> (NETWORK_BITS + STEP_BITS));
    uint16_t network = entry->rest >> STEP_BITS & ((1 << NETWORK_BITS) - 1);
    bool of_domain = name == NAME_OF_DOMAIN;
    if (of_domain ? question->of_domain : name && name == question->name)
        return SENT_BY_NAME;
    bool own = of_domain ? question->own_of_domain : name && name == question->own;
    return network && network == question->network && !own ? SENT_BY_NETWORK : SENT_FROM_ELSEWHERE;
}

/* The delivery to the final recipient, if this entry is it and may be believed. */
static void look_at(const struct sent_entry *entry, const struct sent_question *question,
                    struct sent_answer *answer)
{
    int step = entry->rest & ((1 << STEP_BITS) - 1);
    if ((entry->key & RECIPIENT_MASK) != question->recipients[0] || step == STEP_SEEN)
        return;
    enum sent_from from = comes_from(entry, question);
    answer->seen = true;
    if (from == SENT_FROM_ELSEWHERE && !question->tagged)
        return;
    answer->found = true;
    answer->from = from;
    answer->key = entry->key;
    answer->step = step;
}

int sent_find(sv block, const struct sent_question *question, struct sent_answer *answer)
{
    bool went_to[2] = {false, false};
    size_t count = block.len / SENT_BYTES;
    *answer = (struct sent_answer){.shared = false};
    if (block.len % SENT_BYTES)
        return -1;
    for (size_t at = first_of(block, question->message); at < count; at++) {
        struct sent_entry entry = entry_at(block, at);
        uint64_t recipient = entry.key & RECIPIENT_MASK;
        if ((entry.key & ~RECIPIENT_MASK) != question->message)
            break;
        went_to[0] = went_to[0] || recipient == question->recipients[0];
        went_to[1] = went_to[1] || recipient == question->recipients[1];
        answer->shared = answer->shared || (recipient != question->recipients[0] &&
                                            recipient != question->recipients[1]);
        look_at(&entry, question, answer);
    }
    answer->shared = answer->shared || (went_to[0] && went_to[1] &&
                                        question->recipients[0] != question->recipients[1]);
    bool seen = answer->seen;
    for (size_t at = question->tag ? first_of(block, question->tag) : count; at < count && !seen;
         at++) {
        struct sent_entry entry = entry_at(block, at);
        if ((entry.key & ~RECIPIENT_MASK) != question->tag)
            break;
        look_at(&entry, question, answer);
        answer->by_tag = answer->found;
    }
    return 0;
}

bool sent_has_others(sv block, uint64_t key, int step, const struct fpset *gone)
{
    for (size_t i = 0; i < block.len / SENT_BYTES; i++) {
        struct sent_entry entry = entry_at(block, i);
        if ((entry.key & RECIPIENT_MASK) == (key & RECIPIENT_MASK) && entry.key != key &&
            (entry.rest & ((1 << STEP_BITS) - 1)) == step &&
            fpset_get(gone, entry.key) == FPSET_NEW)
            return true;
    }
    return false;
}

int sent_forget(struct buf *out, sv block, uint64_t secret, uint64_t address)
{
    uint64_t who = recipient_bits(secret, address);
    bool found = false;
    if (block.len % SENT_BYTES)
        return -1;
    for (size_t i = 0; i < block.len / SENT_BYTES; i++) {
        struct sent_entry entry = entry_at(block, i);
        bool goes = (entry.key & RECIPIENT_MASK) == who;
        found = found || goes;
        if (!goes)
            put(out, &entry);
    }
    return found;
}
