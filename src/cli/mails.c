/* Reads mailboxes before the logs are read, and keeps what each notice says of each recipient: the
 * reply that it quotes is read by the grammar of replies. Only failures for good and complaints are
 * kept; a warning that a mail is late, or a note that somebody is away, says nothing. */
#include "mails.h"

#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/notify/notice.h"
#include "bouncelog/parse/parse.h"
#include "mailboxes.h"

enum { WORDS_MAX = 2000 };

struct reading {
    struct mails *mails;
    const struct tag_keys *tags;
    struct notice_reader *reader;
    struct parser *parser;
    struct records records;
    struct arena arena;                          /* of one mail */
    sv file;                                     /* its last path, in the arena that stays... */
    sv reporter, source_host, source_ip, server; /* ...and what its recipients share */
    bool complete;                               /* nothing that counts was cut off */
};

static sv keep(struct reading *reading, sv text)
{
    return text.len ? arena_copy(&reading->mails->texts, sv_sub(text, 0, WORDS_MAX)) : SV_EMPTY;
}

/* A folder's mails have names of their own, those of an mbox share one. */
static sv keep_file(struct reading *reading, sv file)
{
    if (!sv_eq(reading->file, file))
        reading->file = arena_copy(&reading->mails->texts, file);
    return reading->file;
}

static void keep_shared(struct reading *reading, const struct notice *notice)
{
    reading->reporter = keep(reading, notice->reporting_mta);
    reading->source_host = keep(reading, notice->trace.host);
    reading->source_ip = keep(reading, notice->trace.ip);
    reading->server = keep(reading, notice->trace.by);
}

static void read_reply(struct reading *reading, sv words, struct late_notice *notice)
{
    words = sv_sub(words, 0, WORDS_MAX);
    char *padded = arena_alloc(&reading->arena, words.len + PARSE_SLACK);
    memset(sv_put(padded, words), 0, PARSE_SLACK);
    records_clear(&reading->records);
    parser_reply(reading->parser, MTA_UNKNOWN, sv_make(padded, words.len), &reading->records);
    const struct record *record = &reading->records.list[0];
    notice->said = (struct said){ORIGIN_REMOTE, record->said.stage, keep(reading, words)};
    notice->reply = (struct reply){record->reply.code, keep(reading, record->reply.enhanced),
                                   keep(reading, record->reply.text)};
}

/* The address that the mail had as its sender, if we made it for this recipient. */
static void find_tag(struct reading *reading, const struct notice *notice,
                     struct late_notice *fresh)
{
    for (size_t i = 0; i < notice->sender_count && fresh->recipient.len && !fresh->tag.len; i++)
        if (tag_holds(reading->tags, notice->senders[i], fresh->recipient, &fresh->tag_day))
            fresh->tag = keep(reading, notice->senders[i]);
}

static void add(struct reading *reading, const struct mail *mail, const struct notice *notice,
                const struct notice_recipient *recipient)
{
    struct mails *mails = reading->mails;
    struct late_notice fresh = {
        .went_on = recipient->went_on,
        .complaint = notice->kind == NOTICE_COMPLAINT,
        .refuser = keep(reading, recipient->remote_mta),
        .message_id = message_id_key(notice->returned.message_id),
        .recipient = keep(reading, recipient->only_original ? SV_EMPTY : recipient->final),
        .original = keep(reading, recipient->original),
        .time = notice->trace.time,
        .file = keep_file(reading, mail->file),
        .number = mail->number ? (int64_t)mail->number : 1,
        .dsn = keep(reading, recipient->status),
        .reporter = reading->reporter,
        .source_host = reading->source_host,
        .source_ip = reading->source_ip,
        .server = reading->server,
        .null_sender = notice->trace.null_sender,
    };
    find_tag(reading, notice, &fresh);
    if (fresh.complaint)
        fresh.reply.text = keep(reading, feedback_name(notice->feedback));
    else
        read_reply(reading, recipient->diagnostic.len ? recipient->diagnostic : recipient->status,
                   &fresh);
    mails->list = mem_room(mails->list, mails->counts.notices, sizeof *mails->list);
    mails->list[mails->counts.notices++] = fresh;
}

/* Most who pass complaints on take the recipient out; the tag may have him. Of a bounce that names
 * nobody he would be a guess: the mail may have gone on to somebody else. */
static void add_nameless(struct reading *reading, const struct mail *mail,
                         const struct notice *notice)
{
    char text[MAILBOX_MAX];
    int64_t day;
    sv name = SV_EMPTY;
    for (size_t i = 0; i < notice->sender_count && !name.len; i++)
        name = tag_recipient(reading->tags, notice->senders[i], text, &day);
    if (name.len)
        add(reading, mail, notice, &(struct notice_recipient){.final = name});
}

static bool counts(const struct notice *notice, const struct notice_recipient *recipient)
{
    if (notice->kind == NOTICE_COMPLAINT)
        return feedback_counts(notice->feedback);
    return recipient->action == NOTICE_FAILED;
}

/* What was left out of a bounce that names nobody, or too many, may have been what counts. */
static void note_cut(struct reading *reading, const struct mail *mail, const struct notice *notice,
                     size_t found)
{
    reading->mails->counts.cut++;
    bool many = notice->limits >> NOTICE_CUT_RECIPIENTS & 1;
    bool nameless = !found && (notice->kind == NOTICE_FAILED || notice->kind == NOTICE_COMPLAINT);
    if (!many && !nameless)
        return;
    say("%.*s: only the beginning of a bounce was read: it is too long, or has too many %s",
        SV_FMT(mail->file), many ? "recipients" : "parts");
    reading->complete = false;
}

static int read_one(void *context, const struct mail *mail)
{
    struct reading *reading = context;
    struct notice notice;
    struct mail_counts *totals = &reading->mails->counts;
    size_t before = totals->notices;
    arena_clear(&reading->arena);
    notice_read(reading->reader, mail->bytes, &reading->arena, &notice);
    keep_shared(reading, &notice);
    for (size_t i = 0; i < notice.recipient_count; i++)
        if (counts(&notice, &notice.recipients[i]))
            add(reading, mail, &notice, &notice.recipients[i]);
    if (notice.kind == NOTICE_COMPLAINT && !notice.recipient_count &&
        feedback_counts(notice.feedback))
        add_nameless(reading, mail, &notice);
    totals->mails++;
    totals->bounces += notice.kind == NOTICE_FAILED;
    totals->complaints += notice.kind == NOTICE_COMPLAINT && feedback_counts(notice.feedback);
    totals->nameless += notice.kind == NOTICE_FAILED && totals->notices == before;
    if (mail->cut || notice.limits)
        note_cut(reading, mail, &notice, totals->notices - before);
    return EXIT_DONE;
}

bool mails_read(struct mails *mails, const struct setup *setup)
{
    const struct options *options = setup->options;
    const struct patterns *patterns = &setup->patterns;
    const struct parser_options how = {.patterns = patterns, .only = MTA_UNKNOWN};
    struct reading reading = {.mails = mails, .tags = &setup->tags.keys, .complete = true};
    if (!options->mails.count)
        return true;
    reading.reader = notice_reader_new(patterns);
    if (!reading.reader) {
        say("this build cannot read mail (it was made without GMime)");
        return false;
    }
    notice_reader_own(reading.reader, options->relays.list, options->relays.count);
    reading.parser = parser_new(&how);
    bool all = mailboxes_each(options, read_one, &reading) == EXIT_DONE;
    notice_reader_free(reading.reader);
    parser_free(reading.parser);
    records_release(&reading.records);
    arena_release(&reading.arena);
    return all && reading.complete;
}

void mails_release(struct mails *mails)
{
    mem_free(mails->list);
    arena_release(&mails->texts);
    *mails = (struct mails){0};
}
