/* Reads one mail: reports for programs first, words for people where there is no report, or where
 * it leaves the reply out; at last whether some program has answered.
 *
 * A report counts in a multipart/report, or in a mail of a daemon whose labels are wrong: what a
 * person attaches or quotes is none. A notice that a program sent on as an attachment (a list, a
 * gateway) is read instead of the mail around it, once. */
#include "bouncelog/notify/notice.h"

#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/mem.h"
#include "fields.h"
#include "html.h"
#include "parts.h"
#include "status.h"
#include "trace.h"
#include "words.h"

struct notice_reader {
    const struct patterns *patterns;
    struct matcher *matcher;
    const sv *own;
    size_t own_count;
};

struct reading {
    struct notice_reader *reader;
    struct arena *arena;
    struct parts parts;
    struct words words;
    struct notice *notice;
    bool automatic; /* a program sent it */
    bool passed_on; /* it was attached to another mail */
};

#define NAME_TEXT(constant, name) name,

sv notice_limit_name(enum notice_limit limit)
{
    static const char *const names[] = {NOTICE_LIMITS(NAME_TEXT)};
    return sv_from(names[limit]);
}

sv feedback_name(enum feedback feedback)
{
    static const char *const names[] = {FEEDBACK_NAMES(NAME_TEXT)};
    return sv_from(names[feedback]);
}

const char *notice_library(void)
{
    return parts_library();
}

struct notice_reader *notice_reader_new(const struct patterns *patterns)
{
    if (!parts_library())
        return NULL;
    parts_begin();
    struct notice_reader *reader = mem_zero(1, sizeof *reader);
    reader->patterns = patterns;
    reader->matcher = matcher_new();
    return reader;
}

void notice_reader_free(struct notice_reader *reader)
{
    if (!reader)
        return;
    matcher_free(reader->matcher);
    mem_free(reader);
}

void notice_reader_own(struct notice_reader *reader, const sv *own, size_t count)
{
    reader->own = own;
    reader->own_count = count;
}

static sv header(struct reading *reading, sv name)
{
    return fields_first(reading->parts.head, name, reading->arena, &reading->notice->limits);
}

/* What came before the mail was stored, and what its writer says. */
static void read_envelope(struct reading *reading)
{
    static const char *const sent_to[] = {"Delivered-To", "X-Original-To", "Envelope-To", "To"};
    struct notice *notice = reading->notice;
    struct field_reader at = {reading->parts.head, reading->arena, &notice->limits, SV_EMPTY,
                              SV_EMPTY};
    while (fields_next(&at)) {
        if (sv_eq_nocase(at.name, SV("Return-Path")) && !notice->return_path.len)
            notice->return_path = at.value;
        else if (sv_eq_nocase(at.name, SV("From")) && !notice->from.len)
            notice->from = at.value;
        for (size_t i = 0; i < sizeof sent_to / sizeof *sent_to; i++)
            if (sv_eq_nocase(at.name, sv_from(sent_to[i])))
                notice_add_sender(notice, at.value);
    }
}

/* RFC 3834, section 5; RFC 2369; Precedence, which no RFC has and all lists write. */
static bool is_automatic(struct reading *reading)
{
    sv submitted = header(reading, SV("Auto-Submitted"));
    sv precedence = header(reading, SV("Precedence"));
    return reading->words.daemon || sv_eq(sv_trim(reading->notice->return_path), SV("<>")) ||
           (submitted.len && !sv_starts_nocase(submitted, SV("no"))) ||
           header(reading, SV("List-Id")).len || header(reading, SV("List-Post")).len ||
           header(reading, SV("X-List-Administrivia")).len ||
           sv_eq_nocase(precedence, SV("bulk")) || sv_eq_nocase(precedence, SV("list")) ||
           sv_eq_nocase(precedence, SV("junk"));
}

static const struct part *first_part(const struct parts *parts, enum part_kind kind)
{
    for (size_t i = 0; i < parts->count; i++)
        if (parts->list[i].kind == kind && parts->list[i].body.len)
            return &parts->list[i];
    return NULL;
}

/* The part with the report that `begins` knows, however it is labelled. */
static const struct part *find_report(struct reading *reading, enum part_kind kind,
                                      bool (*begins)(sv body))
{
    for (size_t i = 0; i < reading->parts.count; i++) {
        const struct part *part = &reading->parts.list[i];
        bool believed = part->in_report || reading->words.daemon;
        bool labelled = part->kind == kind;
        bool mislabelled = part->kind == PART_TEXT || part->kind == PART_OTHER ||
                           part->kind == PART_STATUS; /* headers are of strangers */
        if (believed && (labelled || (mislabelled && begins(part->body))))
            return part;
    }
    return NULL;
}

/* The notice's own words: the first part that people read. */
static void find_words(struct reading *reading, const struct part *report)
{
    const struct part *text = first_part(&reading->parts, PART_TEXT);
    const struct part *html = first_part(&reading->parts, PART_HTML);
    if (text && text != report && sv_trim(text->body).len)
        notice_words_split(&reading->words, text->body);
    else if (html && html != report)
        notice_words_split(&reading->words, html_text(html->body, reading->arena));
}

static void read_returned_fields(struct reading *reading, sv block)
{
    struct notice_returned *returned = &reading->notice->returned;
    struct field_reader at = {block, reading->arena, &reading->notice->limits, SV_EMPTY, SV_EMPTY};
    while (fields_next(&at)) {
        returned->there = true;
        if (sv_eq_nocase(at.name, SV("Message-ID")))
            returned->message_id = at.value;
        else if (sv_eq_nocase(at.name, SV("Return-Path")))
            notice_add_sender(reading->notice, at.value);
        else if (sv_eq_nocase(at.name, SV("CFBL-Address")))
            returned->cfbl_address = at.value;
        else if (sv_eq_nocase(at.name, SV("CFBL-Feedback-ID")))
            returned->cfbl_feedback_id = at.value;
    }
}

/* The headers of the mail that came back: a part of their own, else behind the words. */
static void read_returned(struct reading *reading)
{
    const struct part *part = first_part(&reading->parts, PART_RETURNED);
    if (!part)
        part = first_part(&reading->parts, PART_HEADERS);
    sv mail = part ? part->body : reading->words.quoted;
    if (!part && !fields_begin(mail))
        return;
    sv block = fields_head(mail, &reading->notice->limits);
    reading->words.returned = block;
    read_returned_fields(reading, block);
}

/* A report may leave out the reply that the words have. */
static void fill_replies(struct reading *reading)
{
    struct notice *notice = reading->notice;
    bool lacks = false;
    for (size_t i = 0; i < notice->recipient_count; i++)
        lacks |= !notice->recipients[i].diagnostic.len;
    if (!lacks)
        return;
    struct notice words = {.kind = NOTICE_NONE, .form = SV_EMPTY, .arrival = INT64_MIN};
    reading->words.daemon = true; /* the report has shown it */
    if (!notice_words_read(&reading->words, &words))
        return;
    notice->form = words.form;
    notice->limits |= words.limits;
    for (size_t i = 0; i < notice->recipient_count; i++)
        for (size_t j = 0; j < words.recipient_count; j++) {
            struct notice_recipient *recipient = &notice->recipients[i];
            const struct notice_recipient *said = &words.recipients[j];
            if (!recipient->diagnostic.len && (mailbox_same(recipient->final, said->final) ||
                                               mailbox_same(recipient->original, said->final)))
                recipient->diagnostic = said->diagnostic;
        }
}

static bool is_receipt(const struct parts *parts)
{
    if (first_part(parts, PART_RECEIPT))
        return true;
    for (size_t i = 0; i < parts->count; i++)
        if (sv_eq(parts->list[i].report_type, SV("disposition-notification")))
            return true;
    return false;
}

static bool is_status_report(const struct parts *parts)
{
    for (size_t i = 0; i < parts->count; i++)
        if (sv_eq(parts->list[i].report_type, SV("delivery-status")))
            return true;
    return false;
}

/* Whom the mail was sent to, the report says or nobody: many hide it, and To proves nothing. */
static void read_complaint(struct reading *reading, const struct part *report)
{
    feedback_read(report->body, reading->arena, reading->notice);
    find_words(reading, report);
    read_returned(reading);
}

static void read_status(struct reading *reading, const struct part *report)
{
    struct notice *notice = reading->notice;
    status_read(report->body, reading->arena, notice);
    find_words(reading, report);
    read_returned(reading);
    if (notice->recipient_count) {
        fill_replies(reading);
        return;
    }
    reading->words.daemon = true;
    bool failed = notice->kind == NOTICE_FAILED;
    if (!notice_words_read(&reading->words, notice) || failed)
        notice->kind = NOTICE_FAILED;
}

static void read_words(struct reading *reading)
{
    find_words(reading, NULL);
    read_returned(reading);
    if (is_status_report(&reading->parts))
        reading->words.daemon = true;
    if (notice_words_read(&reading->words, reading->notice))
        return;
    if (is_status_report(&reading->parts))
        reading->notice->kind = NOTICE_FAILED;
    else
        reading->notice->returned = (struct notice_returned){.there = false};
}

/* RFC 8098; a server that refuses on behalf of its user may do so with a receipt (RFC 5429), too.
 */
static void read_receipt(struct reading *reading)
{
    read_words(reading);
    if (reading->notice->kind > NOTICE_DELAYED)
        reading->notice->kind = NOTICE_AUTO_REPLY;
}

static void read_mail(struct reading *reading, sv mail);

/* The only mail that is attached to one that a program sent; NULL: there are more, or none. */
static const struct part *passed_on(const struct reading *reading)
{
    const struct part *found = NULL;
    bool bare = reading->parts.count == 1;
    for (size_t i = 0; i < reading->parts.count; i++) {
        if (reading->parts.list[i].kind != PART_RETURNED)
            continue;
        if (found)
            return NULL;
        found = &reading->parts.list[i];
    }
    return found && (bare || reading->automatic) ? found : NULL;
}

static void read_passed_on(struct reading *reading)
{
    const struct part *part = reading->passed_on ? NULL : passed_on(reading);
    if (!part)
        return;
    struct notice inside = {.kind = NOTICE_NONE};
    struct reading inner = {
        .reader = reading->reader, .arena = reading->arena, .notice = &inside, .passed_on = true};
    read_mail(&inner, part->body);
    if (inside.kind > NOTICE_COMPLAINT)
        return;
    inside.limits |= reading->notice->limits;
    inside.forwarded = true;
    for (size_t i = 0; i < reading->notice->sender_count; i++)
        notice_add_sender(&inside, reading->notice->senders[i]);
    inside.return_path = reading->notice->return_path;
    inside.trace = reading->notice->trace;
    *reading->notice = inside;
}

/* Does a line say `words` of an address, with nothing in front but blanks, `(` or "ultimately "? */
static bool says_of_address(sv text, sv words)
{
    for (size_t at; (at = sv_find(text, words)) != SV_NPOS; text = sv_skip(text, at + words.len)) {
        size_t line = sv_rfind_byte(sv_sub(text, 0, at), '\n');
        sv before = sv_trim(sv_sub(text, line == SV_NPOS ? 0 : line + 1, at));
        sv behind = sv_skip(text, at + words.len), rest;
        if (sv_starts(before, SV("(")))
            before = sv_skip(before, 1);
        sv name = sv_cut(sv_cut(behind, '\n', &rest), ' ', &rest);
        if ((!before.len || sv_eq(before, SV("ultimately"))) && sv_find_byte(name, '@') != SV_NPOS)
            return true;
    }
    return false;
}

/* Exim (src/deliver.c, print_address_information: "(ultimately generated from", and "generated by"
 * of pipes and files) and sendmail (savemail.c, with PrivacyOptions=noactualrecipient) report an
 * address that led to another one as if it had failed itself; only their words say so. */
static void mark_sent_on(struct reading *reading)
{
    struct notice *notice = reading->notice;
    sv text = reading->words.text;
    if (!says_of_address(text, SV("generated from ")) &&
        !says_of_address(text, SV("generated by ")) &&
        !says_of_address(text, SV("expanded from: ")))
        return;
    for (size_t i = 0; i < notice->recipient_count; i++)
        notice->recipients[i].went_on = true;
}

static void read_mail(struct reading *reading, sv mail)
{
    struct notice *notice = reading->notice;
    *notice = (struct notice){.kind = NOTICE_NONE, .form = SV_EMPTY, .arrival = INT64_MIN};
    parts_read(mail, reading->arena, &reading->parts);
    notice->limits = reading->parts.limits;
    reading->words = (struct words){.patterns = reading->reader->patterns,
                                    .matcher = reading->reader->matcher,
                                    .arena = reading->arena,
                                    .head = reading->parts.head};
    read_envelope(reading);
    trace_read(reading->parts.head, reading->reader->own, reading->reader->own_count,
               reading->arena, &notice->trace, &notice->limits);
    reading->words.daemon = notice_words_daemon(&reading->words, notice->from);
    reading->automatic = is_automatic(reading);
    const struct part *feedback = find_report(reading, PART_FEEDBACK, feedback_begins);
    const struct part *status = find_report(reading, PART_STATUS, status_begins);
    if (feedback)
        read_complaint(reading, feedback);
    else if (is_receipt(&reading->parts))
        read_receipt(reading);
    else if (status)
        read_status(reading, status);
    else
        read_words(reading);
    mark_sent_on(reading);
    if (notice->kind == NOTICE_NONE)
        read_passed_on(reading);
}

void notice_read(struct notice_reader *reader, sv mail, struct arena *arena, struct notice *notice)
{
    struct reading reading = {.reader = reader, .arena = arena, .notice = notice};
    read_mail(&reading, mail);
}
