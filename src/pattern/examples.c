/* Loads the `hit` and `miss` of an entry: texts, or texts with the fields that they must give.
 *
 *   hit: ['text', { text: 'text', fields: { recipient: joe@example.com } }] */
#include "examples.h"

static int load_fields(const struct patterns *patterns, struct document *document,
                       const yaml_node_t *fields, const struct example_kind *kind,
                       struct example *example, struct err *err)
{
    if (fields->type != YAML_MAPPING_NODE)
        return document_error(document, fields, err, "expected fields; write { NAME: VALUE }");
    example->field_count = document_pairs(fields);
    example->fields = arena_alloc(document->arena, example->field_count * sizeof *example->fields);
    for (size_t i = 0; i < example->field_count; i++) {
        struct example_field *field = &example->fields[i];
        const yaml_node_t *key = document_key(document, fields, i);
        size_t at;
        yaml_node_t *value = document_pair(document, fields, i, &field->name);
        if (!names_find(&kind->names, field->name, &at))
            return kind->names.count
                       ? unknown_name(document, key, "field", field->name, &kind->names, err)
                       : document_error(document, key, err,
                                        "nothing gives fields; leave 'fields' out");
        if (value->type != YAML_SCALAR_NODE)
            return document_error(document, value, err, "a text is expected; write NAME: VALUE");
        field->name = arena_copy(document->arena, field->name);
        field->value = arena_copy(document->arena, sv_make((const char *)value->data.scalar.value,
                                                           value->data.scalar.length));
        if (kind->check &&
            kind->check(patterns, document, value, field->name, field->value, err) < 0)
            return -1;
    }
    return 0;
}

static int load_one(const struct patterns *patterns, struct document *document, yaml_node_t *node,
                    const struct example_kind *kind, bool hit, struct example *example,
                    struct err *err)
{
    example->place = document_place(document, node);
    if (node->type == YAML_SCALAR_NODE && !hit && !node->data.scalar.length)
        return 0; /* that nothing is taken can be said */
    if (node->type == YAML_SCALAR_NODE)
        return document_scalar(document, node, &example->text, err);
    if (document_check_keys(document, node, "text fields", err) < 0 ||
        document_text(document, node, SV("text"), true, &example->text, err) < 0)
        return -1;
    const yaml_node_t *fields = document_get(document, node, SV("fields"));
    return fields ? load_fields(patterns, document, fields, kind, example, err) : 0;
}

static int load_list(const struct patterns *patterns, struct document *document,
                     const yaml_node_t *mapping, sv key, const struct example_kind *kind,
                     struct example **examples, size_t *count, struct err *err)
{
    yaml_node_t *list;
    if (document_list(document, mapping, key, false, &list, err) < 0)
        return -1;
    if (!list)
        return document_error(document, mapping, err,
                              "at least one '%.*s' example is needed; write %.*s: ['...']",
                              SV_FMT(key), SV_FMT(key));
    *count = document_items(list);
    *examples = arena_alloc(document->arena, *count * sizeof **examples);
    memset(*examples, 0, *count * sizeof **examples);
    for (size_t i = 0; i < *count; i++)
        if (load_one(patterns, document, document_item(document, list, i), kind,
                     sv_eq(key, SV("hit")), &(*examples)[i], err) < 0)
            return -1;
    return 0;
}

int examples_load(const struct patterns *patterns, struct document *document,
                  const yaml_node_t *mapping, const struct example_kind *kind,
                  struct examples *examples, struct err *err)
{
    if (load_list(patterns, document, mapping, SV("hit"), kind, &examples->hits,
                  &examples->hit_count, err) < 0)
        return -1;
    return load_list(patterns, document, mapping, SV("miss"), kind, &examples->misses,
                     &examples->miss_count, err);
}

int examples_load_for(const struct patterns *patterns, struct document *document,
                      const yaml_node_t *mapping, uint64_t fields, struct examples *examples,
                      struct err *err)
{
    struct example_kind kind = {names_of_fields(&fields), NULL};
    return examples_load(patterns, document, mapping, &kind, examples, err);
}
