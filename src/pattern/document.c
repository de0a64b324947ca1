/* A YAML file as a tree whose nodes know where they stand, and the readers of its values.
 *
 * Every reader says what is wrong at the value itself, and what to write instead. */
#include "document.h"

#include <stdio.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/text.h"
#include "families.h"
#include "suggest.h"

int document_parse(struct document *document, const char *file, sv text, struct arena *arena,
                   struct err *err)
{
    yaml_parser_t parser;
    document->file = file;
    document->arena = arena;
    map_init(&document->families, sizeof(struct family));
    if (!yaml_parser_initialize(&parser))
        mem_exhausted();
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.ptr, text.len);
    int rc = 0;
    if (!yaml_parser_load(&parser, &document->yaml)) {
        if (!parser.problem) /* there are words for all but want of memory */
            mem_exhausted();
        rc = err_set(err, ERR_CONFIG, "%s:%zu:%zu: %s", file, parser.problem_mark.line + 1,
                     parser.problem_mark.column + 1, parser.problem);
    } else if (!yaml_document_get_root_node(&document->yaml)) {
        rc = err_set(err, ERR_CONFIG, "%s:1:1: empty file", file);
        yaml_document_delete(&document->yaml);
    }
    yaml_parser_delete(&parser);
    return rc;
}

void document_release(struct document *document)
{
    map_release(&document->families);
    if (!document->pairs) {
        yaml_document_delete(&document->yaml);
        return;
    }
    mem_free(document->items);
    mem_free(document->pairs);
    mem_free(document->yaml.nodes.start);
}

yaml_node_t *document_root(struct document *document)
{
    return yaml_document_get_root_node(&document->yaml);
}

struct place document_place(const struct document *document, const yaml_node_t *node)
{
    return (struct place){document->file, (int)node->start_mark.line + 1,
                          (int)node->start_mark.column + 1};
}

int document_error(const struct document *document, const yaml_node_t *node, struct err *err,
                   const char *format, ...)
{
    char what[704];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    struct place at = document_place(document, node);
    return err_set(err, ERR_CONFIG, "%s:%d:%d: %s", at.file, at.line, at.column, what);
}

size_t document_pairs(const yaml_node_t *node)
{
    if (node->type != YAML_MAPPING_NODE)
        return 0;
    return (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
}

static sv scalar_view(const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE)
        return SV_EMPTY;
    return sv_make((const char *)node->data.scalar.value, node->data.scalar.length);
}

yaml_node_t *document_key(struct document *document, const yaml_node_t *node, size_t i)
{
    return yaml_document_get_node(&document->yaml, node->data.mapping.pairs.start[i].key);
}

yaml_node_t *document_pair(struct document *document, const yaml_node_t *node, size_t i, sv *key)
{
    *key = scalar_view(document_key(document, node, i));
    return yaml_document_get_node(&document->yaml, node->data.mapping.pairs.start[i].value);
}

yaml_node_t *document_get(struct document *document, const yaml_node_t *mapping, sv key)
{
    for (size_t i = 0; i < document_pairs(mapping); i++) {
        sv name;
        yaml_node_t *value = document_pair(document, mapping, i, &name);
        if (sv_eq(name, key))
            return value;
    }
    return NULL;
}

const yaml_node_t *document_at(struct document *document, const yaml_node_t *mapping, sv key)
{
    const yaml_node_t *value = document_get(document, mapping, key);
    return value ? value : mapping;
}

size_t document_items(const yaml_node_t *node)
{
    if (node->type != YAML_SEQUENCE_NODE)
        return 0;
    return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
}

yaml_node_t *document_item(struct document *document, const yaml_node_t *node, size_t i)
{
    return yaml_document_get_node(&document->yaml, node->data.sequence.items.start[i]);
}

size_t document_column(const yaml_node_t *node, size_t offset)
{
    size_t column = offset;
    if (node->type != YAML_SCALAR_NODE || node->start_mark.line != node->end_mark.line)
        return 0;
    if (node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
        return column;
    bool single = node->data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE;
    for (size_t i = 0; i < offset && i < node->data.scalar.length; i++) {
        char c = (char)node->data.scalar.value[i];
        column += single ? c == '\'' : c == '"' || c == '\\'; /* written as two */
    }
    return column + 1;
}

static int verify_mapping(struct document *document, const yaml_node_t *node, struct err *err)
{
    for (size_t i = 0; i < document_pairs(node); i++) {
        const yaml_node_t *key = document_key(document, node, i);
        sv name = scalar_view(key);
        if (!name.len)
            return document_error(document, key, err, "expected the name of a key");
        for (size_t j = 0; j < i; j++)
            if (sv_eq(scalar_view(document_key(document, node, j)), name))
                return document_error(document, key, err, "key '%.*s' stands twice; leave one out",
                                      SV_FMT(name));
    }
    return 0;
}

int document_verify(struct document *document, struct err *err)
{
    for (const yaml_node_t *node = document->yaml.nodes.start; node < document->yaml.nodes.top;
         node++) {
        if (node->type == YAML_MAPPING_NODE && verify_mapping(document, node, err) < 0)
            return -1;
        if (node->type != YAML_SCALAR_NODE && !document_items(node) && !document_pairs(node))
            return document_error(document, node, err,
                                  "nothing is listed; write what, or leave the key out");
        if (node->type == YAML_SCALAR_NODE && !node->data.scalar.length &&
            node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
            return document_error(document, node, err,
                                  "a value is missing; write one, or leave the key out");
    }
    return 0;
}

static bool is_word_of(sv key, const char *words)
{
    sv rest = sv_from(words);
    while (rest.len)
        if (sv_eq(sv_cut(rest, ' ', &rest), key))
            return true;
    return false;
}

int document_check_keys(struct document *document, const yaml_node_t *mapping, const char *words,
                        struct err *err)
{
    struct names names = names_of_words(words);
    if (mapping->type != YAML_MAPPING_NODE)
        return document_error(document, mapping, err, "expected keys and values; the keys are: %s",
                              words);
    for (size_t i = 0; i < document_pairs(mapping); i++) {
        const yaml_node_t *key = document_key(document, mapping, i);
        if (!is_word_of(scalar_view(key), words))
            return unknown_name(document, key, "key", scalar_view(key), &names, err);
    }
    return 0;
}

int document_missing(const struct document *document, const yaml_node_t *mapping, sv key,
                     struct err *err)
{
    return document_error(document, mapping, err, "'%.*s' is missing; write %.*s: ...", SV_FMT(key),
                          SV_FMT(key));
}

int document_view(struct document *document, const yaml_node_t *node, sv *text, struct err *err)
{
    *text = scalar_view(node);
    if (node->type != YAML_SCALAR_NODE)
        return document_error(document, node, err, "a %s where a text is expected; write one text",
                              node->type == YAML_SEQUENCE_NODE ? "list" : "mapping");
    return text->len
               ? 0
               : document_error(document, node, err, "an empty text; write one, or leave it out");
}

int document_scalar(struct document *document, const yaml_node_t *node, sv *text, struct err *err)
{
    sv view;
    if (document_view(document, node, &view, err) < 0)
        return -1;
    *text = arena_copy(document->arena, view);
    return 0;
}

int document_list(struct document *document, const yaml_node_t *mapping, sv key, bool required,
                  yaml_node_t **list, struct err *err)
{
    *list = document_get(document, mapping, key);
    if (!*list)
        return required ? document_missing(document, mapping, key, err) : 0;
    return (*list)->type == YAML_SEQUENCE_NODE
               ? 0
               : document_error(document, *list, err,
                                "'%.*s' takes a list; write [...], or items "
                                "behind '- '",
                                SV_FMT(key));
}

int document_text(struct document *document, const yaml_node_t *mapping, sv key, bool required,
                  sv *text, struct err *err)
{
    yaml_node_t *node = document_get(document, mapping, key);
    *text = SV_EMPTY;
    if (!node)
        return required ? document_missing(document, mapping, key, err) : 0;
    return document_scalar(document, node, text, err);
}

int document_int(struct document *document, const yaml_node_t *mapping, sv key, int fallback,
                 int *value, struct err *err)
{
    yaml_node_t *node = document_get(document, mapping, key);
    *value = fallback;
    if (!node)
        return 0;
    uint64_t n;
    if (!sv_to_u64(scalar_view(node), &n) || n > 1000000)
        return document_error(document, node, err,
                              "'%.*s' takes a whole number; write one from 0 to 1000000",
                              SV_FMT(key));
    *value = (int)n;
    return 0;
}

int document_bool(struct document *document, const yaml_node_t *mapping, sv key, bool *value,
                  struct err *err)
{
    const yaml_node_t *node = document_get(document, mapping, key);
    if (!node)
        return 0;
    sv text = scalar_view(node);
    *value = sv_eq(text, SV("true"));
    if (!*value && !sv_eq(text, SV("false")))
        return document_error(document, node, err, "'%.*s' is a yes or no; write true or false",
                              SV_FMT(key));
    return 0;
}

int document_texts(struct document *document, const yaml_node_t *mapping, sv key, sv *texts,
                   size_t max, size_t *count, struct err *err)
{
    yaml_node_t *node = document_get(document, mapping, key);
    *count = 0;
    if (!node)
        return 0;
    if (node->type == YAML_SCALAR_NODE) {
        *count = 1;
        return document_scalar(document, node, &texts[0], err);
    }
    size_t items = document_items(node);
    if (node->type != YAML_SEQUENCE_NODE || items > max)
        return document_error(document, node, err,
                              "'%.*s' takes a text, or up to %zu of them; write [...]", SV_FMT(key),
                              max);
    for (; *count < items; ++*count)
        if (document_scalar(document, document_item(document, node, *count), &texts[*count], err) <
            0)
            return -1;
    return 0;
}
