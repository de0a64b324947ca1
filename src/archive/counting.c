/* ITEM_COUNTING: which mail the counts of this history are of, in the words of whoever scans. The
 * first run that leaves something decides, and undoing it undoes that. A history of before there
 * was such an item takes the words of its next run. */
#include "save.h"

#define COUNTING_KEY SV("counting")

int counting_load(struct archive *archive, struct err *err)
{
    struct buf value = {0};
    int found = history_get(archive->history, ITEM_COUNTING, COUNTING_KEY,
                            history_origin(archive->history), &value, err);
    if (found > 0)
        archive->counting = arena_copy(&archive->texts, buf_sv(&value));
    archive->counting_known = found > 0;
    buf_release(&value);
    return found < 0 ? -1 : 0;
}

/* Many patterns make long words, and what to do must still be read. */
static sv shown(sv words)
{
    return words.len ? sv_sub(words, 0, 160) : SV("all mail");
}

int counting_check(const struct archive *archive, struct err *err)
{
    const struct archive_options *options = &archive->options;
    sv was = archive->counting, is = options->counting;
    if (!options->counts || !archive->counting_known || archive_is_new(archive) ||
        options->accept_counting || sv_eq(was, is))
        return 0;
    was = shown(was);
    is = shown(is);
    return err_set(err, ERR_USAGE,
                   "%s: was made with %.*s, and this run has %.*s: its counts would be of other "
                   "mail than those before; use a history of its own, or go on with "
                   "--accept-change",
                   options->path, SV_FMT(was), SV_FMT(is));
}

int save_counting(struct save *save)
{
    const struct archive *archive = save->archive;
    sv counting = archive->options.counting;
    if (archive->counting_known && sv_eq(archive->counting, counting))
        return 0;
    buf_clear(&save->value);
    buf_add(&save->value, counting);
    return save_put(save, ITEM_COUNTING, COUNTING_KEY, !archive->counting_known);
}

sv archive_counting(const struct archive *archive)
{
    return archive->counting;
}
