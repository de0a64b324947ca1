/* Loads patterns/notices.yaml: the words by which mailers say that a mail failed, who writes such
 * mails, and where they begin to quote the mail that came back.
 *
 * Forms are tried in the order in which they are loaded, a site's own first. Of `when`, the keys
 * are names of headers of the notice. */
#include "bouncelog/base/mem.h"
#include "compile.h"
#include "examples.h"
#include "fields.h"
#include "load.h"

static const char keys_of_file[] = "families daemons returned notices";

static sv kind_at(const void *context, size_t i)
{
    (void)context;
    return notice_kind_name((enum notice_kind)i);
}

static const struct names kinds = {NOTICE_NONE, kind_at, NULL};

static int load_when(struct patterns *patterns, struct document *document, const yaml_node_t *node,
                     struct notice_form *form, struct err *err)
{
    const struct pattern_kind kind = {"a header", REGEX_CASELESS, 0};
    const yaml_node_t *when = document_get(document, node, SV("when"));
    if (!when)
        return 0;
    if (when->type != YAML_MAPPING_NODE || document_pairs(when) > NOTICE_CONDITIONS)
        return document_error(document, when, err,
                              "expected up to %d headers; write HEADER: 'PATTERN'",
                              NOTICE_CONDITIONS);
    for (size_t i = 0; i < document_pairs(when); i++) {
        struct notice_condition *condition = &form->when[i];
        sv text;
        yaml_node_t *value = document_pair(document, when, i, &condition->header);
        condition->header = arena_copy(document->arena, condition->header);
        if (pattern_compile(patterns, document, value, &kind, &text, &condition->regex, err) < 0)
            return -1;
        form->when_count++;
    }
    return 0;
}

static void release_form(struct notice_form *form)
{
    for (size_t i = 0; i < form->when_count; i++)
        regex_free(form->when[i].regex);
    regex_free(form->begin);
    regex_free(form->item);
    regex_free(form->reply);
    regex_free(form->end);
}

static int load_patterns(struct patterns *patterns, struct document *document,
                         const yaml_node_t *node, struct notice_form *form, struct err *err)
{
    const struct pattern_kind words = {"words of a notice", 0, fields_of_words()};
    const struct pattern_kind reply = {"a reply", 0,
                                       UINT64_C(1) << FIELD_TEXT | UINT64_C(1) << FIELD_DSN};
    const struct pattern_kind end = {"an end", 0, 0};
    sv text;
    if (load_when(patterns, document, node, form, err) < 0 ||
        pattern_of(patterns, document, node, SV("begin"), &words, &text, &form->begin, err) < 0 ||
        pattern_of(patterns, document, node, SV("item"), &words, &text, &form->item, err) < 0 ||
        pattern_of(patterns, document, node, SV("reply"), &reply, &text, &form->reply, err) < 0 ||
        pattern_of(patterns, document, node, SV("end"), &end, &text, &form->end, err) < 0)
        return -1;
    if (!form->begin && !form->when_count)
        return document_missing(document, node, SV("begin"), err);
    if (form->item && !form->begin)
        return document_error(document, node, err,
                              "an 'item' stands behind a 'begin'; write that, too");
    return 0;
}

static int load_notice(struct patterns *patterns, struct document *document,
                       const yaml_node_t *node, struct err *err)
{
    struct notice_form form = {.kind = NOTICE_FAILED, .place = document_place(document, node)};
    size_t kind = NOTICE_FAILED;
    if (document_check_keys(document, node,
                            "name kind when begin item reply end header returned hit miss",
                            err) < 0 ||
        document_text(document, node, SV("name"), true, &form.name, err) < 0 ||
        load_name(document, node, SV("kind"), false, "kind", &kinds, &kind, err) < 0 ||
        document_text(document, node, SV("header"), false, &form.header, err) < 0 ||
        document_text(document, node, SV("returned"), false, &form.returned, err) < 0)
        return -1;
    form.kind = (enum notice_kind)kind;
    if (load_patterns(patterns, document, node, &form, err) < 0) {
        release_form(&form);
        return -1;
    }
    load_append(&patterns->notices, &patterns->notice_count, sizeof form, &form);
    return examples_load_for(patterns, document, node, fields_of_words(),
                             &patterns->notices[patterns->notice_count - 1].examples, err);
}

static int load_daemon(struct patterns *patterns, struct document *document,
                       const yaml_node_t *node, struct err *err)
{
    const struct pattern_kind kind = {"a sender", REGEX_ANCHORED | REGEX_CASELESS, 0};
    struct layer form = {.needs = SV_EMPTY};
    if (document_check_keys(document, node, "name pattern hit miss", err) < 0)
        return -1;
    return load_form(patterns, document, node, &kind, &form, &patterns->daemons,
                     &patterns->daemon_count, err);
}

static int load_quote(struct patterns *patterns, struct document *document, const yaml_node_t *node,
                      struct err *err)
{
    const struct pattern_kind kind = {"a quote", 0, 0};
    struct layer form = {.needs = SV_EMPTY};
    if (document_check_keys(document, node, "name pattern hit miss", err) < 0)
        return -1;
    return load_form(patterns, document, node, &kind, &form, &patterns->returned,
                     &patterns->returned_count, err);
}

int load_notice_senders(struct patterns *patterns, struct document *document, bool site,
                        struct err *err)
{
    (void)site;
    return load_each_of(patterns, document, keys_of_file, "daemons", load_daemon, err);
}

int load_notice_quotes(struct patterns *patterns, struct document *document, bool site,
                       struct err *err)
{
    (void)site;
    return load_each_of(patterns, document, keys_of_file, "returned", load_quote, err);
}

int load_notices(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    return load_each_of(patterns, document, keys_of_file, "notices", load_notice, err);
}

void notices_release(struct patterns *patterns)
{
    for (size_t i = 0; i < patterns->notice_count; i++)
        release_form(&patterns->notices[i]);
    for (size_t i = 0; i < patterns->daemon_count; i++)
        regex_free(patterns->daemons[i].regex);
    for (size_t i = 0; i < patterns->returned_count; i++)
        regex_free(patterns->returned[i].regex);
    mem_free(patterns->notices);
    mem_free(patterns->daemons);
    mem_free(patterns->returned);
}
