/* Loads what patterns/headers.yaml says beside the forms of headers: layers around a header,
 * objects that carry lines, and the names of months.
 *
 * They are tried in the order in which they are loaded, a site's own first. */
#include "bouncelog/base/bytes.h"
#include "compile.h"
#include "examples.h"
#include "fields.h"
#include "load.h"

enum { MONTHS = 12, MONTH_NAME_MAX = 32 };

int load_form(struct patterns *patterns, struct document *document, const yaml_node_t *node,
              const struct pattern_kind *kind, struct layer *form, struct layer **list,
              size_t *count, struct err *err)
{
    sv pattern;
    form->place = document_place(document, node);
    if (document_text(document, node, SV("name"), true, &form->name, err) < 0 ||
        pattern_of(patterns, document, node, SV("pattern"), kind, &pattern, &form->regex, err) < 0)
        return -1;
    if (!form->regex)
        return document_missing(document, node, SV("pattern"), err);
    load_append(list, count, sizeof *form, form);
    return examples_load_for(patterns, document, node, regex_fields(form->regex),
                             &(*list)[*count - 1].examples, err);
}

static int load_layer(struct patterns *patterns, struct document *document, const yaml_node_t *node,
                      struct err *err)
{
    const struct pattern_kind kind = {"a layer", REGEX_ANCHORED, fields_of_layer()};
    struct layer layer = {.piece = false};
    if (document_check_keys(document, node, "name pattern piece filler hit miss", err) < 0 ||
        document_bool(document, node, SV("piece"), &layer.piece, err) < 0 ||
        document_bool(document, node, SV("filler"), &layer.filler, err) < 0)
        return -1;
    return load_form(patterns, document, node, &kind, &layer, &patterns->layers,
                     &patterns->layer_count, err);
}

static int load_keys(struct document *document, const yaml_node_t *node, const char *key,
                     struct object_keys *keys, struct err *err)
{
    return document_texts(document, node, sv_from(key), keys->names, OBJECT_KEYS, &keys->count,
                          err);
}

static int load_object(struct patterns *patterns, struct document *document,
                       const yaml_node_t *node, struct err *err)
{
    struct object_form form = {.place = document_place(document, node)};
    const uint64_t fields = UINT64_C(1) << FIELD_TEXT | UINT64_C(1) << FIELD_PROGRAM |
                            UINT64_C(1) << FIELD_HOST | UINT64_C(1) << FIELD_TIME |
                            UINT64_C(1) << FIELD_STREAM;
    if (document_check_keys(
            document, node,
            "name when text program host time stream container partial journal pieces hit miss",
            err) < 0 ||
        document_text(document, node, SV("name"), true, &form.name, err) < 0 ||
        load_keys(document, node, "when", &form.when, err) < 0 ||
        load_keys(document, node, "text", &form.text, err) < 0 ||
        load_keys(document, node, "program", &form.program, err) < 0 ||
        load_keys(document, node, "host", &form.host, err) < 0 ||
        load_keys(document, node, "time", &form.time, err) < 0 ||
        load_keys(document, node, "stream", &form.stream, err) < 0 ||
        load_keys(document, node, "container", &form.container, err) < 0 ||
        load_keys(document, node, "partial", &form.partial, err) < 0 ||
        document_bool(document, node, SV("journal"), &form.journal, err) < 0 ||
        document_bool(document, node, SV("pieces"), &form.pieces, err) < 0)
        return -1;
    if (!form.text.count)
        return document_missing(document, node, SV("text"), err);
    load_append(&patterns->objects, &patterns->object_count, sizeof form, &form);
    return examples_load_for(patterns, document, node, fields,
                             &patterns->objects[patterns->object_count - 1].examples, err);
}

static int load_time(struct patterns *patterns, struct document *document, const yaml_node_t *node,
                     struct err *err)
{
    const struct pattern_kind kind = {"a time", REGEX_ANCHORED, fields_of_header(HEADER_THEN_TAG)};
    struct layer form = {.piece = false};
    if (document_check_keys(document, node, "name pattern hit miss", err) < 0)
        return -1;
    return load_form(patterns, document, node, &kind, &form, &patterns->times,
                     &patterns->time_count, err);
}

static int load_wrapper(struct patterns *patterns, struct document *document,
                        const yaml_node_t *node, struct err *err)
{
    sv glob;
    if (document_scalar(document, node, &glob, err) < 0)
        return -1;
    load_append(&patterns->wrappers, &patterns->wrapper_count, sizeof glob, &glob);
    return 0;
}

/* A language: the names of its twelve months, each a text or a list of spellings. */
static int load_language(struct patterns *patterns, struct document *document,
                         const yaml_node_t *node, struct err *err)
{
    if (document_items(node) != MONTHS)
        return document_error(document, node, err, "a year has 12 months, not %zu; write them all",
                              document_items(node));
    for (size_t i = 0; i < MONTHS; i++) {
        char lower[MONTH_NAME_MAX];
        sv name;
        yaml_node_t *item = document_item(document, node, i);
        if (document_view(document, item, &name, err) < 0)
            return -1;
        while (name.len) {
            sv spelling = sv_cut(name, ' ', &name);
            if (spelling.len > sizeof lower)
                return document_error(document, item, err, "'%.*s' is longer than %d bytes",
                                      SV_FMT(spelling), MONTH_NAME_MAX);
            bytes_lower(lower, spelling);
            bool added;
            int *month = map_add(&patterns->months, sv_make(lower, spelling.len), &added);
            if (!added && *month != (int)i + 1)
                return document_error(document, item, err, "'%.*s' is month %d elsewhere",
                                      SV_FMT(spelling), *month);
            *month = (int)i + 1;
        }
    }
    return 0;
}

static const char keys_of_file[] = "families headers layers objects times wrappers months";

int load_layers(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    return load_each_of(patterns, document, keys_of_file, "layers", load_layer, err);
}

int load_objects(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    return load_each_of(patterns, document, keys_of_file, "objects", load_object, err);
}

int load_months(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    return load_each_of(patterns, document, keys_of_file, "months", load_language, err);
}

int load_times(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    return load_each_of(patterns, document, keys_of_file, "times", load_time, err);
}

int load_wrappers(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    return load_each_of(patterns, document, keys_of_file, "wrappers", load_wrapper, err);
}
