/* Walks over the mailboxes that --mail names. What is lost on the way, a box, a mail, a mail that
 * was moved meanwhile, is said once and makes the run incomplete, and the walk goes on: a bounce
 * that can be read counts whatever stands beside it. */
#include "mailboxes.h"

#include "bouncelog/base/arena.h"

struct walk {
    mail_visitor *visit;
    void *context;
    int unread; /* EXIT_DONE: all was read */
};

static void tell_losses(struct walk *walk, const struct mailbox *mailbox, const char *path)
{
    uint64_t gone = mailbox_gone(mailbox), left_out = mailbox_left_out(mailbox);
    if (gone)
        say("%s: %llu mails had gone by the time of their turn: the next run may find them", path,
            (unsigned long long)gone);
    if (left_out)
        say("%s: %llu mails more than one folder may have were not read", path,
            (unsigned long long)left_out);
    if (gone || left_out)
        walk->unread = EXIT_INCOMPLETE;
}

static int visit_all(struct walk *walk, struct mailbox *mailbox, const char *path)
{
    for (;;) {
        struct mail mail;
        struct err err;
        int rc = mailbox_next(mailbox, &mail, &err), code = EXIT_DONE;
        if (rc == 0)
            break;
        if (rc < 0)
            walk->unread = fail(&err);
        else
            code = walk->visit(walk->context, &mail);
        if (code != EXIT_DONE)
            return code;
    }
    tell_losses(walk, mailbox, path);
    return EXIT_DONE;
}

static int read_one(struct walk *walk, const char *path)
{
    struct err err;
    struct mailbox *mailbox = mailbox_open(path, &err);
    int code = EXIT_DONE;
    if (mailbox)
        code = visit_all(walk, mailbox, path);
    else
        walk->unread = fail(&err);
    mailbox_close(mailbox);
    return code;
}

int mailboxes_each(const struct options *options, mail_visitor *visit, void *context)
{
    struct walk walk = {visit, context, EXIT_DONE};
    struct arena paths = {0};
    int code = EXIT_DONE;
    for (size_t i = 0; i < options->mails.count && code == EXIT_DONE; i++)
        code = read_one(&walk, arena_cstr(&paths, options->mails.list[i]));
    arena_release(&paths);
    return code != EXIT_DONE ? code : walk.unread;
}
