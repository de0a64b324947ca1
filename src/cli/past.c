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

int past_open(struct past *past, const struct setup *setup, const char *what, struct err *err)
{
    struct archive_options how = {.path = setup->options->history,
                                  .use = HISTORY_READ,
                                  .patterns = &setup->patterns,
                                  .now = now_seconds(),
                                  .what = what};
    return archive_open(&past->archive, &how, err);
}

int past_decide(struct past *past, struct setup *setup, struct archive_window window,
                struct err *err)
{
    const struct options *asked = setup->options;
    if (archive_view(past->archive, window, &past->view, &past->source, err) < 0)
        return -1;
    setup_allow(setup, archive_allowed(past->archive));
    past->how = setup_suppress_options(setup);
    past->how.tells_cleared = true;
    past->how.cleared_since = asked->since.at;
    past->how.cleared_until = asked->until.at;
    past->how.may_brake = past->how.may_brake && !archive_has_others(past->archive);
    past->how.brake_stays = archive_braked_at(past->archive) != 0;
    if (held_load(&past->held, past->archive, &past->how, err) < 0)
        return -1;
    suppress_decide(&past->decisions, &past->source, &past->how);
    return archive_check(past->archive, err);
}
