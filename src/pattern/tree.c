/* A document whose text was read when the program was built (cmake/embed-trees.c). All is numbers
 * in LEB128, texts have their length in front: how many nodes there are, items of sequences, pairs
 * of mappings; then of each node its type, the line and the column where it begins, the line where
 * it ends, and of a scalar its style and its text, of a sequence the number of its items, and each
 * one's node, of a mapping the same of its pairs. The root is node 1. */
#include <assert.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/base/pack.h"
#include "document.h"
#include "families.h"

struct reader {
    struct unpack in;
    yaml_node_item_t *items; /* the next free ones */
    yaml_node_pair_t *pairs;
};

static size_t next(struct reader *reader)
{
    return (size_t)unpack_unsigned(&reader->in);
}

static void read_scalar(struct reader *reader, yaml_node_t *node)
{
    node->data.scalar.style = (yaml_scalar_style_t)next(reader);
    sv text = unpack_text(&reader->in);
    node->data.scalar.value = (yaml_char_t *)text.ptr; /* nobody writes there */
    node->data.scalar.length = text.len;
}

static void read_sequence(struct reader *reader, yaml_node_t *node)
{
    node->data.sequence.items.start = reader->items;
    for (size_t left = next(reader); left; left--)
        *reader->items++ = (yaml_node_item_t)next(reader);
    node->data.sequence.items.top = reader->items;
}

static void read_mapping(struct reader *reader, yaml_node_t *node)
{
    node->data.mapping.pairs.start = reader->pairs;
    for (size_t left = next(reader); left; left--) {
        reader->pairs->key = (int)next(reader);
        reader->pairs->value = (int)next(reader);
        reader->pairs++;
    }
    node->data.mapping.pairs.top = reader->pairs;
}

static void read_node(struct reader *reader, yaml_node_t *node)
{
    node->type = (yaml_node_type_t)next(reader);
    node->start_mark.line = next(reader);
    node->start_mark.column = next(reader);
    node->end_mark.line = next(reader);
    if (node->type == YAML_SCALAR_NODE)
        read_scalar(reader, node);
    else if (node->type == YAML_SEQUENCE_NODE)
        read_sequence(reader, node);
    else
        read_mapping(reader, node);
}

void document_of_tree(struct document *document, const char *file, sv tree, struct arena *arena)
{
    struct reader reader = {.in = unpack_of(tree)};
    size_t nodes = next(&reader), items = next(&reader), pairs = next(&reader);
    *document = (struct document){.file = file, .arena = arena};
    map_init(&document->families, sizeof(struct family));
    document->items = reader.items = mem_zero(items + 1, sizeof *reader.items);
    document->pairs = reader.pairs = mem_zero(pairs + 1, sizeof *reader.pairs);
    document->yaml.nodes.start = mem_zero(nodes, sizeof *document->yaml.nodes.start);
    document->yaml.nodes.end = document->yaml.nodes.top = document->yaml.nodes.start + nodes;
    for (size_t i = 0; i < nodes; i++)
        read_node(&reader, document->yaml.nodes.start + i);
    assert(!reader.in.failed && !reader.in.rest.len);
}
