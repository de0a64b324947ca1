/* Decides over a history, which stays as it is.
 *
 * What a scan has not put on the lists, because of the brake, no other command does: the brake of
 * an earlier run holds here as well, unless somebody says --force. */
#include "past.h"

#include "bouncelog/archive/archive.h"
#include "cli.h"

void past_init(struct past *past)
{
    *past = (struct past){0};
    held_init(&past->held);
}

void past_release(struct past *past)
{
    decisions_release(&past->decisions);
    archive_close(past->archive);
    held_release(&past->held);
}

int past_open(struct archive **archive, const struct setup *setup, const char *what,
              struct err *err)
{
    struct archive_options how = {.path = setup->options->history,
                                  .use = HISTORY_READ,
                                  .patterns = &setup->patterns,
                                  .now = now_seconds(),
                                  .what = what};
    return archive_open(archive, &how, err);
}

int past_ask(struct archive *archive, struct setup *setup, struct held *held,
             struct suppress_options *how, struct err *err)
{
    setup_allow(setup, archive_allowed(archive));
    *how = setup_suppress_options(setup);
    how->may_brake = how->may_brake && !archive_has_others(archive);
    how->brake_stays = archive_braked_at(archive) != 0;
    return held_load(held, archive, how, err);
}

int past_decide(struct past *past, struct setup *setup, struct archive_window window,
                struct err *err)
{
    if (archive_view(past->archive, window, &past->view, &past->source, err) < 0 ||
        past_ask(past->archive, setup, &past->held, &past->how, err) < 0)
        return -1;
    past->how.tells_cleared = true;
    past->how.cleared_since = setup->options->since.at;
    past->how.cleared_until = setup->options->until.at;
    suppress_decide(&past->decisions, &past->source, &past->how);
    return archive_check(past->archive, err);
}
