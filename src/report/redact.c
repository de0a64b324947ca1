/* Finds addresses in texts, and puts fingerprints or masks in their places.
 *
 * In a text, an address is what stands around an @ that has a host name behind it; the local part
 * may be quoted (RFC 5321 section 4.1.2). Too much is better hidden than too little. */
#include "bouncelog/report/redact.h"

#include <nettle/hmac.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/text.h"

static bool is_local_char(char c)
{
    return is_alnum(c) || (c && strchr("!#$%&'*+-./=?^_`{|}~", c)) || (unsigned char)c >= 0x80;
}

static bool is_domain_char(char c)
{
    return is_alnum(c) || c == '-' || c == '.' || c == '_' || (unsigned char)c >= 0x80;
}

static void digest(const struct redactor *redactor, sv bytes, uint8_t *out)
{
    if (redactor) {
        struct hmac_sha256_ctx context;
        hmac_sha256_set_key(&context, redactor->key.len, (const uint8_t *)redactor->key.ptr);
        hmac_sha256_update(&context, bytes.len, (const uint8_t *)bytes.ptr);
        hmac_sha256_digest(&context, SHA256_DIGEST_SIZE, out);
    } else {
        struct sha256_ctx context;
        sha256_init(&context);
        sha256_update(&context, bytes.len, (const uint8_t *)bytes.ptr);
        sha256_digest(&context, SHA256_DIGEST_SIZE, out);
    }
}

static sv mask(sv address, struct arena *arena)
{
    static const char dots[] = "...";
    sv domain = sv_after_last(address, '@');
    if (domain.len == address.len || !domain.len)
        return sv_from(dots);
    char *out = arena_alloc(arena, sizeof dots + domain.len);
    char *end = sv_put(sv_put(sv_put(out, sv_from(dots)), SV("@")), domain);
    return sv_make(out, (size_t)(end - out));
}

sv redact_fingerprint(const struct redactor *redactor, sv address, struct arena *arena)
{
    uint8_t bytes[SHA256_DIGEST_SIZE];
    char key[MAILBOX_MAX];
    sv is = mailbox_key(address, key); /* one mailbox has one fingerprint, however it is spelled */
    digest(redactor, is.len ? is : text_lower(arena, address), bytes);
    return text_hex(bytes, sizeof bytes, arena_alloc(arena, sizeof bytes * 2));
}

sv redact_address(const struct redactor *redactor, sv address, struct arena *arena)
{
    if (!redactor || !address.len)
        return address;
    if (redactor->masks)
        return mask(address, arena);
    return redact_fingerprint(redactor, address, arena);
}

/* Where the local part that ends at the `@` at `at` begins. */
static size_t local_start(sv text, size_t at, size_t floor)
{
    size_t start = at;
    while (start > floor && is_local_char(text.ptr[start - 1]))
        start--;
    return start;
}

/* Where the quoted string that begins at `open` ends; 0 when it does not. */
static size_t quoted_end(sv text, size_t open)
{
    for (size_t at = open + 1; at < text.len; at++) {
        if (text.ptr[at] == '\\')
            at++;
        else if (text.ptr[at] == '"')
            return at + 1;
    }
    return 0;
}

/* Where the domain, or the address literal, behind the `@` at `at` ends. */
static size_t domain_end(sv text, size_t at)
{
    size_t end = at + 1;
    if (end < text.len && text.ptr[end] == '[') {
        size_t close = sv_find_byte(sv_skip(text, end), ']');
        return close == SV_NPOS ? at + 1 : end + close + 1;
    }
    while (end < text.len && is_domain_char(text.ptr[end]))
        end++;
    while (end > at + 1 && (text.ptr[end - 1] == '.' || text.ptr[end - 1] == '-'))
        end--;
    return end;
}

/* Does an address have its `@`, or its opening quote, at `at`? */
static bool address_around(sv text, size_t at, size_t floor, size_t *start, size_t *end)
{
    size_t sign = at;
    *start = at;
    if (text.ptr[at] == '@')
        *start = local_start(text, at, floor);
    else if (text.ptr[at] != '"' || (sign = quoted_end(text, at)) == 0 || sign >= text.len ||
             text.ptr[sign] != '@')
        return false;
    *end = domain_end(text, sign);
    return *start<sign && * end> sign + 1;
}

sv redact_text(const struct redactor *redactor, sv text, struct arena *arena)
{
    if (!redactor || sv_find_byte(text, '@') == SV_NPOS)
        return text;
    struct buf out = {0};
    size_t done = 0, start, end;
    for (size_t at = 0; at < text.len; at++) {
        if (!address_around(text, at, done, &start, &end))
            continue;
        buf_add(&out, sv_sub(text, done, start));
        buf_add(&out, redact_address(redactor, sv_sub(text, start, end), arena));
        done = end;
        at = end - 1;
    }
    buf_add(&out, sv_skip(text, done));
    sv redacted = arena_copy(arena, buf_sv(&out));
    buf_release(&out);
    return redacted;
}
