/* Reads the Received fields from the top (RFC 5321, 4.4), as far as servers of ours wrote them:
 * each names who handed the mail in, and the first that is none of ours is whom we look for. What
 * stands below that was there when the mail came, and anybody may have written it; so does what
 * stands below a field that cannot be read. A name counts where the server looked it up (Postfix
 * smtpd/smtpd.c, sendmail headers.c, Exim src/receive.c and host.c), never the greeting: from HELO
 * (NAME [192.0.2.7]); from NAME ([192.0.2.7] helo=HELO) and from [192.0.2.7] (helo=HELO) of Exim
 * alone; from HELO (192.0.2.7) of Exchange, without a name. Hops of our own: this machine
 * (loopback), LMTP, and whom the user has named. */
#include "trace.h"

#include <arpa/inet.h>
#include <string.h>

#include "bouncelog/base/text.h"
#include "fields.h"
#include "parts.h"

enum { ADDRESS_MAX = 64 };

struct hop {
    sv host, ip;
};

static bool is_address(sv text)
{
    char bytes[ADDRESS_MAX];
    unsigned char parsed[16];
    if (!text.len || text.len >= sizeof bytes)
        return false;
    *sv_put(bytes, text) = 0;
    return inet_pton(AF_INET, bytes, parsed) == 1 || inet_pton(AF_INET6, bytes, parsed) == 1;
}

static sv untagged(sv text)
{
    return sv_starts_nocase(text, SV("IPv6:")) ? sv_skip(text, strlen("IPv6:")) : text;
}

/* `[192.0.2.7]` or `[IPv6:2001:db8::7]` at the start; empty: none stands there. */
static sv literal(sv text)
{
    size_t end = sv_starts(text, SV("[")) ? sv_find_byte(text, ']') : SV_NPOS;
    sv address = end == SV_NPOS ? SV_EMPTY : untagged(sv_sub(text, 1, end));
    return is_address(address) ? address : SV_EMPTY;
}

static sv first_word(sv text)
{
    size_t end = sv_find_byte(text, ' ');
    return end == SV_NPOS ? text : sv_sub(text, 0, end);
}

static bool is_word(sv name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!is_alnum(name.ptr[i]) && sv_find_byte(SV("-._"), name.ptr[i]) == SV_NPOS)
            return false;
    return name.len > 0;
}

static bool is_host(sv name)
{
    return is_word(name) && sv_find_byte(name, '.') != SV_NPOS;
}

/* What stands in the first parentheses is the server's own: none of these MTAs lets a client put
 * one into its greeting. An address in front of them may be the greeting, but for Exim's. */
static void read_clause(sv from, sv clause, bool exim, struct hop *hop)
{
    size_t bracket = sv_starts(clause, SV("[")) ? 0 : sv_rfind_byte(clause, '[');
    sv before = bracket == SV_NPOS ? SV_EMPTY : sv_trim(sv_sub(clause, 0, bracket));
    bool forged = sv_find(clause, SV("may be forged")) != SV_NPOS;
    if (exim && sv_starts(from, SV("["))) {
        hop->ip = literal(from);
    } else if (is_address(clause)) {
        hop->ip = clause;
    } else if (bracket != SV_NPOS && sv_find_byte(before, '=') == SV_NPOS) {
        hop->ip = literal(sv_skip(clause, bracket));
        sv name = before.len ? before : (exim ? first_word(from) : SV_EMPTY);
        hop->host = !forged && is_host(name) ? name : SV_EMPTY;
    }
}

/* What the client chose stands behind it: whom the mail is for. */
static sv before_recipient(sv field)
{
    size_t at = sv_find(field, SV(" for "));
    return at == SV_NPOS ? field : sv_sub(field, 0, at);
}

/* The host behind ` by `, which the server itself wrote. */
static sv server_of(sv field)
{
    size_t at = sv_find(field, SV(" by "));
    if (sv_starts_nocase(field, SV("by ")))
        return first_word(sv_skip(field, strlen("by ")));
    return at == SV_NPOS ? SV_EMPTY : first_word(sv_skip(field, at + strlen(" by ")));
}

/* A server of ours has handed it to another one, or to an agent: `from HOST by HOST with LMTP`. */
static bool is_lmtp(sv field)
{
    sv rest = sv_skip(field, strlen("from "));
    sv host = first_word(rest);
    rest = sv_skip(rest, host.len);
    if (!sv_starts_nocase(field, SV("from ")) || !is_word(host) || !sv_starts(rest, SV(" by ")))
        return false;
    rest = sv_skip(rest, strlen(" by "));
    rest = sv_skip(rest, first_word(rest).len);
    return sv_starts(rest, SV(" with LMTP")) || sv_starts(rest, SV(" (Dovecot) with LMTP"));
}

static void read_hop(sv field, struct hop *hop)
{
    sv ours = before_recipient(field);
    bool exim = sv_find(ours, SV(" (Exim ")) != SV_NPOS;
    *hop = (struct hop){SV_EMPTY, SV_EMPTY};
    if (!sv_starts_nocase(ours, SV("from ")))
        return;
    sv from = sv_trim(sv_skip(ours, strlen("from ")));
    size_t open = sv_find_byte(from, '(');
    sv clause = open == SV_NPOS ? SV_EMPTY : sv_skip(from, open + 1);
    size_t close = sv_find_byte(clause, ')');
    read_clause(from, close == SV_NPOS ? SV_EMPTY : sv_sub(clause, 0, close), exim, hop);
}

static bool is_loopback_address(sv ip)
{
    return sv_starts(ip, SV("127.")) || sv_eq(ip, SV("::1")) ||
           sv_starts_nocase(ip, SV("::ffff:127."));
}

static bool is_own(const struct hop *hop, const sv *own, size_t own_count)
{
    if (is_loopback_address(hop->ip))
        return true;
    for (size_t i = 0; i < own_count; i++)
        if (sv_eq_nocase(own[i], hop->ip) || (hop->host.len && sv_eq_nocase(own[i], hop->host)))
            return true;
    return false;
}

/* What stands behind the last `;`. */
static int64_t time_of(sv field)
{
    size_t at = sv_rfind_byte(field, ';');
    return at == SV_NPOS ? INT64_MIN : parts_date(sv_trim(sv_skip(field, at + 1)));
}

/* Ours are read from the top; false: this one says who handed it in, or cannot be read, and what
 * stands below is a stranger's. */
static bool goes_on(sv field, const sv *own, size_t own_count, struct notice_trace *trace)
{
    struct hop hop;
    read_hop(field, &hop);
    if (!hop.ip.len)
        return is_lmtp(field);
    if (is_own(&hop, own, own_count))
        return true;
    trace->host = hop.host;
    trace->ip = hop.ip;
    return false;
}

void trace_read(sv head, const sv *own, size_t own_count, struct arena *arena,
                struct notice_trace *trace, uint32_t *limits)
{
    struct field_reader at = {head, arena, limits, SV_EMPTY, SV_EMPTY};
    bool ours = true, any = false;
    *trace = (struct notice_trace){.time = INT64_MIN};
    while (ours && fields_next(&at)) {
        if (!any && sv_eq_nocase(at.name, SV("Return-Path")))
            trace->null_sender = sv_eq(sv_trim(at.value), SV("<>"));
        if (!sv_eq_nocase(at.name, SV("Received")))
            continue;
        if (!any) {
            trace->time = time_of(at.value);
            trace->by = server_of(before_recipient(at.value));
        }
        any = true;
        ours = goes_on(at.value, own, own_count, trace);
    }
    if (trace->time == INT64_MIN)
        trace->time = parts_date(fields_first(head, SV("Date"), arena, limits));
}
