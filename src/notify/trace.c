/* Reads the Received fields from the top (RFC 5321, 4.4), as far as servers of ours wrote them:
 * each one names who handed the mail in, and the first that is none of ours is whom we look for.
 * What stands below that was there when the mail came, and anybody may have written it.
 *
 * A name counts where the server looked it up itself:
 *   Postfix, sendmail, OpenSMTPD   from HELO (NAME [192.0.2.7])        smtpd/smtpd.c,
 * sendmail/headers.c Exim                           from NAME ([192.0.2.7] helo=HELO)
 * src/receive.c, host.c Exim without a name            from [192.0.2.7] (helo=HELO) Exchange,
 * qmail, Courier       from HELO (192.0.2.7)               no name Hops of our own are those from
 * this machine (loopback), those without an address (LMTP, a local agent), and those that the user
 * has named. */
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

static bool is_host(sv name)
{
    if (!name.len || sv_find_byte(name, '.') == SV_NPOS)
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (!is_alnum(name.ptr[i]) && !memchr("-._", name.ptr[i], 3))
            return false;
    return true;
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

/* False: nobody handed it in, or the field does not say who. */
static bool read_hop(sv field, struct hop *hop)
{
    bool exim = sv_find(field, SV(" (Exim ")) != SV_NPOS;
    *hop = (struct hop){SV_EMPTY, SV_EMPTY};
    if (!sv_starts_nocase(field, SV("from ")))
        return false;
    sv from = sv_trim(sv_skip(field, strlen("from ")));
    size_t open = sv_find_byte(from, '(');
    sv clause = open == SV_NPOS ? SV_EMPTY : sv_skip(from, open + 1);
    size_t close = sv_find_byte(clause, ')');
    read_clause(from, close == SV_NPOS ? SV_EMPTY : sv_sub(clause, 0, close), exim, hop);
    return hop->ip.len > 0;
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

void trace_read(sv head, const sv *own, size_t own_count, struct arena *arena,
                struct notice_trace *trace, uint32_t *limits)
{
    struct field_reader at = {head, arena, limits, SV_EMPTY, SV_EMPTY};
    struct hop last = {SV_EMPTY, SV_EMPTY};
    *trace = (struct notice_trace){.time = INT64_MIN};
    while (fields_next(&at)) {
        struct hop hop;
        if (!sv_eq_nocase(at.name, SV("Received")))
            continue;
        if (!trace->there)
            trace->time = time_of(at.value);
        trace->there = true;
        if (!read_hop(at.value, &hop))
            continue;
        last = hop;
        if (!is_own(&hop, own, own_count))
            break;
    }
    trace->host = last.host;
    trace->ip = last.ip;
    if (trace->time == INT64_MIN)
        trace->time = parts_date(fields_first(head, SV("Date"), arena, limits));
}
