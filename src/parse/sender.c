/* Finds what mail with an envelope sender is counted under, as patterns/senders.yaml says: its
 * address in lower case, without what was made for one recipient or message, and its campaign.
 * Most senders have nothing of the kind, and most that have come again and again. */
#include "bouncelog/base/bytes.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/pattern/sender_template.h"
#include "parser.h"

enum { ADDRESS_MAX = 320, ROUNDS = 4, SENDERS_KNOWN = 256, MEMO_BYTES = 96 };

/* An address that is looked at: it is readable beyond its end. */
struct address {
    size_t len;
    char bytes[ADDRESS_MAX + PARSE_SLACK];
};

/* What the rules made of a sender; direct-mapped. */
struct sender_memo {
    uint64_t sender; /* its hash_bytes; 0: free */
    uint64_t made;   /* that of the bytes */
    uint8_t len;
    bool campaign;
    char bytes[MEMO_BYTES];
};

/* At least 16 bytes of it, NULs behind a shorter one. */
static sv padded(sv address, char room[16])
{
    if (address.len >= 16)
        return address;
    memset(room, 0, 16);
    sv_put(room, address);
    return sv_make(room, 16);
}

static unsigned bits_that_part_words(const char *at)
{
    return bytes_bits16(at, '-') | bytes_bits16(at, '+') | bytes_bits16(at, '.') |
           bytes_bits16(at, '_');
}

/* A `=`, or a digit behind a sign that parts words, in front of the first @. */
static bool may_be_made(sv address)
{
    unsigned before = 0; /* does the byte in front of these part words? */
    for (size_t at = 0, next; at < address.len; at = next) {
        const char *bytes = address.ptr + at;
        unsigned parts = bits_that_part_words(bytes), end = bytes_bits16(bytes, '@');
        unsigned digits = bytes_digit_bits16(bytes) & (parts << 1 | before);
        unsigned made = bytes_bits16(bytes, '=') | digits;
        if (end)
            return made & ((end & -end) - 1);
        if (made)
            return true;
        next = bytes_step(address, at);
        before = parts >> (next - at - 1) & 1;
    }
    return false;
}

static bool join(struct address *to, sv local, sv domain)
{
    struct address fresh;
    fresh.len = local.len + 1 + domain.len;
    if (fresh.len > ADDRESS_MAX)
        return false;
    sv_put(sv_put(sv_put(fresh.bytes, local), SV("@")), domain);
    memcpy(to->bytes, fresh.bytes, fresh.len);
    memset(to->bytes + fresh.len, 0, PARSE_SLACK);
    to->len = fresh.len;
    return true;
}

/* Rules that need the same stand together: asked once, as long as `needs` is kept. */
static bool may_take(const struct layer *rule, sv sender, sv *needs, bool *may)
{
    if (!sv_eq(rule->needs, *needs)) {
        *needs = rule->needs;
        *may = sv_find(sender, *needs) != SV_NPOS;
    }
    return *may;
}

/* One round. False: no rule takes it, or one says what the campaign is. */
static bool undo(const struct parser *parser, struct address *address, bool *campaign)
{
    const struct patterns *patterns = parser->options.patterns;
    sv text = sv_make(address->bytes, address->len), needs = SV_EMPTY;
    bool may = true;
    for (size_t i = 0; i < patterns->sender_count; i++) {
        const struct layer *rule = &patterns->senders[i];
        if (!may_take(rule, text, &needs, &may))
            continue;
        sv part = sv_sub(text, 0, rule->numbered ? sender_template_numbered(text) : 0);
        if (!part.len) {
            if (regex_match(rule->regex, parser->matcher, text) != REGEX_YES)
                continue;
            part = matcher_field(parser->matcher, rule->regex, FIELD_CAMPAIGN);
        }
        if (part.len) {
            *campaign = join(address, part, sv_after_last(text, '@'));
            return false;
        }
        return join(address, matcher_field(parser->matcher, rule->regex, FIELD_LOCAL),
                    matcher_field(parser->matcher, rule->regex, FIELD_DOMAIN));
    }
    return false;
}

static bool is_lower(sv text)
{
    unsigned upper = 0;
    for (size_t at = 0; at < text.len; at = bytes_step(text, at))
        upper |= bytes_upper_bits16(text.ptr + at);
    return !upper;
}

static struct sender_memo *memo_of(struct parser *parser, uint64_t sender)
{
    if (!parser->senders)
        parser->senders = mem_zero(SENDERS_KNOWN, sizeof *parser->senders);
    return &parser->senders[sender % SENDERS_KNOWN];
}

/* The campaign of a numbered sender, which is most of those that are made; empty: the rules have to
 * be asked. */
static sv numbered_campaign(const struct patterns *patterns, sv sender)
{
    sv needs = SV_EMPTY;
    bool may = true;
    for (size_t i = 0; i < patterns->sender_count; i++) {
        const struct layer *rule = &patterns->senders[i];
        if (!may_take(rule, sender, &needs, &may))
            continue;
        return sv_sub(sender, 0, rule->numbered ? sender_template_numbered(sender) : 0);
    }
    return SV_EMPTY;
}

static struct stream_names named_by_campaign(sv campaign, sv sender, struct arena *arena)
{
    sv domain = sv_after_last(sender, '@');
    char *name = arena_alloc(arena, campaign.len + 1 + domain.len);
    char *end = sv_put(name, campaign);
    *end++ = '@';
    end = sv_put(end, domain);
    sv made = sv_make(name, (size_t)(end - name));
    return (struct stream_names){made, hash_bytes(made), true};
}

struct stream_names parser_stream(struct parser *parser, sv sender, uint64_t hash,
                                  struct arena *arena)
{
    struct address address;
    bool campaign = false;
    char room[16];
    sv seen = padded(sender, room);
    bool lower = is_lower(seen);
    if (sender.len > ADDRESS_MAX || (lower && !may_be_made(seen)))
        return (struct stream_names){.address = sender, .hash = hash};
    sv numbered = lower ? numbered_campaign(parser->options.patterns, sender) : SV_EMPTY;
    if (numbered.len)
        return named_by_campaign(numbered, sender, arena);
    struct sender_memo *memo = memo_of(parser, hash);
    if (memo->sender == hash)
        return (struct stream_names){arena_copy(arena, sv_make(memo->bytes, memo->len)), memo->made,
                                     memo->campaign};
    bytes_lower(address.bytes, sender);
    memset(address.bytes + sender.len, 0, PARSE_SLACK);
    address.len = sender.len;
    for (int round = 0; round < ROUNDS && undo(parser, &address, &campaign); round++)
        continue;
    sv made = sv_make(address.bytes, address.len);
    uint64_t made_hash = hash_bytes(made);
    if (made.len <= MEMO_BYTES) {
        memo->sender = hash;
        memo->made = made_hash;
        memo->len = (uint8_t)made.len;
        memo->campaign = campaign;
        sv_put(memo->bytes, made);
    }
    return (struct stream_names){arena_copy(arena, made), made_hash, campaign};
}
