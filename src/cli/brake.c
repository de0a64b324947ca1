/* Which addresses the lists of the options hold already, so that a run out of line is noticed.
 *
 * The formats of lists differ in all but one thing: an address is a word with an @ in it, and none
 * puts a byte beside it that an address may have. So any list, and each of its parts, is read as
 * words. */
#include "brake.h"

#include <stdio.h>
#include <sys/stat.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/bytes.h"
#include "textfile.h"

enum { ADDRESS_MAX = 512, PARTS_MAX = 9999 };

/* What an address in a list is made of: none of the formats puts one of these beside it. */
static bool is_address_byte(char c)
{
    return is_alnum(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~.@", c));
}

/* Every word with an @ in it: formats differ in all else. A sendmail map has To: in front. */
static void add_words(struct map *listed, sv text)
{
    char lower[ADDRESS_MAX];
    for (size_t at = 0; at < text.len;) {
        size_t from = at;
        while (at < text.len && is_address_byte(text.ptr[at]))
            at++;
        sv word = sv_sub(text, from, at);
        if (word.len && word.len <= sizeof lower && sv_find_byte(word, '@') != SV_NPOS) {
            bytes_lower(lower, word);
            map_add(listed, sv_make(lower, word.len), NULL);
        }
        at += at == from;
    }
}

static bool add_file(struct map *listed, const char *path)
{
    struct stat file;
    struct buf text = {0};
    struct err err;
    if (stat(path, &file) != 0 || !S_ISREG(file.st_mode) || file.st_size == 0)
        return false; /* an empty one has nothing to protect */
    if (textfile_read(&text, "--suppress", path, &err) == 0)
        add_words(listed, buf_sv(&text));
    buf_release(&text);
    return true;
}

bool brake_read_lists(struct map *listed, const struct options *options)
{
    bool found = false;
    for (size_t i = 0; i < options->list_count; i++) {
        const char *path = options->lists[i].path;
        if (options->lists[i].format == LIST_HASH || outfile_is_stdout(path))
            continue;
        found = add_file(listed, path) || found;
        for (unsigned part = 1; part <= PARTS_MAX; part++) {
            struct buf name = {0};
            buf_printf(&name, "%s.%04u", path, part);
            bool there = add_file(listed, buf_cstr(&name));
            buf_release(&name);
            if (!there)
                break;
            found = true;
        }
    }
    return found;
}
