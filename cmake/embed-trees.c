/* Run when the program is built: reads the YAML of FOLDER/NAME... and writes them as C arrays to
 * OUT, not as texts but as what libyaml made of them, since reading texts takes most of the time in
 * which the program starts. src/pattern/tree.c reads the arrays and says what is in them.
 *
 *   embed-trees OUT FOLDER NAME... */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

static FILE *out;
static unsigned long written;

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "embed-trees: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static void put_byte(unsigned byte)
{
    fprintf(out, written++ % 24 == 23 ? "%u,\n" : "%u,", byte);
}

/* LEB128, as in src/base/pack.c. */
static void put(size_t number)
{
    for (; number > 0x7F; number >>= 7)
        put_byte((unsigned)(number & 0x7F) | 0x80);
    put_byte((unsigned)number);
}

static void put_node(const yaml_node_t *node)
{
    put((size_t)node->type);
    put(node->start_mark.line);
    put(node->start_mark.column);
    put(node->end_mark.line);
    if (node->type == YAML_SCALAR_NODE) {
        put((size_t)node->data.scalar.style);
        put(node->data.scalar.length);
        for (size_t i = 0; i < node->data.scalar.length; i++)
            put_byte(node->data.scalar.value[i]);
    } else if (node->type == YAML_SEQUENCE_NODE) {
        put((size_t)(node->data.sequence.items.top - node->data.sequence.items.start));
        for (const yaml_node_item_t *item = node->data.sequence.items.start;
             item < node->data.sequence.items.top; item++)
            put((size_t)*item);
    } else {
        put((size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start));
        for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
             pair < node->data.mapping.pairs.top; pair++) {
            put((size_t)pair->key);
            put((size_t)pair->value);
        }
    }
}

static void put_counts(const yaml_document_t *document)
{
    size_t items = 0, pairs = 0;
    for (const yaml_node_t *node = document->nodes.start; node < document->nodes.top; node++)
        if (node->type == YAML_SEQUENCE_NODE)
            items += (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
        else if (node->type == YAML_MAPPING_NODE)
            pairs += (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
    put((size_t)(document->nodes.top - document->nodes.start));
    put(items);
    put(pairs);
}

/* Its length. */
static unsigned long put_file(const char *folder, const char *name)
{
    char path[4096];
    yaml_parser_t parser;
    yaml_document_t document;
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        fail(name, "too long a name");
    FILE *in = fopen(path, "rb");
    if (!in)
        fail(path, "cannot open");
    if (!yaml_parser_initialize(&parser))
        fail(path, "out of memory");
    yaml_parser_set_input_file(&parser, in);
    if (!yaml_parser_load(&parser, &document)) {
        fprintf(stderr, "%s:%zu:%zu: ", path, parser.problem_mark.line + 1,
                parser.problem_mark.column + 1);
        fail(name, parser.problem ? parser.problem : "out of memory");
    }
    if (!yaml_document_get_root_node(&document))
        fail(path, "empty file");
    written = 0;
    put_counts(&document);
    for (const yaml_node_t *node = document.nodes.start; node < document.nodes.top; node++)
        put_node(node);
    yaml_document_delete(&document);
    yaml_parser_delete(&parser);
    fclose(in);
    return written;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        fail("usage", "embed-trees OUT FOLDER NAME...");
    unsigned long *sizes = calloc((size_t)argc, sizeof *sizes);
    out = fopen(argv[1], "w");
    if (!out || !sizes)
        fail(argv[1], "cannot create");
    fprintf(out, "#include \"embedded.h\"\n\nconst bool embedded_are_trees = true;\n");
    for (int i = 3; i < argc; i++) {
        fprintf(out, "static const unsigned char file_%d[] = {\n", i);
        sizes[i] = put_file(argv[2], argv[i]);
        fprintf(out, "0};\n");
    }
    fprintf(out, "const struct embedded_file embedded_files[] = {\n");
    for (int i = 3; i < argc; i++)
        fprintf(out, "    {\"%s\", (const char *)file_%d, %lu},\n", argv[i], i, sizes[i]);
    fprintf(out, "    {0, 0, 0}};\n");
    free(sizes);
    return fclose(out) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
