/* Remembers layers. The next line of the same container differs in its digits at most, and in how
 * many of them are behind a decimal point; which pattern took them need not be asked again, as no
 * layer tells one digit from another. What is behind them is always read as a line. */
#include "layers.h"

#include <string.h>

static size_t digits_at(const char *text, size_t at, size_t end)
{
    size_t n = 0;
    while (at + n < end && is_digit(text[at + n]))
        n++;
    return n;
}

static size_t walk(const struct layer_memo *memo, sv line)
{
    size_t at = 0, seen = 0;
    while (seen < memo->end) {
        if (at >= line.len)
            return 0;
        if (!is_digit(memo->bytes[seen])) {
            if (memo->bytes[seen++] != line.ptr[at++])
                return 0;
            continue;
        }
        bool fraction = seen && strchr(".,", memo->bytes[seen - 1]);
        size_t want = digits_at(memo->bytes, seen, memo->end);
        size_t got = digits_at(line.ptr, at, line.len);
        if (!got || (got != want && !fraction))
            return 0;
        seen += want;
        at += got;
    }
    return at;
}

/* Has the line the same bytes, and a digit where one was? What the digits end at is the same then,
 * so that there are as many. */
static bool is_alike(const struct layer_memo *memo, sv line)
{
    if (line.len < memo->end || memo->end > LAYER_ALIKE || is_digit(memo->bytes[memo->end - 1]))
        return false;
    for (size_t at = 0; at < memo->end; at += 16) {
        unsigned digits = (unsigned)(memo->digits >> at) & 0xFFFFu;
        unsigned wanted = memo->end - at < 16 ? (1u << (memo->end - at)) - 1 : 0xFFFFu;
        unsigned same = bytes_equal_bits16(line.ptr + at, memo->bytes + at) & ~digits;
        if (((same | (bytes_digit_bits16(line.ptr + at) & digits)) & wanted) != wanted)
            return false;
    }
    return true;
}

size_t layers_again(const struct layers *layers, sv line)
{
    for (size_t i = 0; i < layers->count; i++) {
        const struct layer_memo *memo = &layers->memos[i];
        size_t end = is_alike(memo, line) ? memo->end : walk(memo, line);
        if (end)
            return end;
    }
    return 0;
}

void layers_remember(struct layers *layers, sv line, size_t end)
{
    if (!end || end > LAYER_BYTES || layers_again(layers, line) == end)
        return;
    struct layer_memo *memo = &layers->memos[layers->next];
    memcpy(memo->bytes, line.ptr, end);
    memo->end = end;
    memo->digits = 0;
    for (size_t i = 0; i < end && i < LAYER_ALIKE; i++)
        memo->digits |= (uint64_t)is_digit(memo->bytes[i]) << i;
    layers->next = (layers->next + 1) % LAYER_MEMOS;
    if (layers->count < LAYER_MEMOS)
        layers->count++;
}

bool layers_push(struct layers *layers, size_t layer)
{
    if (layers->around.depth == STACK_DEPTH || layer > UINT8_MAX)
        return false;
    layers->around.layers[layers->around.depth++] = (uint8_t)layer;
    return true;
}

static bool begins_with(const struct layer_stack *stack, const struct layer_stack *beginning)
{
    return stack->depth >= beginning->depth &&
           memcmp(stack->layers, beginning->layers, beginning->depth) == 0;
}

static bool is_allowed(const struct layers *layers, const struct layer_stack *stack)
{
    const struct layer_stacks *allowed = layers->allowed;
    if (!allowed || !allowed->count)
        return true;
    for (size_t i = 0; i < allowed->count; i++)
        if (allowed->list[i].depth == stack->depth && begins_with(stack, &allowed->list[i]))
            return true;
    return false;
}

bool layers_are_allowed(const struct layers *layers)
{
    return is_allowed(layers, &layers->around);
}

bool layers_allow(const struct layers *layers, size_t layer)
{
    const struct layer_stack alone = {.layers = {(uint8_t)layer}, .depth = 1};
    return is_allowed(layers, &alone);
}

void stacks_add(struct layer_stacks *stacks, const struct layer_stack *stack)
{
    size_t kept = 0;
    for (size_t i = 0; i < stacks->count; i++)
        if (begins_with(stack, &stacks->list[i]))
            return;
    for (size_t i = 0; i < stacks->count; i++)
        if (!begins_with(&stacks->list[i], stack))
            stacks->list[kept++] = stacks->list[i];
    stacks->count = kept;
    if (kept < STACKS_MAX)
        stacks->list[stacks->count++] = *stack;
}

static size_t outermost(const struct layer_stack *stack)
{
    size_t layer = stack->depth ? stack->layers[0] : 0;
    return layer < LAYER_OBJECT ? layer : LAYER_OBJECT;
}

void outer_note(struct outer_layers *outer, const struct layer_stack *stack)
{
    outer->lines[outermost(stack)]++;
}

void stacks_settle(struct layer_stacks *stacks, const struct outer_layers *outer)
{
    size_t usual = 0, kept = 0;
    for (size_t i = 1; i <= LAYER_OBJECT; i++)
        if (outer->lines[i] > outer->lines[usual])
            usual = i;
    for (size_t i = 0; i < stacks->count; i++)
        if (!stacks->list[i].depth || outermost(&stacks->list[i]) == usual)
            stacks->list[kept++] = stacks->list[i];
    stacks->count = kept ? kept : stacks->count; /* none would mean any */
}

void layers_of_source(struct layers *layers, const struct layer_stacks *allowed)
{
    layers->count = layers->next = 0;
    layers->allowed = allowed;
    layers->outside.depth = 0;
}
