/* Finds what mail with an envelope sender is counted under, as patterns/senders.yaml says: its
 * address in lower case, without what was made for one recipient or message, and its campaign.
 * Rules are asked where the local part has a `=` or a digit; most senders have neither. */
#include "bouncelog/base/bytes.h"
#include "parser.h"

enum { ADDRESS_MAX = 320, ROUNDS = 4 };

/* An address that is looked at: it is readable beyond its end. */
struct address {
    char bytes[ADDRESS_MAX + PARSE_SLACK];
    size_t len;
};

static bool may_be_made(sv address)
{
    for (size_t i = 0; i < address.len && address.ptr[i] != '@'; i++)
        if (address.ptr[i] == '=' || is_digit(address.ptr[i]))
            return true;
    return false;
}

static bool join(struct address *to, sv local, sv domain)
{
    struct address fresh = {.len = local.len + 1 + domain.len};
    if (fresh.len > ADDRESS_MAX)
        return false;
    sv_put(sv_put(sv_put(fresh.bytes, local), SV("@")), domain);
    *to = fresh;
    return true;
}

/* One round. False: no rule takes it, or one says what the campaign is. */
static bool undo(const struct parser *parser, struct address *address, bool *campaign)
{
    const struct patterns *patterns = parser->options.patterns;
    sv text = sv_make(address->bytes, address->len);
    for (size_t i = 0; i < patterns->sender_count; i++) {
        const struct regex *regex = patterns->senders[i].regex;
        if (regex_match(regex, parser->matcher, text) != REGEX_YES)
            continue;
        sv part = matcher_field(parser->matcher, regex, FIELD_CAMPAIGN);
        if (part.len) {
            *campaign = join(address, part, sv_after_last(text, '@'));
            return false;
        }
        return join(address, matcher_field(parser->matcher, regex, FIELD_LOCAL),
                    matcher_field(parser->matcher, regex, FIELD_DOMAIN));
    }
    return false;
}

static bool is_lower(sv text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z')
            return false;
    return true;
}

struct stream_names parser_stream(const struct parser *parser, sv sender, struct arena *arena)
{
    struct stream_names names = {.address = sender, .campaign = SV_EMPTY};
    struct address address = {.len = sender.len};
    bool campaign = false;
    if (!sender.len || sender.len > ADDRESS_MAX || (!may_be_made(sender) && is_lower(sender)))
        return names;
    bytes_lower(address.bytes, sender);
    for (int round = 0; round < ROUNDS && undo(parser, &address, &campaign); round++)
        continue;
    names.address = arena_copy(arena, sv_make(address.bytes, address.len));
    if (campaign)
        names.campaign = names.address;
    return names;
}
