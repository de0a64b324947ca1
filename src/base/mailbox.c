/* Spells mailboxes alike. Domains in other letters than ASCII's go through libidn2, by the rules of
 * UTS #46 without its transitional ones, as registries and today's mailers have it: upper case,
 * full-width letters and other dots become what was registered. A domain that those rules do not
 * take is left as it is. */
#include "bouncelog/base/mailbox.h"

#include <idn2.h>

#include "bouncelog/base/bytes.h"
#include "bouncelog/base/hash.h"

/* Turns the domain that ends at key[len] into what `turn` makes of it; false: it takes it not. */
static bool turn_domain(char *key, size_t at, size_t *len,
                        int turn(const char *domain, char **out, int flags))
{
    char domain[MAILBOX_MAX + 1], *turned = NULL;
    size_t n = *len - at;
    sv_put(domain, sv_make(key + at, n));
    domain[n] = 0;
    if (memchr(domain, 0, n) || turn(domain, &turned, IDN2_NONTRANSITIONAL) != IDN2_OK)
        return false;
    size_t turned_len = strlen(turned);
    bool fits = turned_len && at + turned_len <= MAILBOX_MAX;
    if (fits) {
        bytes_lower(key + at, sv_make(turned, turned_len));
        *len = at + turned_len;
    }
    idn2_free(turned);
    return fits;
}

/* v in lower case, whose domain begins at `at`. */
static sv key_of(sv v, size_t at, char *key)
{
    size_t len = v.len;
    if (len > MAILBOX_MAX)
        return SV_EMPTY;
    bytes_lower(key, v);
    if (!bytes_are_ascii(key + at, len - at))
        turn_domain(key, at, &len, idn2_to_ascii_8z);
    return sv_make(key, len);
}

sv mailbox_key(sv address, char *key)
{
    size_t at = sv_rfind_byte(address, '@');
    return key_of(address, at == SV_NPOS ? address.len : at + 1, key);
}

sv mailbox_domain_key(sv domain, char *key)
{
    return key_of(domain, 0, key);
}

bool mailbox_same(sv a, sv b)
{
    char key_a[MAILBOX_MAX], key_b[MAILBOX_MAX];
    return sv_eq_nocase(a, b) || (a.len <= MAILBOX_MAX && b.len <= MAILBOX_MAX &&
                                  sv_eq(mailbox_key(a, key_a), mailbox_key(b, key_b)));
}

sv mailbox_in_letters(sv key, char *letters)
{
    size_t at = sv_rfind_byte(key, '@'), len = key.len;
    if (len > MAILBOX_MAX || at == SV_NPOS || sv_find(sv_skip(key, at), SV("xn--")) == SV_NPOS)
        return key;
    sv_put(letters, key);
    turn_domain(letters, at + 1, &len, idn2_to_unicode_8z8z);
    return sv_make(letters, len);
}

uint64_t message_id_key(sv id)
{
    id = sv_trim(id);
    if (sv_starts(id, SV("<")))
        id = sv_skip(id, 1);
    size_t end = sv_find_byte(id, '>');
    id = sv_trim(end == SV_NPOS ? id : sv_sub(id, 0, end));
    return id.len ? hash_bytes(id) | 1 : 0;
}
