/* Files the gates of line shapes under the byte that they begin with, in the order of their
 * shapes. Most lines of a log begin with a byte that no gate of their daemon begins with, so that
 * no pattern is tried on them. */
#include "bouncelog/base/mem.h"
#include "load.h"

static struct gate gate_of(const struct mta_patterns *mta, size_t shape)
{
    sv text = mta->shapes[shape].gate;
    struct gate gate = {.daemons = mta->shapes[shape].daemons, .shape = (uint32_t)shape};
    sv_put((char *)&gate.bytes, sv_sub(text, 0, sizeof gate.bytes));
    memset(&gate.mask, 0xFF, text.len < sizeof gate.mask ? text.len : sizeof gate.mask);
    return gate;
}

static bool begins_with(sv gate, size_t byte)
{
    return !gate.len || (unsigned char)gate.ptr[0] == byte;
}

/* The daemons that may say something else with a line that begins so. */
static uint64_t others(const struct mta_patterns *mta, size_t byte)
{
    uint64_t daemons = 0;
    for (size_t i = 0; i < mta->shape_count; i++)
        if (mta->shapes[i].meaning != MEANING_BEGUN && begins_with(mta->shapes[i].gate, byte))
            daemons |= mta->shapes[i].daemons;
    for (size_t i = 0; i < mta->sign_count; i++)
        if (begins_with(mta->signs[i].gate, byte))
            daemons |= mta->signs[i].daemons;
    return daemons;
}

void gates_index(struct mta_patterns *mta)
{
    size_t count = 0;
    for (size_t byte = 0; byte < 256; byte++)
        for (size_t i = 0; i < mta->shape_count; i++)
            count += begins_with(mta->shapes[i].gate, byte);
    mta->gates = mem_zero(count + 1, sizeof *mta->gates);
    count = 0;
    for (size_t byte = 0; byte < 256; byte++) {
        for (size_t i = 0; i < mta->shape_count; i++)
            if (begins_with(mta->shapes[i].gate, byte)) {
                mta->gates[count++] = gate_of(mta, i);
                mta->leads[byte] |= mta->shapes[i].daemons;
            }
        for (size_t i = 0; i < mta->sign_count; i++)
            if (begins_with(mta->signs[i].gate, byte))
                mta->leads[byte] |= mta->signs[i].daemons;
        mta->gates_of[byte + 1] = (uint32_t)count;
        mta->beginnings[byte] = mta->leads[byte] & ~others(mta, byte);
    }
}
