/* Tags are compared in variable time: a run reads whole mailboxes and answers nobody, so that
 * nothing can be measured.
 *
 * Which algorithm made one it does not say; both are tried, since a guess gains nothing by it. */
#include "bouncelog/late/tag.h"

#include <nettle/hmac.h>

#include "bouncelog/base/bytes.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/base/text.h"

enum { DAY_DIGITS = 5, MARK_DIGITS = 16, TAG_LENGTH = 1 + DAY_DIGITS + 1 + MARK_DIGITS };

int tag_keys_read(struct tag_keys *keys, sv text, int *line)
{
    *keys = (struct tag_keys){.count = 0};
    for (*line = 1; text.len; (*line)++) {
        sv key = sv_trim(sv_cut(text, '\n', &text));
        if (!key.len || key.ptr[0] == '#')
            continue;
        if (key.len < TAG_KEY_LEAST || keys->count == TAG_KEYS_MAX)
            return -1;
        keys->list[keys->count++] = key;
    }
    *line = 0;
    return keys->count ? 0 : -1;
}

/* A tag as it stands in an address. */
struct tag {
    sv before, domain; /* the local part in front of it; what is behind the @ */
    sv day, mark;      /* their digits */
};

struct tag_text {
    char bytes[2 * MAILBOX_MAX];
    size_t len;
};

static bool read_tag(sv address, struct tag *tag, int64_t *day)
{
    size_t at = sv_rfind_byte(address, '@');
    if (at == SV_NPOS || at < TAG_LENGTH)
        return false;
    sv text = sv_sub(address, at - TAG_LENGTH, at);
    uint64_t number;
    tag->before = sv_sub(address, 0, at - TAG_LENGTH);
    tag->domain = sv_skip(address, at + 1);
    tag->day = sv_sub(text, 1, 1 + DAY_DIGITS);
    if (sv_find_byte(SV("+-="), text.ptr[0]) == SV_NPOS || text.ptr[1 + DAY_DIGITS] != '.' ||
        !sv_to_u64(tag->day, &number))
        return false;
    *day = (int64_t)number;
    tag->mark = sv_skip(text, TAG_LENGTH - MARK_DIGITS);
    return true;
}

static bool is_mark(sv mark, const uint8_t *digest)
{
    char digits[MARK_DIGITS];
    return sv_eq_nocase(mark, text_hex(digest, MARK_DIGITS / 2, digits));
}

/* What is signed, in lower case. False: it is too long to be of addresses. */
static bool put_signed(struct tag_text *text, const struct tag *tag, sv recipient)
{
    size_t need = tag->day.len + recipient.len + tag->before.len + tag->domain.len + 3;
    if (need > sizeof text->bytes)
        return false;
    char *end = sv_put(sv_put(sv_put(text->bytes, tag->day), SV(":")), recipient);
    end = sv_put(sv_put(end, SV(":")), tag->before);
    end = sv_put(sv_put(end, SV("@")), tag->domain);
    text->len = (size_t)(end - text->bytes);
    bytes_lower(text->bytes, sv_make(text->bytes, text->len));
    return true;
}

static bool was_made_with(sv key, const struct tag *tag, const struct tag_text *text)
{
    uint8_t digest[MARK_DIGITS / 2];
    struct hmac_sha256_ctx sha256;
    struct hmac_sha1_ctx sha1;
    const uint8_t *bytes = (const uint8_t *)key.ptr, *said = (const uint8_t *)text->bytes;
    hmac_sha256_set_key(&sha256, key.len, bytes);
    hmac_sha256_update(&sha256, text->len, said);
    hmac_sha256_digest(&sha256, sizeof digest, digest);
    if (is_mark(tag->mark, digest))
        return true;
    hmac_sha1_set_key(&sha1, key.len, bytes);
    hmac_sha1_update(&sha1, text->len, said);
    hmac_sha1_digest(&sha1, sizeof digest, digest);
    return is_mark(tag->mark, digest);
}

static bool is_for(const struct tag_keys *keys, const struct tag *tag, sv recipient)
{
    char key[MAILBOX_MAX];
    struct tag_text text;
    sv name = mailbox_key(recipient, key);
    if (!name.len || sv_find_byte(name, '@') == SV_NPOS || !put_signed(&text, tag, name))
        return false;
    for (size_t i = 0; i < keys->count; i++)
        if (was_made_with(keys->list[i], tag, &text))
            return true;
    return false;
}

bool tag_holds(const struct tag_keys *keys, sv address, sv recipient, int64_t *day)
{
    struct tag tag;
    return read_tag(address, &tag, day) && is_for(keys, &tag, recipient);
}

bool tag_is(sv address)
{
    struct tag tag;
    int64_t day;
    return read_tag(address, &tag, &day);
}

uint64_t tag_key(sv address)
{
    size_t at = sv_rfind_byte(address, '@');
    size_t tag = at == SV_NPOS || at < TAG_LENGTH ? 0 : at - TAG_LENGTH;
    return hash_mix(hash_nocase(sv_sub(address, 0, tag)), hash_nocase(sv_skip(address, tag + 1)));
}

sv tag_recipient(const struct tag_keys *keys, sv address, char *recipient, int64_t *day)
{
    struct tag tag;
    size_t sign = SV_NPOS;
    if (!read_tag(address, &tag, day) || address.len > MAILBOX_MAX)
        return SV_EMPTY;
    sign = sv_rfind_byte(tag.before, '=');
    for (size_t i = 0; sign != SV_NPOS && i < sign; i++) {
        if (sv_find_byte(SV("+-="), tag.before.ptr[i]) == SV_NPOS)
            continue;
        sv name = sv_sub(tag.before, i + 1, tag.before.len);
        sv_put(recipient, name);
        recipient[sign - i - 1] = '@';
        if (is_for(keys, &tag, sv_make(recipient, name.len)))
            return sv_make(recipient, name.len);
    }
    return SV_EMPTY;
}
