/* bouncelog explain --mail: what bounces, warnings and complaints say, recipient by recipient.
 *
 * The reply that a notice quotes is judged as one of a log is, by the same grammar and rules; where
 * it has no code, the status of the report decides, as dsn= does in a log. A mail that is no notice
 * gives its kind alone, so that each mail gives at least one result. */
#include <stdio.h>

#include "bouncelog/base/text.h"
#include "bouncelog/notify/notice.h"
#include "bouncelog/output/output.h"
#include "explain.h"
#include "mailboxes.h"
#include "tags.h"

struct mails {
    struct explain *explain;
    struct notice_reader *reader;
    struct tags tags;
    struct arena arena; /* of one mail */
    struct buf name, limits;
    bool cut;
};

static enum severity severity_of(const struct record *attempt, sv status)
{
    if (attempt->reply.code / 100 == 4 || attempt->reply.code / 100 == 5)
        return attempt->reply.code / 100 == 4 ? SEVERITY_TRANSIENT : SEVERITY_PERMANENT;
    if (status.len)
        return status.ptr[0] == '4' ? SEVERITY_TRANSIENT : SEVERITY_PERMANENT;
    return attempt->outcome == OUTCOME_DEFERRED ? SEVERITY_TRANSIENT : SEVERITY_PERMANENT;
}

/* An attempt as the log of the reporting server would have had it. */
static struct event judge(struct mails *mails, const struct notice_recipient *recipient)
{
    struct explain *explain = mails->explain;
    sv words = recipient->diagnostic.len ? recipient->diagnostic : recipient->status;
    char *padded = arena_alloc(&mails->arena, words.len + PARSE_SLACK);
    memset(sv_put(padded, words), 0, PARSE_SLACK);
    records_clear(&explain->records);
    parser_reply(explain->parser, explain->mta, sv_make(padded, words.len), &explain->records);
    struct record *attempt = &explain->records.list[0];
    attempt->outcome = recipient->action == NOTICE_FAILED ? OUTCOME_BOUNCED : OUTCOME_DEFERRED;
    attempt->severity = severity_of(attempt, recipient->status);
    attempt->dsn = recipient->status;
    attempt->recipient = recipient->final;
    if (!attempt->relay.host.len)
        attempt->relay.host = recipient->remote_mta;
    return explain_judge(explain, attempt);
}

static void add_limits(struct mails *mails, const struct notice *notice)
{
    buf_clear(&mails->limits);
    for (enum notice_limit limit = 0; limit < NOTICE_LIMIT_COUNT; limit++)
        if (notice->limits >> limit & 1)
            buf_printf(&mails->limits, "%s%.*s", mails->limits.len ? " " : "",
                       SV_FMT(notice_limit_name(limit)));
    mails->cut |= mails->limits.len > 0;
}

/* Whom our mail was for, if it had a tag: this recipient, or one who stands in the tag. */
static sv signed_for(struct mails *mails, const struct notice *notice, sv recipient)
{
    char text[MAILBOX_MAX];
    int64_t day;
    sv name = SV_EMPTY;
    for (size_t i = 0; i < notice->sender_count && !name.len; i++) {
        sv sender = notice->senders[i];
        name = tag_holds(&mails->tags.keys, sender, recipient, &day)
                   ? recipient
                   : tag_recipient(&mails->tags.keys, sender, text, &day);
    }
    return arena_copy(&mails->arena, name);
}

static struct bounce_keys keys_of(struct mails *mails, const struct notice *notice,
                                  const struct notice_recipient *recipient)
{
    static const struct notice_recipient nobody = {
        SV_EMPTY, SV_EMPTY, NOTICE_NONE, SV_EMPTY, SV_EMPTY, SV_EMPTY, SV_EMPTY, false, false};
    if (!recipient)
        recipient = &nobody;
    return (struct bounce_keys){
        .mail = buf_sv(&mails->name),
        .kind = notice_kind_name(recipient == &nobody ? notice->kind : recipient->action),
        .final_recipient = recipient->final,
        .original_recipient = recipient->original,
        .status = recipient->status,
        .message_id = notice->returned.message_id,
        .reporting_mta = notice->reporting_mta,
        .remote_mta = recipient->remote_mta,
        .envelope_id = notice->envelope_id,
        .feedback = notice->feedback == FEEDBACK_NONE ? SV_EMPTY : feedback_name(notice->feedback),
        .form = notice->form,
        .signed_for = signed_for(mails, notice, recipient->final),
        .limits = buf_sv(&mails->limits)};
}

static void add_readable(struct mails *mails, const struct bounce_keys *keys,
                         const struct event *event, sv shape)
{
    struct buf *out = &mails->explain->out;
    explain_field(out, "mail", keys->mail);
    explain_field(out, "kind", keys->kind);
    explain_field(out, "recipient", keys->final_recipient);
    if (keys->original_recipient.len)
        explain_field(out, "original", keys->original_recipient);
    if (keys->feedback.len)
        explain_field(out, "feedback", keys->feedback);
    explain_field(out, "status", keys->status);
    explain_field(out, "reporter", keys->reporting_mta);
    explain_field(out, "message", keys->message_id);
    if (keys->signed_for.len)
        explain_field(out, "made for", keys->signed_for);
    if (keys->limits.len)
        explain_field(out, "not read", keys->limits);
    if (event)
        explain_readable(mails->explain, event, shape);
    buf_add_byte(out, '\n');
}

static void add_result(struct mails *mails, const struct notice *notice,
                       const struct notice_recipient *recipient)
{
    struct explain *explain = mails->explain;
    struct bounce_keys keys = keys_of(mails, notice, recipient);
    bool failed = recipient && recipient->action <= NOTICE_DELAYED;
    struct event event;
    sv shape = SV_EMPTY;
    if (failed) {
        event = judge(mails, recipient);
        shape = classifier_shape(explain->classifier);
    }
    if (explain->options->json)
        output_bounce(&explain->out, &keys, failed ? &event : NULL, shape,
                      &explain->patterns.taxonomy);
    else
        add_readable(mails, &keys, failed ? &event : NULL, shape);
}

static int explain_one(void *context, const struct mail *mail)
{
    struct mails *mails = context;
    struct notice notice;
    struct explain *explain = mails->explain;
    arena_clear(&mails->arena);
    notice_read(mails->reader, mail->bytes, &mails->arena, &notice);
    if (mail->cut)
        notice.limits |= UINT32_C(1) << NOTICE_CUT_MAIL;
    add_limits(mails, &notice);
    buf_clear(&mails->name);
    buf_add(&mails->name, mail->file);
    if (mail->number)
        buf_printf(&mails->name, ":%llu", (unsigned long long)mail->number);
    for (size_t i = 0; i < notice.recipient_count; i++)
        add_result(mails, &notice, &notice.recipients[i]);
    if (!notice.recipient_count)
        add_result(mails, &notice, NULL);
    int code = print_result(buf_sv(&explain->out));
    buf_clear(&explain->out);
    return code;
}

int explain_mail(struct explain *explain)
{
    struct mails mails = {.explain = explain, .reader = notice_reader_new(&explain->patterns)};
    if (!mails.reader) {
        say("this build cannot read mail (it was made without GMime)");
        return EXIT_USAGE;
    }
    struct err err;
    int code = tags_read(&mails.tags, explain->options, &err) < 0
                   ? fail(&err)
                   : mailboxes_each(explain->options, explain_one, &mails);
    tags_release(&mails.tags);
    notice_reader_free(mails.reader);
    arena_release(&mails.arena);
    buf_release(&mails.name);
    buf_release(&mails.limits);
    return code;
}
