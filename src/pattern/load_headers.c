/* Loads patterns/headers.yaml: what may stand before the message of a line. */
#include "load.h"

static int load_header(struct patterns *patterns, struct document *document,
                       const yaml_node_t *node, bool site, struct err *err)
{
    struct header_form form = {.place = document_place(document, node)};
    sv then;
    if (document_check_keys(document, node, "name pattern then hit miss", err) < 0 ||
        document_text(document, node, SV("name"), true, &form.name, err) < 0 ||
        document_text(document, node, SV("then"), true, &then, err) < 0 ||
        document_examples(document, node, false, &form.examples, err) < 0)
        return -1;
    if (sv_eq(then, SV("tag")))
        form.then = HEADER_THEN_TAG;
    else if (sv_eq(then, SV("message")))
        form.then = HEADER_THEN_MESSAGE;
    else if ((form.mta = taxonomy_mta(&patterns->taxonomy, then)) != MTA_UNKNOWN)
        form.then = HEADER_THEN_MTA;
    else
        return document_error(document, document_get(document, node, SV("then")), err,
                              "'then' is tag, message, or an MTA that writes its log itself");
    if (document_regex(document, node, SV("pattern"), REGEX_ANCHORED, &form.regex, err) < 0)
        return -1;
    if (!form.regex)
        return document_error(document, node, err, "'pattern' is missing");
    /* Without a host the next line could be read by a longer form, so it is matched anew. */
    form.repeats = form.then == HEADER_THEN_MTA ||
                   (form.then == HEADER_THEN_TAG && regex_has_field(form.regex, FIELD_HOST));
    sv pattern;
    if (document_text(document, node, SV("pattern"), true, &pattern, err) < 0)
        return -1;
    form.any_time = sv_find(pattern, SV("(?<minute>\\d\\d)")) != SV_NPOS &&
                    sv_find(pattern, SV("(?<second>\\d\\d)")) != SV_NPOS;
    patterns->site_header_count += site;
    load_append(&patterns->headers, &patterns->header_count, sizeof form, &form);
    return 0;
}

int load_headers(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    yaml_node_t *root = document_root(document);
    if (document_check_keys(document, root, "headers", err) < 0)
        return -1;
    yaml_node_t *list = document_get(document, root, SV("headers"));
    for (size_t i = 0; i < document_items(list); i++)
        if (load_header(patterns, document, document_item(document, list, i), site, err) < 0)
            return -1;
    return 0;
}
