/* The journal as an input: which of it, by the options, and whom to believe, by the pattern files
 * and the users of this machine. The rooms that read entries and that know MTAs do not know each
 * other: they meet here. */
#include "journal.h"

#include <pwd.h>

#include "bouncelog/base/date.h"
#include "cli.h"

static bool uid_of(const char *user, uint64_t *uid)
{
    const struct passwd *entry = getpwnam(user);
    if (entry)
        *uid = entry->pw_uid;
    return entry != NULL;
}

struct journal_trust *journal_trust_of(const struct options *options,
                                       const struct patterns *patterns)
{
    return journal_trust_new(patterns, uid_of, options->journal_folder != NULL);
}

static enum entry_share share_of(void *context, const struct entry_sender *entry)
{
    const struct journal_sender sender = {.command = entry->command,
                                          .program = entry->program,
                                          .unit = entry->unit,
                                          .transport = entry->transport,
                                          .user = entry->user};
    switch (journal_voice(context, entry->name, &sender)) {
    case JOURNAL_MTA:
        return ENTRY_WHOLE;
    case JOURNAL_OTHER:
        return ENTRY_HEADER;
    case JOURNAL_PRETENDING:
        break;
    }
    return ENTRY_NAMELESS;
}

void journal_ask(struct journal_options *journal, const struct options *options,
                 struct journal_trust *trust)
{
    int64_t since = options->since.at;
    *journal = (struct journal_options){
        .wanted = options->journal,
        .folder = options->journal_folder,
        .units = options->journal_units.list,
        .unit_count = options->journal_units.count,
        .since = since == INT64_MIN ? since : since - QUEUE_DAYS * (int64_t)DATE_DAY,
        .share = share_of,
        .share_context = trust,
        .begins_behind = INT64_MIN};
}

void journal_tell(const struct source *source)
{
    char date[DATE_TEXT];
    if (source->disbelieved)
        say("%s: %lld entries bear the name of a mail server, and who sent them is none; they do "
            "not "
            "count (the key `journal` of the pattern files says who is one)",
            source->path, (long long)source->disbelieved);
    if (!source->journal || source->begins_behind == INT64_MIN)
        return;
    date_format(source->begins_behind, date);
    say("%s: read from behind %s on, up to where the history knows other logs: what both have "
        "would "
        "count twice",
        source->path, date);
}
