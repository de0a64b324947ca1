/* Loads patterns/mta/: which lines of an MTA matter, and how it wraps the words of a failure.
 *
 * Line shapes and frames are tried in the order in which they are loaded. */
#include <stdio.h>

#include "bouncelog/base/bytes.h"
#include "compile.h"
#include "examples.h"
#include "fields.h"
#include "load.h"
#include "syntax.h"

#define MEANING_TEXT(constant, name) name,
static const char *const meaning_texts[] = {MEANING_NAMES(MEANING_TEXT)};

sv meaning_name(enum meaning meaning)
{
    return sv_from(meaning_texts[meaning]);
}

static int load_daemons(struct mta_patterns *mta, struct document *document,
                        const yaml_node_t *node, sv key, uint64_t *bits, struct err *err)
{
    yaml_node_t *list;
    if (document_list(document, node, key, false, &list, err) < 0)
        return -1;
    *bits = list ? 0 : UINT64_MAX;
    for (size_t i = 0; list && i < document_items(list); i++) {
        sv name;
        yaml_node_t *item = document_item(document, list, i);
        if (document_scalar(document, item, &name, err) < 0)
            return -1;
        bool added;
        uint32_t *bit = map_add(&mta->daemons, name, &added);
        if (added)
            *bit = (uint32_t)map_count(&mta->daemons) - 1;
        if (*bit >= 64)
            return document_error(document, item, err, "more than 64 daemons; leave some out");
        if (*bits >> *bit & 1)
            return document_error(document, item, err, "'%.*s' stands twice; leave one out",
                                  SV_FMT(name));
        *bits |= UINT64_C(1) << *bit;
    }
    return 0;
}

static int load_status(struct document *document, const yaml_node_t *value, sv word,
                       struct shape *shape, struct err *err)
{
    struct names names =
        names_of_words("delivered deferred bounced expired handed_over discarded refused context");
    struct status_outcome *status = &shape->statuses[shape->status_count++];
    sv name;
    if (document_scalar(document, value, &name, err) < 0)
        return -1;
    status->word = arena_copy(document->arena, word);
    status->context = sv_eq(name, SV("context"));
    return status->context || outcome_from_name(name, &status->outcome)
               ? 0
               : unknown_name(document, value, "outcome", name, &names, err);
}

/* One outcome, or one for each word of the group `status`. */
static int load_statuses(struct document *document, const yaml_node_t *node, struct shape *shape,
                         struct err *err)
{
    const yaml_node_t *map = document_get(document, node, SV("outcome"));
    if (!map)
        return 0;
    if (shape->meaning != MEANING_ATTEMPT)
        return document_error(document, map, err,
                              "only an 'attempt' has an outcome; leave 'outcome' out");
    if (map->type != YAML_MAPPING_NODE)
        return load_status(document, map, SV_EMPTY, shape, err);
    if (!shape_has_field(shape, FIELD_STATUS))
        return document_error(document, map, err,
                              "nothing gives the field 'status'; write one outcome for all");
    if (document_pairs(map) > STATUS_MAX)
        return document_error(document, map, err, "more than %d words; leave some out", STATUS_MAX);
    for (size_t i = 0; i < document_pairs(map); i++) {
        sv word;
        const yaml_node_t *value = document_pair(document, map, i, &word);
        if (load_status(document, value, word, shape, err) < 0)
            return -1;
    }
    return 0;
}

/* Templates of one of the patterns of a shape, with the fields that it may give. */
struct template_list {
    const char *key;
    uint64_t fields;
    struct line_template *templates;
    size_t count;
};

static int load_template(struct document *document, const yaml_node_t *node, sv text,
                         struct template_list *list, struct err *err)
{
    struct line_template *compiled = &list->templates[list->count++];
    const char *why = "";
    sv other;
    struct names names = names_of_fields(&list->fields);
    if (template_other_field(text, list->fields, &other))
        return document_error(document, node, err, "the pattern has no group '%.*s'%s",
                              SV_FMT(other), suggest(&names, other).text);
    return template_compile(compiled, text, &why) ? 0
                                                  : document_error(document, node, err, "%s", why);
}

static int load_template_list(struct document *document, const yaml_node_t *node,
                              const struct regex *regex, struct template_list *to, struct err *err)
{
    sv texts[TEMPLATES_MAX];
    size_t count;
    const yaml_node_t *list = document_get(document, node, sv_from(to->key));
    if (document_texts(document, node, sv_from(to->key), texts, TEMPLATES_MAX, &count, err) < 0)
        return -1;
    if (!count)
        return 0;
    if (!regex)
        return document_error(document, list, err, "a template needs a pattern; write one");
    to->templates = arena_alloc(document->arena, count * sizeof *to->templates);
    for (size_t i = 0; i < count; i++)
        if (load_template(document, document_items(list) ? document_item(document, list, i) : list,
                          texts[i], to, err) < 0)
            return -1;
    return 0;
}

static int load_templates(struct document *document, const yaml_node_t *node, struct shape *shape,
                          struct err *err)
{
    struct template_list whole = {"template", shape->fields, NULL, 0};
    struct template_list identity = {"message_id_template", fields_of_identity(), NULL, 0};
    if (load_template_list(document, node, shape->regex, &whole, err) < 0 ||
        load_template_list(document, node, shape->identity, &identity, err) < 0)
        return -1;
    shape->templates = whole.templates;
    shape->template_count = whole.count;
    shape->identity_templates = identity.templates;
    shape->identity_template_count = identity.count;
    return 0;
}

int load_shape_head(struct document *document, const yaml_node_t *node, const char *keys,
                    struct map *seen, struct shape *shape, struct err *err)
{
    size_t meaning = 0;
    *shape = (struct shape){.place = document_place(document, node)};
    if (document_check_keys(document, node, keys, err) < 0 ||
        document_text(document, node, SV("name"), true, &shape->name, err) < 0 ||
        load_once(document, document_at(document, node, SV("name")), "shape", shape->name, seen,
                  err) < 0 ||
        load_name(document, node, SV("meaning"), true, "meaning", &meaning_names, &meaning, err) <
            0 ||
        document_bool(document, node, SV("arrival"), &shape->arrival, err) < 0 ||
        document_bool(document, node, SV("local"), &shape->local, err) < 0)
        return -1;
    shape->meaning = (enum meaning)meaning;
    if (shape->arrival && shape->meaning != MEANING_SENDER)
        return document_error(document, document_get(document, node, SV("arrival")), err,
                              "only a 'sender' arrives; leave 'arrival' out");
    return 0;
}

int load_shape_tail(const struct patterns *patterns, struct document *document,
                    const yaml_node_t *node, struct shape *shape, struct err *err)
{
    if (load_statuses(document, node, shape, err) < 0)
        return -1;
    uint64_t fields = shape->fields | (shape->identity ? fields_of_identity() : 0);
    return examples_load_for(patterns, document, node, fields, &shape->examples, err);
}

static int load_shape_pattern(struct patterns *patterns, struct document *document,
                              const yaml_node_t *node, uint8_t mta, struct shape *shape,
                              struct err *err)
{
    char name[96];
    sv pattern, mta_name = taxonomy_mta_name(&patterns->taxonomy, mta);
    snprintf(name, sizeof name, "'meaning: %.*s' of %.*s", SV_FMT(meaning_name(shape->meaning)),
             SV_FMT(mta_name));
    struct pattern_kind kind = {name, REGEX_ANCHORED, fields_of_shape(mta_name, shape->meaning)};
    if (pattern_of(patterns, document, node, SV("pattern"), &kind, &pattern, &shape->regex, err) <
        0)
        return -1;
    shape->fields = shape->regex ? regex_fields(shape->regex) : 0;
    return 0;
}

static int load_identity(struct patterns *patterns, struct document *document,
                         const yaml_node_t *node, struct shape *shape, struct err *err)
{
    const struct pattern_kind kind = {"'message_id'", REGEX_ANCHORED, fields_of_identity()};
    sv pattern;
    if (pattern_of(patterns, document, node, SV("message_id"), &kind, &pattern, &shape->identity,
                   err) < 0)
        return -1;
    if (!shape->identity)
        return 0;
    const yaml_node_t *at = document_get(document, node, SV("message_id"));
    if (shape->meaning != MEANING_SENDER && shape->meaning != MEANING_BEGUN)
        return document_error(document, at, err,
                              "only a 'sender' or a 'begun' has a Message-ID; leave it out");
    if (!regex_has_field(shape->identity, FIELD_MESSAGE_ID))
        return document_error(document, at, err, "the group 'message_id' is missing; write one");
    return 0;
}

static int load_shape(struct patterns *patterns, struct document *document, const yaml_node_t *node,
                      uint8_t mta, struct map *seen, struct err *err)
{
    struct mta_patterns *to = &patterns->mtas[mta];
    struct shape shape;
    if (load_shape_head(document, node,
                        "name daemons gate needs template pattern message_id message_id_template "
                        "meaning arrival "
                        "local outcome hit miss",
                        seen, &shape, err) < 0 ||
        document_text(document, node, SV("gate"), false, &shape.gate, err) < 0 ||
        document_text(document, node, SV("needs"), false, &shape.needs, err) < 0 ||
        load_daemons(to, document, node, SV("daemons"), &shape.daemons, err) < 0)
        return -1;
    if (!shape.gate.len && !document_get(document, node, SV("pattern")))
        return document_error(document, node, err, "'gate' or 'pattern' is missing; write one");
    if (load_shape_pattern(patterns, document, node, mta, &shape, err) < 0 ||
        load_identity(patterns, document, node, &shape, err) < 0)
        return -1;
    load_append(&to->shapes, &to->shape_count, sizeof shape, &shape);
    struct shape *kept = &to->shapes[to->shape_count - 1];
    if (load_templates(document, node, kept, err) < 0)
        return -1;
    return load_shape_tail(patterns, document, node, kept, err);
}

static int load_frame(struct patterns *patterns, struct document *document, const yaml_node_t *node,
                      uint8_t mta, struct map *seen, struct err *err)
{
    struct mta_patterns *to = &patterns->mtas[mta];
    struct frame frame = {.place = document_place(document, node)};
    struct pattern_kind kind = {"a frame", REGEX_ANCHORED, fields_of_frame()};
    size_t origin = 0, stage = STAGE_UNKNOWN;
    sv pattern;
    if (document_check_keys(document, node,
                            "name origin stage expired skipped repeats each pattern hit miss",
                            err) < 0 ||
        document_text(document, node, SV("name"), true, &frame.name, err) < 0 ||
        load_once(document, document_at(document, node, SV("name")), "frame", frame.name, seen,
                  err) < 0 ||
        load_name(document, node, SV("origin"), true, "origin", &origin_names, &origin, err) < 0 ||
        load_name(document, node, SV("stage"), false, "stage", &stage_names, &stage, err) < 0 ||
        document_bool(document, node, SV("expired"), &frame.expired, err) < 0 ||
        document_bool(document, node, SV("repeats"), &frame.skipped, err) < 0 || /* as of 1.0 */
        document_bool(document, node, SV("skipped"), &frame.skipped, err) < 0 ||
        document_bool(document, node, SV("each"), &frame.each, err) < 0 ||
        pattern_of(patterns, document, node, SV("pattern"), &kind, &pattern, &frame.regex, err) < 0)
        return -1;
    if (!frame.regex)
        return document_missing(document, node, SV("pattern"), err);
    frame.origin = (enum origin)origin;
    frame.stage = (enum stage)stage;
    frame.start = syntax_literal_start(pattern);
    load_append(&to->frames, &to->frame_count, sizeof frame, &frame);
    return examples_load_for(patterns, document, node, regex_fields(frame.regex),
                             &to->frames[to->frame_count - 1].examples, err);
}

static int load_stages(struct mta_patterns *mta, struct document *document, const yaml_node_t *root,
                       struct err *err)
{
    const yaml_node_t *map = document_get(document, root, SV("stages"));
    if (map && map->type != YAML_MAPPING_NODE)
        return document_error(document, map, err, "expected commands; write { COMMAND: STAGE }");
    for (size_t i = 0; map && i < document_pairs(map); i++) {
        struct command_stage command;
        sv key, name;
        const yaml_node_t *value = document_pair(document, map, i, &key);
        if (document_scalar(document, value, &name, err) < 0)
            return -1;
        command.word = arena_copy(document->arena, key);
        if (!stage_from_name(name, &command.stage))
            return unknown_name(document, value, "stage", name, &stage_names, err);
        load_append(&mta->stages, &mta->stage_count, sizeof command, &command);
    }
    return 0;
}

static int load_words(struct document *document, const yaml_node_t *root, sv key, sv **list,
                      size_t *total, struct err *err)
{
    sv words[32];
    size_t count;
    if (document_texts(document, root, key, words, 32, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        load_append(list, total, sizeof *words, &words[i]);
    return 0;
}

static int load_sign(struct patterns *patterns, struct document *document, const yaml_node_t *node,
                     uint8_t mta, struct map *seen, struct err *err)
{
    struct mta_patterns *to = &patterns->mtas[mta];
    const struct pattern_kind kind = {"'unparsed'", REGEX_ANCHORED, 0};
    struct sign sign = {0};
    sv pattern;
    (void)seen; /* signs have no names */
    if (document_check_keys(document, node, "daemons gate needs pattern", err) < 0 ||
        document_text(document, node, SV("gate"), false, &sign.gate, err) < 0 ||
        document_text(document, node, SV("needs"), false, &sign.needs, err) < 0 ||
        load_daemons(to, document, node, SV("daemons"), &sign.daemons, err) < 0)
        return -1;
    if (!sign.gate.len && !document_get(document, node, SV("pattern")))
        return document_error(document, node, err, "'gate' or 'pattern' is missing; write one");
    if (pattern_of(patterns, document, node, SV("pattern"), &kind, &pattern, &sign.regex, err) < 0)
        return -1;
    load_append(&to->signs, &to->sign_count, sizeof sign, &sign);
    to->delivering |= sign.daemons == UINT64_MAX ? 0 : sign.daemons;
    return 0;
}

static int load_mark(struct patterns *patterns, struct document *document, const yaml_node_t *node,
                     uint8_t mta, struct map *seen, struct err *err)
{
    struct mta_patterns *to = &patterns->mtas[mta];
    const struct pattern_kind kind = {"'marks'", 0, 0};
    struct sign mark = {.daemons = UINT64_MAX};
    sv pattern;
    (void)seen; /* marks have no names */
    if (document_check_keys(document, node, "needs pattern", err) < 0 ||
        document_text(document, node, SV("needs"), true, &mark.needs, err) < 0 ||
        pattern_of(patterns, document, node, SV("pattern"), &kind, &pattern, &mark.regex, err) < 0)
        return -1;
    load_append(&to->marks, &to->mark_count, sizeof mark, &mark);
    return 0;
}

/* Daemons that stand under a key of the file itself. */
static int load_agents(struct mta_patterns *mta, struct document *document, yaml_node_t *root,
                       sv key, uint64_t *agents, struct err *err)
{
    uint64_t bits;
    if (load_daemons(mta, document, root, key, &bits, err) < 0)
        return -1;
    if (bits != UINT64_MAX)
        *agents |= bits;
    return 0;
}

static int load_word_lists(struct mta_patterns *mta, struct document *document, yaml_node_t *root,
                           struct err *err)
{
    if (load_agents(mta, document, root, SV("local_daemons"), &mta->local_daemons, err) < 0 ||
        load_agents(mta, document, root, SV("discard_daemons"), &mta->discard_daemons, err) < 0 ||
        load_agents(mta, document, root, SV("pipe_daemons"), &mta->pipe_daemons, err) < 0 ||
        load_agents(mta, document, root, SV("each_daemons"), &mta->each_daemons, err) < 0 ||
        load_words(document, root, SV("programs"), &mta->programs, &mta->program_count, err) < 0 ||
        load_words(document, root, SV("local_words"), &mta->local_words, &mta->local_word_count,
                   err) < 0 ||
        load_words(document, root, SV("relay_words"), &mta->relay_words, &mta->relay_word_count,
                   err) < 0 ||
        load_words(document, root, SV("stock_words"), &mta->stock_words, &mta->stock_word_count,
                   err) < 0 ||
        load_words(document, root, SV("arrivals"), &mta->arrivals, &mta->arrival_count, err) < 0)
        return -1;
    return load_stages(mta, document, root, err);
}

/* What is said once, in the first file of the MTA. */
static int load_habits(struct mta_patterns *mta, struct document *document, yaml_node_t *root,
                       struct err *err)
{
    if (document_text(document, root, SV("no_queue_id"), false, &mta->no_queue_id, err) < 0 ||
        document_bool(document, root, SV("daemons_in_path"), &mta->daemons_in_path, err) < 0 ||
        document_bool(document, root, SV("says_removed"), &mta->says_removed, err) < 0)
        return -1;
    return 0;
}

/* Every item of an optional list of the root, by a function; no name stands twice in it. */
static int load_entries(struct patterns *patterns, struct document *document, sv key, uint8_t mta,
                        int (*load_one)(struct patterns *patterns, struct document *document,
                                        const yaml_node_t *node, uint8_t mta, struct map *seen,
                                        struct err *err),
                        struct err *err)
{
    yaml_node_t *list;
    struct map seen;
    if (document_list(document, document_root(document), key, false, &list, err) < 0)
        return -1;
    map_init(&seen, sizeof(struct place));
    int rc = 0;
    for (size_t i = 0; rc == 0 && list && i < document_items(list); i++)
        rc = load_one(patterns, document, document_item(document, list, i), mta, &seen, err);
    map_release(&seen);
    return rc;
}

/* The MTA's place among all, MTA_MAX where there is no room; a file of a site may add to an MTA of
 * ours. */
static uint8_t find_mta(struct taxonomy *taxonomy, sv name)
{
    uint8_t known = taxonomy_mta(taxonomy, name);
    if (known != MTA_UNKNOWN || taxonomy->mta_count == MTA_MAX)
        return known != MTA_UNKNOWN ? known : MTA_MAX;
    taxonomy->mtas[taxonomy->mta_count] = name;
    return (uint8_t)taxonomy->mta_count++;
}

int load_mta(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    yaml_node_t *root = document_root(document);
    sv name;
    if (document_check_keys(document, root,
                            "mta programs daemons_in_path local_daemons discard_daemons "
                            "pipe_daemons each_daemons local_words relay_words stock_words "
                            "no_queue_id says_removed "
                            "arrivals journal unparsed marks stages families shapes records frames",
                            err) < 0 ||
        document_text(document, root, SV("mta"), true, &name, err) < 0)
        return -1;
    if (sv_eq(name, SV("unknown")) || sv_eq(name, SV("auto")))
        return document_error(document, document_get(document, root, SV("mta")), err,
                              "no MTA can be called '%.*s'; write another name", SV_FMT(name));
    for (size_t i = 0; i < name.len; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-_", name.ptr[i]) ||
            !is_alpha(name.ptr[0]))
            return document_error(document, document_get(document, root, SV("mta")), err,
                                  "'%.*s' is no name; write letters a to z, digits, - or _",
                                  SV_FMT(name));
    uint8_t mta = find_mta(&patterns->taxonomy, name);
    if (mta == MTA_MAX)
        return document_error(document, document_get(document, root, SV("mta")), err,
                              "more than %d MTAs; leave some out", MTA_MAX - 1);
    if (!patterns->mtas[mta].place.file)
        patterns->mtas[mta].place =
            document_place(document, document_get(document, root, SV("mta")));
    if (load_habits(&patterns->mtas[mta], document, root, err) < 0 ||
        load_journal(&patterns->mtas[mta], document, err) < 0 ||
        load_word_lists(&patterns->mtas[mta], document, root, err) < 0 ||
        load_entries(patterns, document, SV("unparsed"), mta, load_sign, err) < 0 ||
        load_entries(patterns, document, SV("marks"), mta, load_mark, err) < 0 ||
        load_entries(patterns, document, SV("shapes"), mta, load_shape, err) < 0 ||
        load_entries(patterns, document, SV("records"), mta, load_record, err) < 0)
        return -1;
    return load_entries(patterns, document, SV("frames"), mta, load_frame, err);
}
