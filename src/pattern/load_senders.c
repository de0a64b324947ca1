/* Loads patterns/senders.yaml: what in an envelope sender is made for one recipient or message.
 *
 * Rules are tried in the order in which they are loaded, a site's own first. */
#include "compile.h"
#include "examples.h"
#include "fields.h"
#include "load.h"

static int load_sender(struct patterns *patterns, struct document *document,
                       const yaml_node_t *node, struct err *err)
{
    struct layer rule = {.place = document_place(document, node)};
    struct pattern_kind kind = {"a sender", REGEX_ANCHORED, fields_of_sender()};
    sv pattern;
    if (document_check_keys(document, node, "name needs pattern hit miss", err) < 0 ||
        document_text(document, node, SV("name"), true, &rule.name, err) < 0 ||
        document_text(document, node, SV("needs"), false, &rule.needs, err) < 0 ||
        pattern_of(patterns, document, node, SV("pattern"), &kind, &pattern, &rule.regex, err) < 0)
        return -1;
    if (!rule.regex)
        return document_missing(document, node, SV("pattern"), err);
    load_append(&patterns->senders, &patterns->sender_count, sizeof rule, &rule);
    return examples_load_for(patterns, document, node, regex_fields(rule.regex),
                             &patterns->senders[patterns->sender_count - 1].examples, err);
}

int load_senders(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    return load_each(patterns, document, "senders", load_sender, err);
}
