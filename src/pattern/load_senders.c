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
    sv template = SV_EMPTY;
    if (document_check_keys(document, node, "name needs template pattern hit miss", err) < 0 ||
        document_text(document, node, SV("needs"), false, &rule.needs, err) < 0 ||
        document_text(document, node, SV("template"), false, &template, err) < 0)
        return -1;
    rule.numbered = sv_eq(template, SV("numbered"));
    if (template.len && !rule.numbered)
        return document_error(document, document_get(document, node, SV("template")), err,
                              "'%.*s' is no template of a sender; there is one: numbered",
                              SV_FMT(template));
    return load_form(patterns, document, node, &kind, &rule, &patterns->senders,
                     &patterns->sender_count, err);
}

int load_senders(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    return load_each(patterns, document, "senders", load_sender, err);
}
