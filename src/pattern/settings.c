/* A configuration file: the options of the command line and their values, with their places.
 *
 *   OPTION: VALUE        or        OPTION: [VALUE, VALUE]
 *
 * What an option means and which values it takes is known to src/cli alone. */
#include "bouncelog/pattern/settings.h"

#include "bouncelog/base/mem.h"
#include "document.h"
#include "files.h"
#include "load.h"

static int add_setting(struct settings *settings, struct document *document, const yaml_node_t *key,
                       sv name, const yaml_node_t *node, struct err *err)
{
    sv value = SV_EMPTY; /* an option may be set to nothing */
    if (node->type != YAML_SCALAR_NODE)
        return document_error(document, node, err, "expected a text");
    if (node->data.scalar.length && document_scalar(document, node, &value, err) < 0)
        return -1;
    if (sv_find_byte(value, 0) != SV_NPOS)
        return document_error(document, node, err, "a value cannot hold a NUL byte");
    struct setting setting = {arena_cstr(document->arena, name), arena_cstr(document->arena, value),
                              document_place(document, node), document_place(document, key)};
    load_append(&settings->list, &settings->count, sizeof setting, &setting);
    return 0;
}

static int load_document(struct settings *settings, struct document *document, struct err *err)
{
    yaml_node_t *root = document_root(document);
    if (root->type != YAML_MAPPING_NODE)
        return document_error(document, root, err, "expected options and their values");
    for (size_t i = 0; i < document_pairs(root); i++) {
        sv name;
        yaml_node_t *value = document_pair(document, root, i, &name);
        const yaml_node_t *key = document_key(document, root, i);
        size_t items = document_items(value);
        for (size_t j = 0; j < items; j++)
            if (add_setting(settings, document, key, name, document_item(document, value, j), err) <
                0)
                return -1;
        if (!items && add_setting(settings, document, key, name, value, err) < 0)
            return -1;
    }
    return 0;
}

/* A file with comments alone is no mistake: packages install one. */
static bool says_nothing(sv text)
{
    while (text.len) {
        sv line = sv_trim(sv_cut(text, '\n', &text));
        if (line.len && line.ptr[0] != '#')
            return false;
    }
    return true;
}

int settings_load(struct settings *settings, const char *path, struct arena *arena, struct err *err)
{
    struct pattern_files files = {0};
    struct document document = {0};
    *settings = (struct settings){0};
    int rc = files_add(&files, path, false, arena, err);
    if (rc == 0 && !says_nothing(files.list[0].text)) {
        rc = document_parse(&document, files.list[0].name, files.list[0].text, arena, err);
        if (rc == 0) {
            rc = load_document(settings, &document, err);
            document_release(&document);
        }
    }
    files_release(&files);
    if (rc < 0)
        settings_release(settings);
    return rc;
}

void settings_release(struct settings *settings)
{
    mem_free(settings->list);
    *settings = (struct settings){0};
}
