/* The commonest failure of a reader of logs is a header that it does not know. Such a log is told
 * of, by what it looks like and what to do about it. A log in which other programs write, and no
 * MTA did tonight, is none. */
#include "unread.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bouncelog/base/buf.h"

static const struct {
    const char *begins;
    size_t length;
    const char *words;
} known[] = {
    {"\xff\xfe", 2, "it is UTF-16; write it as UTF-8: iconv -f UTF-16 -t UTF-8"},
    {"\xfe\xff", 2, "it is UTF-16; write it as UTF-8: iconv -f UTF-16 -t UTF-8"},
    {"LPKSHHRH", 8, "it is a journal file; read it with --journal, or as journalctl -o json"},
    {"__CURSOR=", 9, "it is an export of the journal; use journalctl -o json"},
    {"SQLite format 3", 15, "it is a database"},
};

/* Every other byte is 0: UTF-16 without a mark. */
static bool is_utf16(sv text)
{
    size_t zeros = 0;
    for (size_t i = 0; i < text.len; i++)
        zeros += text.ptr[i] == 0;
    return text.len >= 4 && zeros * 3 > text.len && zeros * 3 < text.len * 2;
}

const char *unread_kind(sv text)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (sv_starts(text, sv_make(known[i].begins, known[i].length)))
            return known[i].words;
    if (is_utf16(text))
        return known[0].words;
    if (sv_eq(sv_trim(text), SV("{")) || sv_eq(sv_trim(text), SV("[")))
        return "its objects go over several lines; write each in one (journalctl -o json, jq -c)";
    if (sv_find(text, SV(" [s=")) != SV_NPOS)
        return "it is a verbose journal; use journalctl -o json";
    return NULL;
}

static sv kept(struct buf *text, struct arena *arena)
{
    sv copy = arena_copy(arena, buf_sv(text));
    buf_release(text);
    return copy;
}

sv unread_share_words(const struct source_seen *seen, int64_t lines, const struct log_share *before,
                      struct arena *arena)
{
    struct buf text = {0};
    if (!log_share_collapsed(before, lines, seen->mail))
        return SV_EMPTY;
    buf_printf(&text, "%lld of its %lld lines are a mail log's, the last time %lld of %lld were: ",
               (long long)seen->mail, (long long)lines, (long long)before->mail,
               (long long)before->lines);
    if (seen->unread_len)
        buf_printf(&text,
                   "is a new header written that begins like \"%.*s\"? (bouncelog doctor; "
                   "docs/PATTERNS.md says how to add one)",
                   SV_FMT(sv_sub(sv_make(seen->unread, seen->unread_len), 0, 60)));
    else
        buf_printf(&text, "do the MTA's programs write under other names? (bouncelog doctor)");
    return kept(&text, arena);
}

sv unread_words(const struct source_seen *seen, int64_t lines, struct arena *arena)
{
    struct buf text = {0};
    sv unread = sv_make(seen->unread, seen->unread_len);
    const char *words = unread_kind(unread);
    bool some = seen->headless >= (words ? 1 : 2); /* one line may be half of one */
    if (seen->mail || !some || seen->headless * 2 <= lines)
        return SV_EMPTY;
    buf_printf(&text, "none of its %lld lines is a mail log's: ", (long long)lines);
    if (words)
        buf_printf(&text, "%s", words);
    else
        buf_printf(&text,
                   "no header is known that begins like \"%.*s\" (bouncelog doctor; "
                   "docs/PATTERNS.md says how to add one)",
                   SV_FMT(sv_sub(unread, 0, 60)));
    return kept(&text, arena);
}

const char *unread_hint(const char *path)
{
    struct stat file;
    if (stat(path, &file) == 0 && S_ISDIR(file.st_mode))
        return "name the files in it";
    if (access(path, R_OK) == 0)
        return NULL;
    if (errno == EACCES)
        return "bouncelog doctor says who may read it";
    return errno == ENOENT && strpbrk(path, "*?")
               ? "a shell expands * and ? only where they are not quoted and a file is named so"
               : NULL;
}
