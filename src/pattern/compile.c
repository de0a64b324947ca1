/* Compiles the pattern of an entry: families in, PCRE2 out, and every group has a reader.
 *
 * What is wrong with a pattern is said about the byte of the file that it stands at, also where
 * families stand before it. */
#include "compile.h"

#include "bouncelog/base/buf.h"
#include "families.h"
#include "suggest.h"

static int refuse_group(const struct expansion *expansion, const struct document *document, sv name,
                        const struct pattern_kind *kind, struct err *err)
{
    struct buf mark = {0};
    struct names readable = names_of_fields(&kind->fields);
    buf_printf(&mark, "<%.*s>", SV_FMT(name));
    size_t at = sv_find(buf_sv(&expansion->text), buf_sv(&mark));
    buf_release(&mark);
    at = at == SV_NPOS ? 0 : at + 1;
    if (!kind->fields)
        return expansion_error(expansion, document, at, err,
                               "nobody reads a group '%.*s' of %s; write (?:...) instead",
                               SV_FMT(name), kind->name);
    return expansion_error(expansion, document, at, err,
                           "nobody reads a group '%.*s' of %s; write one of: %s", SV_FMT(name),
                           kind->name, names_listed(&readable).text);
}

int pattern_compile(struct patterns *patterns, struct document *document, const yaml_node_t *node,
                    const struct pattern_kind *kind, sv *text, struct regex **regex,
                    struct err *err)
{
    struct expansion expansion;
    char why[160];
    size_t offset = 0;
    sv group;
    bool later = document->built_in && !kind->fields;
    *regex = NULL;
    int rc = expansion_make(&expansion, patterns, document, node, err);
    if (rc == 0 && !later) {
        *regex = regex_compile(buf_sv(&expansion.text), kind->flags, why, sizeof why, &offset);
        if (!*regex)
            rc = expansion_error(&expansion, document, offset, err, "pattern: %s", why);
        else if (regex_other_group(*regex, kind->fields, &group))
            rc = refuse_group(&expansion, document, group, kind, err);
    }
    if (rc == 0) {
        *text = arena_copy(document->arena, buf_sv(&expansion.text));
        if (later)
            *regex = regex_later(*text, kind->flags);
    } else {
        regex_free(*regex);
        *regex = NULL;
    }
    expansion_release(&expansion);
    return rc;
}

int pattern_of(struct patterns *patterns, struct document *document, const yaml_node_t *mapping,
               sv key, const struct pattern_kind *kind, sv *text, struct regex **regex,
               struct err *err)
{
    const yaml_node_t *node = document_get(document, mapping, key);
    *text = SV_EMPTY;
    *regex = NULL;
    return node ? pattern_compile(patterns, document, node, kind, text, regex, err) : 0;
}
