/* Loads patterns/mta/: whose programs they are, line shapes, frames, what the MTA's words are
 * worth. */
#include "load.h"

static int load_daemons(struct mta_patterns *mta, struct document *document,
                        const yaml_node_t *node, sv key, uint64_t *bits, struct err *err)
{
    yaml_node_t *list = document_get(document, node, key);
    *bits = 0;
    if (!list) {
        *bits = UINT64_MAX;
        return 0;
    }
    for (size_t i = 0; i < document_items(list); i++) {
        sv name;
        yaml_node_t *item = document_item(document, list, i);
        if (document_scalar(document, item, &name, err) < 0)
            return -1;
        bool added;
        uint32_t *bit = map_add(&mta->daemons, name, &added);
        if (added)
            *bit = (uint32_t)map_count(&mta->daemons) - 1;
        if (*bit >= 64)
            return document_error(document, item, err, "more than 64 daemons");
        *bits |= UINT64_C(1) << *bit;
    }
    return 0;
}

static bool meaning_from_name(sv name, enum meaning *meaning)
{
    static const char *const names[] = {"attempt", "sender",  "queued", "expired",
                                        "removed", "refused", "context"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (sv_eq(name, sv_from(names[i]))) {
            *meaning = (enum meaning)i;
            return true;
        }
    return false;
}

static int load_statuses(struct document *document, const yaml_node_t *node, struct shape *shape,
                         struct err *err)
{
    yaml_node_t *map = document_get(document, node, SV("outcome"));
    if (!map)
        return 0;
    bool single = map->type == YAML_SCALAR_NODE;
    size_t count = single ? 1 : document_pairs(map);
    if (count > STATUS_MAX)
        return document_error(document, map, err, "more than %d words", STATUS_MAX);
    for (size_t i = 0; i < count; i++) {
        struct status_outcome *status = &shape->statuses[shape->status_count++];
        sv word = SV_EMPTY, name;
        yaml_node_t *value = single ? map : document_pair(document, map, i, &word);
        if (document_scalar(document, value, &name, err) < 0)
            return -1;
        status->word = arena_copy(document->arena, word);
        status->context = sv_eq(name, SV("context"));
        if (!status->context && !outcome_from_name(name, &status->outcome))
            return document_error(document, value, err, "unknown outcome '%.*s'", SV_FMT(name));
    }
    return 0;
}

static int load_templates(struct document *document, const yaml_node_t *node, struct shape *shape,
                          struct err *err)
{
    sv texts[TEMPLATES_MAX];
    const char *why = "";
    yaml_node_t *list = document_get(document, node, SV("template"));
    if (document_texts(document, node, SV("template"), texts, TEMPLATES_MAX, &shape->template_count,
                       err) < 0)
        return -1;
    if (!shape->template_count)
        return 0;
    shape->templates =
        arena_alloc(document->arena, shape->template_count * sizeof *shape->templates);
    for (size_t i = 0; i < shape->template_count; i++)
        if (!template_compile(&shape->templates[i], texts[i], &why))
            return document_error(document, list, err, "%s", why);
    return document_get(document, node, SV("pattern"))
               ? 0
               : document_error(document, list, err, "a template needs a pattern");
}

int load_shape_basics(struct document *document, const yaml_node_t *node, const char *keys,
                      struct shape *shape, struct err *err)
{
    sv meaning;
    *shape = (struct shape){.place = document_place(document, node)};
    if (document_check_keys(document, node, keys, err) < 0 ||
        document_text(document, node, SV("name"), true, &shape->name, err) < 0 ||
        document_text(document, node, SV("meaning"), true, &meaning, err) < 0 ||
        document_bool(document, node, SV("arrival"), &shape->arrival, err) < 0 ||
        document_bool(document, node, SV("local"), &shape->local, err) < 0 ||
        load_statuses(document, node, shape, err) < 0 ||
        document_examples(document, node, false, &shape->examples, err) < 0)
        return -1;
    if (!meaning_from_name(meaning, &shape->meaning))
        return document_error(document, document_get(document, node, SV("meaning")), err,
                              "unknown meaning '%.*s'", SV_FMT(meaning));
    return 0;
}

static int load_shape(struct mta_patterns *mta, struct document *document, const yaml_node_t *node,
                      struct err *err)
{
    struct shape shape;
    if (load_shape_basics(
            document, node,
            "name daemons gate needs template pattern meaning arrival local outcome hit miss", &shape,
            err) < 0 ||
        document_text(document, node, SV("gate"), false, &shape.gate, err) < 0 ||
        document_text(document, node, SV("needs"), false, &shape.needs, err) < 0 ||
        load_daemons(mta, document, node, SV("daemons"), &shape.daemons, err) < 0)
        return -1;
    if (!shape.gate.len && !document_get(document, node, SV("pattern")))
        return document_error(document, node, err, "'gate' or 'pattern' is needed");
    if (load_templates(document, node, &shape, err) < 0 ||
        document_regex(document, node, SV("pattern"), REGEX_ANCHORED, &shape.regex, err) < 0)
        return -1;
    for (enum field field = 0; field < FIELD_COUNT; field++)
        if (shape.regex && regex_has_field(shape.regex, field))
            shape.fields |= UINT64_C(1) << field;
    load_append(&mta->shapes, &mta->shape_count, sizeof shape, &shape);
    return 0;
}

/* The literal text that a pattern begins with; the last character may be a quantifier's. */
static sv literal_start(sv pattern)
{
    size_t n = 0;
    while (n < pattern.len && !strchr("\\^$.[]|()?*+{}", pattern.ptr[n]))
        n++;
    if (n < pattern.len && strchr("?*+{", pattern.ptr[n]))
        n -= n > 0;
    return sv_find_byte(pattern, '|') == SV_NPOS ? sv_sub(pattern, 0, n) : SV_EMPTY;
}

static int load_frame(struct mta_patterns *mta, struct document *document, const yaml_node_t *node,
                      struct err *err)
{
    struct frame frame = {.place = document_place(document, node)};
    sv origin, stage;
    if (document_check_keys(document, node, "name origin stage expired repeats pattern hit miss",
                            err) < 0 ||
        document_text(document, node, SV("name"), true, &frame.name, err) < 0 ||
        document_text(document, node, SV("origin"), true, &origin, err) < 0 ||
        document_text(document, node, SV("stage"), false, &stage, err) < 0 ||
        document_bool(document, node, SV("expired"), &frame.expired, err) < 0 ||
        document_bool(document, node, SV("repeats"), &frame.repeats, err) < 0 ||
        document_examples(document, node, false, &frame.examples, err) < 0)
        return -1;
    if (!origin_from_name(origin, &frame.origin))
        return document_error(document, node, err, "unknown origin '%.*s'", SV_FMT(origin));
    if (stage.len && !stage_from_name(stage, &frame.stage))
        return document_error(document, node, err, "unknown stage '%.*s'", SV_FMT(stage));
    sv pattern;
    if (document_text(document, node, SV("pattern"), true, &pattern, err) < 0 ||
        document_regex(document, node, SV("pattern"), REGEX_ANCHORED, &frame.regex, err) < 0)
        return -1;
    frame.start = literal_start(pattern);
    load_append(&mta->frames, &mta->frame_count, sizeof frame, &frame);
    return 0;
}

static int load_stages(struct mta_patterns *mta, struct document *document, const yaml_node_t *map,
                       struct err *err)
{
    for (size_t i = 0; map && i < document_pairs(map); i++) {
        struct command_stage command;
        sv key, name;
        yaml_node_t *value = document_pair(document, map, i, &key);
        if (document_scalar(document, value, &name, err) < 0)
            return -1;
        command.word = arena_copy(document->arena, key);
        if (!stage_from_name(name, &command.stage))
            return document_error(document, value, err, "unknown stage '%.*s'", SV_FMT(name));
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

static int load_sign(struct mta_patterns *mta, struct document *document, const yaml_node_t *node,
                     struct err *err)
{
    struct sign sign;
    if (document_check_keys(document, node, "daemons gate needs", err) < 0 ||
        document_text(document, node, SV("gate"), false, &sign.gate, err) < 0 ||
        document_text(document, node, SV("needs"), false, &sign.needs, err) < 0 ||
        load_daemons(mta, document, node, SV("daemons"), &sign.daemons, err) < 0)
        return -1;
    if (!sign.gate.len && !sign.needs.len)
        return document_error(document, node, err, "'gate' or 'needs' is needed");
    load_append(&mta->signs, &mta->sign_count, sizeof sign, &sign);
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

static int load_lists(struct mta_patterns *mta, struct document *document, yaml_node_t *root,
                      struct err *err)
{
    if (load_agents(mta, document, root, SV("local_daemons"), &mta->local_daemons, err) < 0 ||
        load_agents(mta, document, root, SV("discard_daemons"), &mta->discard_daemons, err) < 0 ||
        load_words(document, root, SV("programs"), &mta->programs, &mta->program_count, err) < 0 ||
        load_words(document, root, SV("local_words"), &mta->local_words, &mta->local_word_count,
                   err) < 0 ||
        load_words(document, root, SV("stock_words"), &mta->stock_words, &mta->stock_word_count,
                   err) < 0 ||
        load_words(document, root, SV("arrivals"), &mta->arrivals, &mta->arrival_count, err) < 0)
        return -1;
    return load_stages(mta, document, document_get(document, root, SV("stages")), err);
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

static int load_items(struct mta_patterns *mta, struct document *document, yaml_node_t *root,
                      sv key,
                      int (*load_one)(struct mta_patterns *mta, struct document *document,
                                      const yaml_node_t *node, struct err *err),
                      struct err *err)
{
    yaml_node_t *list = document_get(document, root, key);
    for (size_t i = 0; list && i < document_items(list); i++)
        if (load_one(mta, document, document_item(document, list, i), err) < 0)
            return -1;
    return 0;
}

/* The MTA's place among all; a file of a site may add to an MTA of ours. */
static struct mta_patterns *find_mta(struct patterns *patterns, sv name)
{
    struct taxonomy *taxonomy = &patterns->taxonomy;
    uint8_t known = taxonomy_mta(taxonomy, name);
    if (known != MTA_UNKNOWN)
        return &patterns->mtas[known];
    if (taxonomy->mta_count == MTA_MAX)
        return NULL;
    taxonomy->mtas[taxonomy->mta_count] = name;
    return &patterns->mtas[taxonomy->mta_count++];
}

int load_mta(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    yaml_node_t *root = document_root(document);
    sv name;
    if (document_check_keys(document, root,
                            "mta programs daemons_in_path local_daemons discard_daemons "
                            "local_words stock_words no_queue_id says_removed arrivals unparsed "
                            "stages shapes records frames",
                            err) < 0 ||
        document_text(document, root, SV("mta"), true, &name, err) < 0)
        return -1;
    if (sv_eq(name, SV("unknown")) || sv_eq(name, SV("auto")))
        return document_error(document, document_get(document, root, SV("mta")), err,
                              "no MTA can be called '%.*s'", SV_FMT(name));
    struct mta_patterns *mta = find_mta(patterns, name);
    if (!mta)
        return document_error(document, document_get(document, root, SV("mta")), err,
                              "more than %d MTAs", MTA_MAX - 1);
    return load_habits(mta, document, root, err) < 0 || load_lists(mta, document, root, err) < 0 ||
                   load_items(mta, document, root, SV("unparsed"), load_sign, err) < 0 ||
                   load_items(mta, document, root, SV("shapes"), load_shape, err) < 0 ||
                   load_items(mta, document, root, SV("records"), load_record, err) < 0 ||
                   load_items(mta, document, root, SV("frames"), load_frame, err) < 0
               ? -1
               : 0;
}
