/* Which sources may be of one log: those that begin alike, and whatever stands on standard
 * input. Of two copies of one log the later one goes on where the earlier one ended, so they are
 * read one after the other; sources that cannot be of one log are read side by side. A file that
 * did not change since the last run has nothing to be read and is not compared. */
#include <string.h>

#include "bouncelog/base/mem.h"
#include "resume.h"

static bool same_log(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t len = a_len < b_len ? a_len : b_len;
    return len && memcmp(a, b, len) == 0;
}

/* Of a file that did not change the mark does not change either. */
static bool rests(const struct input_options *options, const char *path)
{
    struct stat file;
    const struct seen *before;
    if (stat(path, &file) != 0)
        return true;
    struct seen now = resume_seen(&file);
    return resume_rests(options, &now, &before);
}

struct heads {
    struct input *input;
    char *bytes; /* MARK_HASHED_MAX a source */
    size_t *lens;
};

static void note_head(void *context, size_t source, sv head)
{
    struct heads *heads = context;
    if (rests(&heads->input->options, heads->input->sources[source].path))
        return;
    sv part = sv_sub(head, 0, MARK_HASHED_MAX);
    sv_put(heads->bytes + source * MARK_HASHED_MAX, part);
    heads->lens[source] = part.len;
}

/* What it holds is known once it is read: everything goes in turn then. */
static void follow_standard_input(struct input *input)
{
    bool there = false;
    for (size_t i = 0; i < input->count; i++)
        there = there || strcmp(input->sources[i].path, "-") == 0;
    for (size_t i = 1; there && i < input->count && !input->sources[i].journal; i++)
        input->sources[i].follows = i - 1;
}

bool resume_find_alike(struct input *input)
{
    bool any = false;
    struct heads heads = {input, mem_alloc(input->count * MARK_HASHED_MAX + 1),
                          mem_zero(input->count + 1, sizeof *heads.lens)};
    input_heads(input, note_head, &heads);
    for (size_t i = 0; i < input->count; i++)
        for (size_t j = i; j-- > 0 && input->sources[i].follows == INPUT_NEW;)
            if (same_log(heads.bytes + i * MARK_HASHED_MAX, heads.lens[i],
                         heads.bytes + j * MARK_HASHED_MAX, heads.lens[j]))
                input->sources[i].follows = j;
    for (size_t i = 0; i < input->count; i++)
        any = any || input->sources[i].follows != INPUT_NEW;
    mem_free(heads.bytes);
    mem_free(heads.lens);
    return any;
}

void resume_plan(struct input *input)
{
    (void)resume_find_alike(input);
    follow_standard_input(input);
}
