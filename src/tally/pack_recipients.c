/* The recipients of a day as bytes: 8 each, the fingerprint and beside it in its low bits, which a
 * set does not keep, two flags and when mail to the recipient was last taken. So a history is no
 * larger for it. */
#include "bouncelog/base/date.h"
#include "pack.h"

enum { HASH_BYTES = 8 };

/* Of the day's recipients: beside the fingerprint its two flags, and in which step of the day the
 * latest mail was taken (0: none), which is all that its low bits have room for. */
enum { RECIPIENT_FLAGS = RECIPIENT_DELIVERED | RECIPIENT_FAILED, STEP_SHIFT = 2, STEP_MASK = 7 };

static void pack_recipient(void *context, uint64_t fingerprint, unsigned flags, int64_t step)
{
    uint64_t number = 0;
    if (step != FPSET_UNMARKED)
        number =
            (uint64_t)(step - date_step(step, DELIVERY_STEPS_A_DAY) * DELIVERY_STEPS_A_DAY) + 1;
    pack_hash(context, fingerprint | (flags & RECIPIENT_FLAGS) | number << STEP_SHIFT);
}

void pack_recipients(struct buf *out, const struct fpset *set)
{
    pack_unsigned(out, set->count);
    buf_reserve(out, set->count * HASH_BYTES);
    fpset_each_marked(set, pack_recipient, out);
}

/* Before steps were kept, a whole day was one: its first. */
static int64_t step_of(uint64_t hash, int64_t day, bool with_steps)
{
    int64_t number = (int64_t)(hash >> STEP_SHIFT & STEP_MASK);
    if (!with_steps)
        number = (hash & RECIPIENT_DELIVERED) != 0;
    return number ? day * DELIVERY_STEPS_A_DAY + number - 1 : FPSET_UNMARKED;
}

void unpack_recipients(struct unpack *in, struct fpset *set, int64_t day, bool with_steps)
{
    size_t count = unpack_count(in, HASH_BYTES);
    fpset_reserve(set, count);
    for (size_t i = 0; i < count; i++) {
        uint64_t hash = unpack_hash(in);
        int64_t step = step_of(hash, day, with_steps);
        if (step == FPSET_UNMARKED)
            fpset_add(set, hash, hash & RECIPIENT_FLAGS);
        else
            fpset_mark(set, hash, hash & RECIPIENT_FLAGS, step);
    }
}

void visit_deliveries(struct unpack *in, int64_t day, bool with_steps, delivery_visitor *visit,
                      void *context)
{
    size_t count = unpack_count(in, HASH_BYTES);
    for (size_t i = 0; i < count && !in->failed; i++) {
        uint64_t hash = unpack_hash(in);
        int64_t step = step_of(hash, day, with_steps);
        if (step != FPSET_UNMARKED && !in->failed)
            visit(context, fpset_kept(hash), step);
    }
}
