/* Reads what a mailer wrote for people. A form asks headers of the notice, then looks for the
 * sentence with which the mailer begins, then for one recipient after the other behind it.
 *
 * Only the notice's own words are looked at: they end where a mail that came back begins, since a
 * stranger wrote what is there. A recipient is taken from the place where the form has it, never
 * from anywhere else. */
#include "words.h"

#include "address.h"
#include "bouncelog/base/mailbox.h"
#include "fields.h"
#include "status.h"

enum { TEXT_MAX = 64 * 1024, BEGIN_WITHIN = 6 * 1024, DIAGNOSTIC_MAX = 4096 };

static bool matches(struct words *words, const struct regex *regex, sv text, struct notice *notice)
{
    enum regex_result result = regex_match(regex, words->matcher, text);
    if (result == REGEX_LIMIT)
        notice->limits |= UINT32_C(1) << NOTICE_CUT_MATCH;
    return result == REGEX_YES;
}

static size_t match_end(const struct words *words)
{
    return matcher_start(words->matcher) + matcher_length(words->matcher);
}

void notice_words_split(struct words *words, sv text)
{
    const struct patterns *patterns = words->patterns;
    size_t begins = text.len, ends = text.len;
    sv looked = sv_sub(text, 0, TEXT_MAX);
    for (size_t i = 0; i < patterns->returned_count; i++)
        if (regex_match(patterns->returned[i].regex, words->matcher, sv_sub(looked, 0, begins)) ==
            REGEX_YES) {
            begins = matcher_start(words->matcher);
            ends = match_end(words);
        }
    words->text = sv_sub(looked, 0, begins);
    words->quoted = sv_sub(text, ends, text.len);
    while (words->quoted.len &&
           strchr("\r\n \t", words->quoted.ptr[0] ? words->quoted.ptr[0] : 'x'))
        words->quoted = sv_skip(words->quoted, 1);
}

bool notice_words_daemon(const struct words *words, sv from)
{
    size_t open = sv_rfind_byte(from, '<');
    if (open != SV_NPOS && sv_rfind_byte(from, '>') != SV_NPOS)
        from = sv_sub(from, open + 1, sv_rfind_byte(from, '>'));
    from = sv_trim(from);
    for (size_t i = 0; i < words->patterns->daemon_count; i++)
        if (regex_match(words->patterns->daemons[i].regex, words->matcher, from) == REGEX_YES)
            return true;
    return false;
}

static bool headers_fit(struct words *words, const struct notice_form *form, struct notice *notice)
{
    bool asks_sender = false;
    for (size_t i = 0; i < form->when_count; i++) {
        const struct notice_condition *when = &form->when[i];
        sv value = fields_first(words->head, when->header, words->arena, &notice->limits);
        asks_sender |= sv_eq_nocase(when->header, SV("From"));
        if (!value.len || !matches(words, when->regex, parts_decoded(value, words->arena), notice))
            return false;
    }
    return asks_sender || words->daemon || form->kind > NOTICE_COMPLAINT;
}

/* One line: what is folded in a text for people is folded for its width alone. */
static sv on_one_line(sv text, struct arena *arena)
{
    text = sv_trim(sv_sub(text, 0, DIAGNOSTIC_MAX));
    char *copy = arena_alloc(arena, text.len + 1), *to = copy;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (!blank)
            *to++ = c;
        else if (to > copy && to[-1] != ' ')
            *to++ = ' ';
    }
    return sv_trim(sv_make(copy, (size_t)(to - copy)));
}

static struct notice_recipient *find(struct notice *notice, sv address)
{
    for (size_t i = 0; i < notice->recipient_count; i++)
        if (mailbox_same(notice->recipients[i].final, address))
            return &notice->recipients[i];
    return NULL;
}

static void say(struct words *words, struct notice_recipient *recipient, sv text, sv dsn)
{
    if (!recipient->diagnostic.len)
        recipient->diagnostic = on_one_line(text, words->arena);
    if (!recipient->status.len)
        recipient->status = dsn.len ? status_at_start(dsn) : status_of_reply(recipient->diagnostic);
}

/* What the last match of the pattern says about a recipient. */
static void take(struct words *words, const struct notice_form *form, const struct regex *regex,
                 struct notice *notice)
{
    const struct matcher *m = words->matcher;
    sv address = address_of_words(matcher_field(m, regex, FIELD_RECIPIENT));
    sv host = matcher_field(m, regex, FIELD_HOST),
       relay = matcher_field(m, regex, FIELD_RELAY_HOST);
    sv text = matcher_field(m, regex, FIELD_TEXT), dsn = matcher_field(m, regex, FIELD_DSN);
    sv original = address_of_words(matcher_field(m, regex, FIELD_ORIGINAL));
    if (host.len && !notice->reporting_mta.len)
        notice->reporting_mta = sv_trim(host);
    if (!address.len)
        return;
    struct notice_recipient *recipient = find(notice, address);
    if (!recipient)
        recipient = notice_add(notice, form->kind, words->arena);
    if (!recipient)
        return;
    if (!recipient->final.len)
        recipient->final = address;
    if (original.len)
        recipient->original = original;
    if (relay.len)
        recipient->remote_mta = sv_trim(relay);
    say(words, recipient, text, dsn);
}

/* Who the mail was for, as a header says: X-Failed-Recipients and its like. What has quotes cannot
 * be parted by commas: "a,joe@example.com"@example.net is not joe. */
static void take_header(struct words *words, const struct notice_form *form, sv block, sv name,
                        struct notice *notice)
{
    struct field_reader at = {block, words->arena, &notice->limits, SV_EMPTY, SV_EMPTY};
    while (name.len && fields_next(&at)) {
        bool list = sv_eq_nocase(at.name, name) && sv_find_byte(at.value, '"') == SV_NPOS;
        sv rest = list ? at.value : SV_EMPTY;
        while (rest.len) {
            sv address = address_of_words(sv_cut(rest, ',', &rest));
            if (!address.len || find(notice, address))
                continue;
            struct notice_recipient *recipient = notice_add(notice, form->kind, words->arena);
            if (!recipient)
                return;
            recipient->final = address;
        }
    }
}

static void take_items(struct words *words, const struct notice_form *form, sv text,
                       struct notice *notice)
{
    for (size_t count = 0; text.len && matches(words, form->item, text, notice); count++) {
        size_t end = match_end(words);
        take(words, form, form->item, notice);
        if (!end || count == NOTICE_RECIPIENTS_MAX) {
            if (end)
                notice->limits |= UINT32_C(1) << NOTICE_CUT_RECIPIENTS;
            return;
        }
        /* The next one begins on a line of its own. */
        sv rest = sv_skip(text, end - 1);
        size_t line = sv_find_byte(rest, '\n');
        text = line == SV_NPOS ? SV_EMPTY : sv_skip(rest, line + 1);
    }
}

/* The reply that stands apart from the recipients, which is about all of them. */
static void take_reply(struct words *words, const struct notice_form *form, sv text,
                       struct notice *notice)
{
    if (!form->reply || !matches(words, form->reply, text, notice))
        return;
    sv reply = matcher_field(words->matcher, form->reply, FIELD_TEXT);
    sv dsn = matcher_field(words->matcher, form->reply, FIELD_DSN);
    for (size_t i = 0; i < notice->recipient_count; i++)
        say(words, &notice->recipients[i], reply, dsn);
}

static bool read_form(struct words *words, const struct notice_form *form, struct notice *notice)
{
    sv text = words->text;
    if (!headers_fit(words, form, notice))
        return false;
    if (form->begin) {
        if (!matches(words, form->begin, text, notice) ||
            matcher_start(words->matcher) > BEGIN_WITHIN)
            return false;
        size_t end = match_end(words);
        take_header(words, form, words->head, form->header, notice);
        if (regex_fields(form->begin)) /* headers are read without the matcher */
            take(words, form, form->begin, notice);
        text = sv_skip(text, end);
        if (form->end && matches(words, form->end, text, notice))
            text = sv_sub(text, 0, matcher_start(words->matcher));
    } else {
        take_header(words, form, words->head, form->header, notice);
    }
    take_header(words, form, words->returned, form->returned, notice);
    if (form->item)
        take_items(words, form, text, notice);
    take_reply(words, form, form->begin ? text : words->text, notice);
    notice->kind = form->kind;
    notice->form = form->name;
    if (form->kind == NOTICE_COMPLAINT && notice->feedback == FEEDBACK_NONE)
        notice->feedback = FEEDBACK_ABUSE;
    return true;
}

bool notice_words_read(struct words *words, struct notice *notice)
{
    for (size_t i = 0; i < words->patterns->notice_count; i++)
        if (read_form(words, &words->patterns->notices[i], notice))
            return true;
    return false;
}
