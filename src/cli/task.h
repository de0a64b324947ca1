/* task: what the commands that work on a history by hand share. */
#ifndef BOUNCELOG_CLI_TASK_H
#define BOUNCELOG_CLI_TASK_H

#include "bouncelog/archive/archive.h"
#include "options/options.h"

enum { TASK_ADDRESS_MAX = 512 };

struct task {
    const struct options *options;
    const char *const *operands; /* behind the verb */
    size_t count;
    int64_t floor; /* the oldest run that can be taken back */
    struct patterns patterns;
    struct archive *archive;
    bool changed;    /* something was, and has to be committed */
    struct buf text; /* what goes to standard output */
};

int task_open(struct task *task, enum history_use use, const char *what,
              struct err *err) MUST_CHECK;

/* `bouncelog history show`: what a history holds, or what is held against addresses. */
int history_show(struct task *task, struct err *err) MUST_CHECK;
/* The same as JSON, once the task is open. */
int history_show_json(struct task *task, struct err *err) MUST_CHECK;

#endif
