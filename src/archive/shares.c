/* How much of a log was a mail log's when it was read last. Where a syslog daemon or a container
 * changes what it writes in front of the lines, an MTA's become lines of nobody: the mail goes, and
 * as much comes that nobody knows. In a quiet night mail goes as well, and nothing comes. */
#include "bouncelog/base/date.h"
#include "bouncelog/base/pack.h"
#include "save.h"

enum {
    VERSION = 1,
    LINES_MIN = 200, /* fewer say nothing of a log */
    COLLAPSE = 20,   /* a share that shrinks to less than one of so many */
    FEWER = 4,       /* and so does the mail: a flood of other lines takes none away */
    GROWTH = 4,      /* lines that are no mail log's grow to so many times what they were */
    DAYS_TOLD = 7    /* then the log is what it is now */
};

static sv key_of(const uint64_t *set)
{
    return sv_make((const char *)set, sizeof *set);
}

static bool unpack_share(sv value, struct log_share *share)
{
    struct unpack in = unpack_of(value);
    bool known = unpack_unsigned(&in) == VERSION;
    share->lines = unpack_number(&in);
    share->mail = unpack_number(&in);
    share->told = unpack_number(&in);
    return known && !in.failed && !in.rest.len && share->mail >= 0 && share->mail <= share->lines;
}

static int find_share(const struct archive *archive, uint64_t set, struct log_share *share,
                      struct err *err)
{
    struct buf value = {0};
    *share = (struct log_share){0};
    int found = history_get(archive->history, ITEM_SHARE, key_of(&set),
                            history_origin(archive->history), &value, err);
    if (found > 0 && !unpack_share(buf_sv(&value), share))
        found = archive_damaged(archive, "how much of a log is of a mail log", err);
    buf_release(&value);
    return found < 0 ? -1 : 0;
}

struct log_share archive_log_share(struct archive *archive, uint64_t set)
{
    struct log_share share;
    (void)!find_share(archive, set, &share, &archive->failed);
    return share;
}

bool log_share_collapsed(const struct log_share *before, int64_t lines, int64_t mail)
{
    if (lines < LINES_MIN || before->lines < LINES_MIN)
        return false;
    double was = (double)before->mail / (double)before->lines, is = (double)mail / (double)lines;
    int64_t others_before = before->lines - before->mail, others = lines - mail;
    return is * COLLAPSE < was && mail * FEWER < before->mail &&
           others - LINES_MIN / 2 > others_before * GROWTH;
}

int save_shares(struct save *save)
{
    int64_t now = save->archive->options.now;
    for (size_t i = 0; i < save->scan->source_count; i++) {
        const struct source *source = input_source(save->input, i);
        int64_t lines = save->scan->source_lines[i] - source->known_lines;
        struct log_share is = {lines, save->scan->source_seen[i].mail, 0}, before;
        if (lines < LINES_MIN || is.mail > lines)
            continue;
        if (find_share(save->archive, source->set, &before, save->err) < 0)
            return -1;
        if (log_share_collapsed(&before, lines, is.mail) &&
            (!before.told || now - before.told < DAYS_TOLD * DATE_DAY))
            is = (struct log_share){before.lines, before.mail, before.told ? before.told : now};
        buf_clear(&save->value);
        pack_unsigned(&save->value, VERSION);
        pack_number(&save->value, is.lines);
        pack_number(&save->value, is.mail);
        pack_number(&save->value, is.told);
        if (save_put(save, ITEM_SHARE, key_of(&source->set), false) < 0)
            return -1;
    }
    return 0;
}
