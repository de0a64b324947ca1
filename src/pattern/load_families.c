/* Families of wording: patterns/replies/words.yaml names them, patterns of rules say %{name}. */
#include "bouncelog/base/buf.h"
#include "load.h"

int load_families(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site; /* asked before ours, a site's own file may define a family anew */
    yaml_node_t *root = document_root(document);
    if (document_check_keys(document, root, "words", err) < 0)
        return -1;
    const yaml_node_t *families = document_get(document, root, SV("words"));
    for (size_t i = 0; i < document_pairs(families); i++) {
        sv name, text;
        const yaml_node_t *value = document_pair(document, families, i, &name);
        bool added;
        if (words_join(patterns, document, value, &text, err) < 0)
            return -1;
        sv *family = map_add(&patterns->words, name, &added);
        if (added)
            *family = text;
    }
    return 0;
}

/* Copies `text` with every %{name} replaced by its family. */
static int expand(const struct patterns *patterns, struct document *document,
                  const yaml_node_t *node, sv text, struct buf *out, struct err *err)
{
    for (;;) {
        size_t at = sv_find(text, SV("%{"));
        buf_add(out, sv_sub(text, 0, at));
        if (at == SV_NPOS)
            return 0;
        sv name = sv_cut(sv_skip(text, at + 2), '}', &text);
        const sv *family = map_get(&patterns->words, name);
        if (!family)
            return document_error(document, node, err, "no family of words is called '%.*s'",
                                  SV_FMT(name));
        buf_add(out, SV("(?:"));
        buf_add(out, *family);
        buf_add_byte(out, ')');
    }
}

int words_join(const struct patterns *patterns, struct document *document, const yaml_node_t *node,
               sv *pattern, struct err *err)
{
    struct buf out = {0};
    int rc = 0;
    bool is_list = document_items(node) > 0;
    for (size_t i = 0; rc == 0 && i < (is_list ? document_items(node) : 1); i++) {
        const yaml_node_t *item = is_list ? document_item(document, node, i) : node;
        sv text;
        if (i)
            buf_add_byte(&out, '|');
        rc = document_scalar(document, item, &text, err);
        if (rc == 0)
            rc = expand(patterns, document, item, text, &out, err);
    }
    *pattern = rc == 0 ? arena_copy(document->arena, buf_sv(&out)) : SV_EMPTY;
    buf_release(&out);
    return rc;
}
