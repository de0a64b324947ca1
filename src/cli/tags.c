/* Reads the keys with which envelope senders are signed.
 *
 * A file without a key is a mistake: without one nothing would be proven, and nobody would notice.
 */
#include "tags.h"

#include "textfile.h"

int tags_read(struct tags *tags, const struct options *options, struct err *err)
{
    const char *option = "--tag-key-file", *path = options->tag_key_file;
    int line;
    if (!path)
        return 0;
    if (textfile_read(&tags->text, option, path, err) < 0)
        return -1;
    if (tag_keys_read(&tags->keys, buf_sv(&tags->text), &line) == 0)
        return 0;
    if (!line)
        return err_set(err, ERR_USAGE, "%s %s: no key is in it", option, path);
    return err_set(err, ERR_USAGE, "%s %s:%d: expected up to %d keys of at least %d bytes", option,
                   path, line, (int)TAG_KEYS_MAX, (int)TAG_KEY_LEAST);
}

void tags_release(struct tags *tags)
{
    buf_release(&tags->text);
}
