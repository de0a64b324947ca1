/* What was read when the program was built is what is read of the texts now: every node of every
 * pattern file, with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "bouncelog/base/buf.h"
#include "pattern/document.h"
#include "pattern/embedded.h"

static sv text_of(const char *name, struct buf *text)
{
    struct buf path = {0};
    buf_printf(&path, "patterns/%s", name);
    FILE *file = fopen(buf_cstr(&path), "rb");
    assert_non_null(file);
    for (int c = getc(file); c != EOF; c = getc(file))
        buf_add_byte(text, (char)c);
    fclose(file);
    buf_release(&path);
    return buf_sv(text);
}

static void same_scalar(const yaml_node_t *a, const yaml_node_t *b)
{
    assert_int_equal(a->data.scalar.style, b->data.scalar.style);
    assert_int_equal(a->data.scalar.length, b->data.scalar.length);
    assert_memory_equal(a->data.scalar.value, b->data.scalar.value, a->data.scalar.length);
}

static void same_items(const yaml_node_t *a, const yaml_node_t *b)
{
    assert_int_equal(document_items(a), document_items(b));
    for (size_t i = 0; i < document_items(a); i++)
        assert_int_equal(a->data.sequence.items.start[i], b->data.sequence.items.start[i]);
}

static void same_pairs(const yaml_node_t *a, const yaml_node_t *b)
{
    assert_int_equal(document_pairs(a), document_pairs(b));
    for (size_t i = 0; i < document_pairs(a); i++) {
        assert_int_equal(a->data.mapping.pairs.start[i].key, b->data.mapping.pairs.start[i].key);
        assert_int_equal(a->data.mapping.pairs.start[i].value,
                         b->data.mapping.pairs.start[i].value);
    }
}

static void same_node(const yaml_node_t *a, const yaml_node_t *b)
{
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->start_mark.line, b->start_mark.line);
    assert_int_equal(a->start_mark.column, b->start_mark.column);
    assert_int_equal(a->end_mark.line, b->end_mark.line);
    if (a->type == YAML_SCALAR_NODE)
        same_scalar(a, b);
    else if (a->type == YAML_SEQUENCE_NODE)
        same_items(a, b);
    else
        same_pairs(a, b);
}

static void trees_are_what_the_texts_say(void **state)
{
    size_t files = 0, nodes = 0;
    (void)state;
    assert_true(embedded_are_trees);
    for (const struct embedded_file *file = embedded_files; file->name; file++, files++) {
        struct document tree, text;
        struct arena arena = {0};
        struct buf bytes = {0};
        struct err err;
        document_of_tree(&tree, file->name, sv_make(file->bytes, file->size), &arena);
        text = (struct document){0};
        assert_int_equal(
            document_parse(&text, file->name, text_of(file->name, &bytes), &arena, &err), 0);
        size_t count = (size_t)(text.yaml.nodes.top - text.yaml.nodes.start);
        assert_int_equal(tree.yaml.nodes.top - tree.yaml.nodes.start, count);
        for (size_t i = 0; i < count; i++)
            same_node(&tree.yaml.nodes.start[i], &text.yaml.nodes.start[i]);
        assert_ptr_equal(document_root(&tree), tree.yaml.nodes.start);
        nodes += count;
        document_release(&tree);
        document_release(&text);
        buf_release(&bytes);
        arena_release(&arena);
    }
    assert_true(files > 20 && nodes > 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(trees_are_what_the_texts_say)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
