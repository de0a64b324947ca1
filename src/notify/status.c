/* Reads reports for programs, field by field: delivery status (RFC 3464, RFC 6533) and feedback
 * (RFC 5965, 6591, 6650).
 *
 * Blocks of fields are parted by empty lines: of the message first, then of each recipient. Mailers
 * leave the empty lines out, or write more: a recipient begins with a field that he has already. */
#include "status.h"

#include "bouncelog/base/mailbox.h"
#include "bouncelog/model/operator.h"

#include "address.h"
#include "fields.h"
#include "parts.h"

struct notice_recipient *notice_add(struct notice *notice, enum notice_kind action,
                                    struct arena *arena)
{
    if (notice->recipient_count == NOTICE_RECIPIENTS_MAX) {
        notice->limits |= UINT32_C(1) << NOTICE_CUT_RECIPIENTS;
        return NULL;
    }
    /* It grows by doubling, in the arena: what was left there goes with it. */
    size_t count = notice->recipient_count;
    if ((count & (count - 1)) == 0) {
        struct notice_recipient *old = notice->recipients;
        notice->recipients = arena_alloc(arena, (count ? 2 * count : 1) * sizeof *old);
        if (count)
            memcpy(notice->recipients, old, count * sizeof *old);
    }
    struct notice_recipient *recipient = &notice->recipients[notice->recipient_count++];
    *recipient = (struct notice_recipient){SV_EMPTY, SV_EMPTY, action, SV_EMPTY, SV_EMPTY,
                                           SV_EMPTY, SV_EMPTY, false,  false};
    return recipient;
}

void notice_add_sender(struct notice *notice, sv field)
{
    sv address = address_of_words(field);
    bool known = !address.len || notice->sender_count == NOTICE_SENDERS_MAX;
    for (size_t i = 0; i < notice->sender_count && !known; i++)
        known = sv_eq(notice->senders[i], address);
    if (!known)
        notice->senders[notice->sender_count++] = address;
}

enum notice_kind notice_worst(const struct notice *notice)
{
    enum notice_kind worst = NOTICE_NONE;
    for (size_t i = 0; i < notice->recipient_count; i++) {
        enum notice_kind action = notice->recipients[i].action;
        if (worst == NOTICE_NONE || action < worst)
            worst = action;
    }
    return worst;
}

static bool begins_with_one_of(sv body, const char *const *names, size_t count)
{
    body = sv_trim(sv_sub(body, 0, 512));
    sv name = sv_trim(sv_cut(body, ':', &body));
    for (size_t i = 0; i < count; i++)
        if (sv_eq_nocase(name, sv_from(names[i])))
            return true;
    return false;
}

bool status_begins(sv body)
{
    static const char *const names[] = {
        "Reporting-MTA",     "Original-Envelope-Id", "Final-Recipient",   "DSN-Gateway",
        "Received-From-MTA", "Arrival-Date",         "Original-Recipient"};
    return begins_with_one_of(body, names, sizeof names / sizeof *names);
}

bool feedback_begins(sv body)
{
    static const char *const names[] = {"Feedback-Type"};
    return begins_with_one_of(body, names, 1);
}

/* RFC 3464, 2.3.3, and what others write. */
static enum notice_kind action_of(sv value)
{
    static const struct {
        const char *word;
        enum notice_kind action;
    } words[] = {
        {"failed", NOTICE_FAILED},         {"failure", NOTICE_FAILED},
        {"delayed", NOTICE_DELAYED},       {"deferred", NOTICE_DELAYED},
        {"deliverable", NOTICE_DELIVERED}, {"delivered", NOTICE_DELIVERED},
        {"relayed", NOTICE_RELAYED},       {"expanded", NOTICE_EXPANDED},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (sv_starts_nocase(value, sv_from(words[i].word)))
            return words[i].action;
    return NOTICE_NONE;
}

/* One recipient while his fields are read. */
struct block {
    sv final, original, actual /* or a program, a file */, status, diagnostic, diagnostic_type,
        remote;
    enum notice_kind action;
    bool open;
};

static const struct block no_block = {SV_EMPTY, SV_EMPTY, SV_EMPTY,    SV_EMPTY, SV_EMPTY,
                                      SV_EMPTY, SV_EMPTY, NOTICE_NONE, false};

static enum notice_kind action_of_block(const struct block *block)
{
    if (block->action != NOTICE_NONE || !block->status.len)
        return block->action;
    return block->status.ptr[0] == '5'   ? NOTICE_FAILED
           : block->status.ptr[0] == '4' ? NOTICE_DELAYED
                                         : NOTICE_DELIVERED;
}

/* It went on to another server, which refused it. */
static bool is_elsewhere(sv remote, sv reporter)
{
    return remote.len && !sv_eq_nocase(remote, reporter) &&
           !sv_eq_nocase(remote, SV("localhost")) && !sv_starts(remote, SV("127."));
}

/* sendmail names a mailbox of its own host by that host's name, or by none. */
static bool is_mailbox_of(const struct block *block, sv address, sv reporter)
{
    sv actual = block->actual;
    size_t at = sv_rfind_byte(actual, '@'), end = sv_rfind_byte(address, '@');
    if (mailbox_same(actual, address))
        return true;
    if (end == SV_NPOS || is_elsewhere(block->remote, reporter) ||
        !sv_eq_nocase(sv_sub(actual, 0, at), sv_sub(address, 0, end)))
        return false;
    return at == SV_NPOS || operator_is_own(sv_skip(actual, at + 1), sv_skip(address, end + 1));
}

static void close_block(struct block *block, struct arena *arena, struct notice *notice)
{
    enum notice_kind action = action_of_block(block);
    sv final = block->final.len ? block->final : block->original;
    struct notice_recipient *recipient =
        action != NOTICE_NONE && final.len ? notice_add(notice, action, arena) : NULL;
    if (recipient) {
        recipient->final = final;
        recipient->original = block->original;
        recipient->only_original = !block->final.len;
        recipient->went_on =
            block->actual.len && !is_mailbox_of(block, final, notice->reporting_mta);
        recipient->status = block->status;
        recipient->diagnostic = block->diagnostic;
        recipient->diagnostic_type = block->diagnostic_type;
        recipient->remote_mta = block->remote;
    } else if (action == NOTICE_FAILED && notice->kind == NOTICE_NONE) {
        notice->kind = NOTICE_FAILED; /* somebody failed, and nobody says who */
    }
    *block = no_block;
}

/* "dns; mx.example.com. (192.0.2.7, ...)", "dns; mx.example.com [192.0.2.7]": the name. */
static sv host_of(sv field, sv *type)
{
    sv rest, host = sv_cut(typed_value(field, type), ' ', &rest);
    return host.len && host.ptr[host.len - 1] == '.' ? sv_sub(host, 0, host.len - 1) : host;
}

static void read_message_field(struct field_reader *at, struct notice *notice)
{
    sv type;
    if (sv_eq_nocase(at->name, SV("Reporting-MTA")) && !notice->reporting_mta.len) {
        notice->reporting_mta = host_of(at->value, &type);
        notice->reporting_mta_type = type;
    } else if (sv_eq_nocase(at->name, SV("Original-Envelope-Id")) && !notice->envelope_id.len) {
        notice->envelope_id = xtext_undone(at->value, at->arena);
    } else if (sv_eq_nocase(at->name, SV("Arrival-Date")) && notice->arrival == INT64_MIN) {
        notice->arrival = parts_date(at->value);
    }
}

static void read_recipient_field(struct field_reader *at, struct block *block)
{
    sv type;
    if (sv_eq_nocase(at->name, SV("Final-Recipient")))
        block->final = address_of_field(at->value, false, at->arena);
    else if (sv_eq_nocase(at->name, SV("Original-Recipient")))
        block->original = address_of_field(at->value, true, at->arena);
    else if (sv_eq_nocase(at->name, SV("Action")))
        block->action = action_of(at->value);
    else if (sv_eq_nocase(at->name, SV("Status")))
        block->status = status_at_start(at->value);
    else if (sv_eq_nocase(at->name, SV("Diagnostic-Code")) && !block->diagnostic.len)
        block->diagnostic = typed_value(at->value, &block->diagnostic_type);
    else if (sv_eq_nocase(at->name, SV("X-Actual-Recipient"))) { /* sendmail's */
        sv address = address_of_field(at->value, false, at->arena);
        block->actual = address.len ? address : typed_value(at->value, &type);
    } else if (sv_eq_nocase(at->name, SV("Remote-MTA")))
        block->remote = host_of(at->value, &type);
    else
        return;
    block->open = true;
}

void status_read(sv body, struct arena *arena, struct notice *notice)
{
    struct field_reader at = {body, arena, &notice->limits, SV_EMPTY, SV_EMPTY};
    struct block block = no_block;
    while (at.rest.len) {
        while (fields_next(&at)) {
            bool again = (sv_eq_nocase(at.name, SV("Final-Recipient")) && block.final.len) ||
                         (sv_eq_nocase(at.name, SV("Original-Recipient")) && block.original.len &&
                          block.final.len);
            if (again)
                close_block(&block, arena, notice);
            read_message_field(&at, notice);
            read_recipient_field(&at, &block);
        }
        if (block.open)
            close_block(&block, arena, notice);
    }
    if (notice->recipient_count)
        notice->kind = notice_worst(notice);
}

static enum feedback feedback_of(sv value)
{
    sv comment, word = sv_trim(sv_cut(sv_trim(value), ' ', &comment));
    enum feedback feedback;
    if (sv_eq_nocase(word, SV("opt-out-list")) || sv_eq_nocase(word, SV("unsubscribe")))
        return FEEDBACK_OPT_OUT;
    if (sv_eq_nocase(word, SV("not_spam")) || sv_eq_nocase(word, SV("notspam")))
        return FEEDBACK_NOT_SPAM;
    for (feedback = FEEDBACK_ABUSE; feedback < FEEDBACK_COUNT; feedback++)
        if (sv_eq_nocase(word, feedback_name(feedback)))
            return feedback;
    return FEEDBACK_OTHER; /* RFC 5965, 3.5: types may be added, and mean no less */
}

void feedback_read(sv body, struct arena *arena, struct notice *notice)
{
    struct field_reader at = {body, arena, &notice->limits, SV_EMPTY, SV_EMPTY};
    notice->kind = NOTICE_COMPLAINT;
    notice->feedback = FEEDBACK_OTHER;
    sv type;
    while (at.rest.len) {
        while (fields_next(&at)) {
            if (sv_eq_nocase(at.name, SV("Feedback-Type")))
                notice->feedback = feedback_of(at.value);
            else if (sv_eq_nocase(at.name, SV("Original-Mail-From")))
                notice_add_sender(notice, at.value);
            else if (sv_eq_nocase(at.name, SV("Source-IP")))
                notice->source_ip = at.value;
            else if (sv_eq_nocase(at.name, SV("Original-Envelope-Id")))
                notice->envelope_id = at.value;
            else if (sv_eq_nocase(at.name, SV("Arrival-Date")) ||
                     sv_eq_nocase(at.name, SV("Received-Date")))
                notice->arrival = parts_date(at.value);
            else if (sv_eq_nocase(at.name, SV("Reporting-MTA")))
                notice->reporting_mta = host_of(at.value, &notice->reporting_mta_type);
            if (!sv_eq_nocase(at.name, SV("Original-Rcpt-To")))
                continue;
            sv address = address_of_words(typed_value(at.value, &type));
            struct notice_recipient *recipient =
                address.len ? notice_add(notice, NOTICE_COMPLAINT, arena) : NULL;
            if (recipient)
                recipient->final = recipient->original = address;
        }
    }
}
