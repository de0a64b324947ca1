/* Loads patterns/headers.yaml: what stands before the message of a line.
 *
 * Forms are tried in the order in which they are loaded, a site's own first. */
#include "compile.h"
#include "examples.h"
#include "fields.h"
#include "load.h"

/* What may follow a header: a tag, a message, or the lines of an MTA that writes its log itself. */
static sv then_at(const void *context, size_t i)
{
    const struct taxonomy *taxonomy = context;
    return i == 0 ? SV("tag") : i == 1 ? SV("message") : taxonomy->mtas[i - 1];
}

static int load_then(const struct taxonomy *taxonomy, struct document *document,
                     const yaml_node_t *node, struct header_form *form, struct err *err)
{
    struct names names = {1 + taxonomy->mta_count, then_at, taxonomy};
    size_t then = 0;
    if (load_name(document, node, SV("then"), true, "value of 'then'", &names, &then, err) < 0)
        return -1;
    form->then = then == 0 ? HEADER_THEN_TAG : then == 1 ? HEADER_THEN_MESSAGE : HEADER_THEN_MTA;
    form->mta = then > 1 ? (uint8_t)(then - 1) : MTA_UNKNOWN;
    return 0;
}

static int load_header(struct patterns *patterns, struct document *document,
                       const yaml_node_t *node, struct map *seen, bool site, struct err *err)
{
    struct header_form form = {.place = document_place(document, node)};
    sv pattern;
    if (document_check_keys(document, node, "name pattern then hit miss", err) < 0 ||
        document_text(document, node, SV("name"), true, &form.name, err) < 0 ||
        load_once(document, document_at(document, node, SV("name")), "form", form.name, seen, err) <
            0 ||
        load_then(&patterns->taxonomy, document, node, &form, err) < 0)
        return -1;
    struct pattern_kind kind = {"a header form", REGEX_ANCHORED, fields_of_header(form.then)};
    if (pattern_of(patterns, document, node, SV("pattern"), &kind, &pattern, &form.regex, err) < 0)
        return -1;
    if (!form.regex)
        return document_missing(document, node, SV("pattern"), err);
    /* Without a host the next line could be read by a longer form, so it is matched anew. */
    form.repeats = form.then == HEADER_THEN_MTA ||
                   (form.then == HEADER_THEN_TAG && regex_has_field(form.regex, FIELD_HOST));
    form.any_time = sv_find(pattern, SV("(?<minute>\\d\\d)")) != SV_NPOS &&
                    sv_find(pattern, SV("(?<second>\\d\\d)")) != SV_NPOS;
    patterns->site_header_count += site;
    load_append(&patterns->headers, &patterns->header_count, sizeof form, &form);
    return examples_load_for(patterns, document, node, regex_fields(form.regex),
                             &patterns->headers[patterns->header_count - 1].examples, err);
}

int load_headers(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    yaml_node_t *list, *root = document_root(document);
    struct map seen;
    if (document_check_keys(document, root, "families headers layers objects times wrappers months",
                            err) < 0 ||
        document_list(document, root, SV("headers"), true, &list, err) < 0)
        return -1;
    map_init(&seen, sizeof(struct place));
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < document_items(list); i++)
        rc = load_header(patterns, document, document_item(document, list, i), &seen, site, err);
    map_release(&seen);
    return rc;
}
