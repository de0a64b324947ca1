/* files: the texts of the pattern files in the order in which they apply. */
#ifndef BOUNCELOG_PATTERN_FILES_H
#define BOUNCELOG_PATTERN_FILES_H

#include "bouncelog/base/arena.h"
#include "bouncelog/base/err.h"

struct patterns_options;

struct pattern_file {
    const char *name;
    sv text;
    bool is_tree;  /* ...is one that document_of_tree takes */
    bool site;     /* from --patterns-extra */
    bool built_in; /* and used with nothing but others that are: what was checked then holds */
};

struct pattern_files {
    struct pattern_file *list;
    size_t count;
};

/* A site's files first, then the folder's (or, with dir NULL, the embedded ones); in each, the
 * folder itself, then mta/, then replies/, by name. Names and texts live in the arena. */
int files_collect(struct pattern_files *files, const struct patterns_options *options,
                  struct arena *arena, struct err *err) MUST_CHECK;
/* Adds one file by path. */
int files_add(struct pattern_files *files, const char *path, bool site, struct arena *arena,
              struct err *err) MUST_CHECK;
void files_release(struct pattern_files *files);

#endif
