/* Loads patterns/senders.yaml: what in an envelope sender is made for one recipient or message.
 *
 * Rules are tried in the order in which they are loaded, a site's own first. */
#include "compile.h"
#include "fields.h"
#include "load.h"

static int load_sender(struct patterns *patterns, struct document *document,
                       const yaml_node_t *node, struct err *err)
{
    const struct pattern_kind kind = {"a sender", REGEX_ANCHORED, fields_of_sender()};
    struct layer rule = {.needs = SV_EMPTY};
    if (document_check_keys(document, node, "name needs pattern hit miss", err) < 0 ||
        document_text(document, node, SV("needs"), false, &rule.needs, err) < 0)
        return -1;
    return load_form(patterns, document, node, &kind, &rule, &patterns->senders,
                     &patterns->sender_count, err);
}

int load_senders(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    return load_each(patterns, document, "senders", load_sender, err);
}
