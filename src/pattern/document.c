#include "document.h"

#include <stdio.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/text.h"

int document_parse(struct document *document, const char *file, sv text, struct arena *arena,
                   struct err *err)
{
    yaml_parser_t parser;
    document->file = file;
    document->arena = arena;
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
    yaml_document_delete(&document->yaml);
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
    char what[512];
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
    if (mapping->type != YAML_MAPPING_NODE)
        return document_error(document, mapping, err, "expected keys and values");
    for (size_t i = 0; i < document_pairs(mapping); i++) {
        yaml_node_t *key = document_key(document, mapping, i);
        sv name = scalar_view(key);
        if (!is_word_of(name, words))
            return document_error(document, key, err, "unknown key '%.*s' (known: %s)",
                                  SV_FMT(name), words);
        for (size_t j = 0; j < i; j++) {
            sv other;
            document_pair(document, mapping, j, &other);
            if (sv_eq(other, name))
                return document_error(document, key, err, "key '%.*s' stands twice", SV_FMT(name));
        }
    }
    return 0;
}

int document_scalar(struct document *document, const yaml_node_t *node, sv *text, struct err *err)
{
    if (node->type != YAML_SCALAR_NODE)
        return document_error(document, node, err, "expected a text");
    *text = arena_copy(document->arena, scalar_view(node));
    return 0;
}

int document_text(struct document *document, const yaml_node_t *mapping, sv key, bool required,
                  sv *text, struct err *err)
{
    yaml_node_t *node = document_get(document, mapping, key);
    *text = SV_EMPTY;
    if (!node)
        return required ? document_error(document, mapping, err, "'%.*s' is missing", SV_FMT(key))
                        : 0;
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
        return document_error(document, node, err, "'%.*s' must be a whole number", SV_FMT(key));
    *value = (int)n;
    return 0;
}

int document_bool(struct document *document, const yaml_node_t *mapping, sv key, bool *value,
                  struct err *err)
{
    yaml_node_t *node = document_get(document, mapping, key);
    if (!node)
        return 0;
    sv text = scalar_view(node);
    *value = sv_eq(text, SV("true"));
    if (!*value && !sv_eq(text, SV("false")))
        return document_error(document, node, err, "'%.*s' must be true or false", SV_FMT(key));
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
    if (items == 0 || items > max)
        return document_error(document, node, err, "'%.*s' takes 1 to %zu texts", SV_FMT(key), max);
    for (; *count < items; ++*count)
        if (document_scalar(document, document_item(document, node, *count), &texts[*count], err) <
            0)
            return -1;
    return 0;
}

int document_regex(struct document *document, const yaml_node_t *mapping, sv key, unsigned flags,
                   struct regex **regex, struct err *err)
{
    yaml_node_t *node = document_get(document, mapping, key);
    *regex = NULL;
    if (!node)
        return 0;
    if (node->type != YAML_SCALAR_NODE || !scalar_view(node).len)
        return document_error(document, node, err, "expected a pattern");
    char why[160];
    size_t offset = 0;
    *regex = regex_compile(scalar_view(node), flags, why, sizeof why, &offset);
    if (*regex)
        return 0;
    yaml_node_t at = *node;
    if (node->data.scalar.style != YAML_LITERAL_SCALAR_STYLE &&
        node->data.scalar.style != YAML_FOLDED_SCALAR_STYLE)
        at.start_mark.column += offset + (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE);
    return document_error(document, &at, err, "pattern: %s", why);
}

static int load_example(struct document *document, yaml_node_t *node, struct example *example,
                        struct err *err)
{
    example->place = document_place(document, node);
    if (node->type == YAML_SCALAR_NODE)
        return document_scalar(document, node, &example->text, err);
    if (document_check_keys(document, node, "text fields", err) < 0 ||
        document_text(document, node, SV("text"), true, &example->text, err) < 0)
        return -1;
    yaml_node_t *fields = document_get(document, node, SV("fields"));
    if (!fields)
        return 0;
    example->field_count = document_pairs(fields);
    example->fields = arena_alloc(document->arena, example->field_count * sizeof *example->fields);
    for (size_t i = 0; i < example->field_count; i++) {
        sv key;
        yaml_node_t *value = document_pair(document, fields, i, &key);
        example->fields[i].name = arena_copy(document->arena, key);
        if (document_scalar(document, value, &example->fields[i].value, err) < 0)
            return -1;
    }
    return 0;
}

static int load_example_list(struct document *document, const yaml_node_t *mapping, sv key,
                             bool optional, struct example **examples, size_t *count,
                             struct err *err)
{
    yaml_node_t *list = document_get(document, mapping, key);
    *count = list ? document_items(list) : 0;
    if (*count == 0)
        return optional ? 0
                        : document_error(document, list ? list : mapping, err,
                                         "at least one '%.*s' example is needed", SV_FMT(key));
    *examples = arena_alloc(document->arena, *count * sizeof **examples);
    memset(*examples, 0, *count * sizeof **examples);
    for (size_t i = 0; i < *count; i++)
        if (load_example(document, document_item(document, list, i), &(*examples)[i], err) < 0)
            return -1;
    return 0;
}

int document_examples(struct document *document, const yaml_node_t *mapping, bool optional,
                      struct examples *examples, struct err *err)
{
    if (load_example_list(document, mapping, SV("hit"), optional, &examples->hits,
                          &examples->hit_count, err) < 0)
        return -1;
    return load_example_list(document, mapping, SV("miss"), optional, &examples->misses,
                             &examples->miss_count, err);
}
