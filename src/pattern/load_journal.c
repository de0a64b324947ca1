/* The key `journal` of an MTA's file: which senders of journal entries are that MTA, by the fields
 * that journald itself adds. A file of a site adds to what ours says.
 *
 * Without a user nobody would be believed: names of units and commands alone are what a program of
 * a user can have as well. */
#include "load.h"

enum { SENDERS_MAX = 96 };

static int load_globs(struct document *document, const yaml_node_t *node, sv key,
                      struct globs *globs, struct err *err)
{
    sv texts[SENDERS_MAX];
    size_t count;
    if (document_texts(document, node, key, texts, SENDERS_MAX, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        load_append(&globs->list, &globs->count, sizeof *texts, &texts[i]);
    return 0;
}

int load_journal(struct mta_patterns *mta, struct document *document, struct err *err)
{
    struct journal_senders *journal = &mta->journal;
    const yaml_node_t *node = document_get(document, document_root(document), SV("journal"));
    if (!node)
        return 0;
    if (document_check_keys(document, node, "units comm exe users", err) < 0 ||
        load_globs(document, node, SV("units"), &journal->units, err) < 0 ||
        load_globs(document, node, SV("comm"), &journal->commands, err) < 0 ||
        load_globs(document, node, SV("exe"), &journal->programs, err) < 0 ||
        load_globs(document, node, SV("users"), &journal->users, err) < 0)
        return -1;
    if (!journal->users.count)
        return document_error(document, node, err, "'users' is missing; write who runs the MTA");
    if (!journal->units.count && !journal->programs.count)
        return document_error(document, node, err, "'units' and 'exe' are missing; write one");
    return 0;
}
