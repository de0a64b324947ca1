/* Reads and evaluates what --fail-on asks for (condition.h). A rate is a share already: of all
 * attempts, or of the messages that were to leave; counts have none. A share of nothing never
 * holds, and neither does one of fewer messages than asked for. */
#include "bouncelog/report/condition.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const plain_names[] = {
    "bounce_rate", "attempts", "delivered",    "deferred", "bounced",   "expired",   "handed_over",
    "discarded",   "refused",  "unclassified", "unparsed", "ambiguous", "suppressed"};

static const struct {
    const char *name;
    bool rate;
} of_messages[] = {{"delivery_rate", true}, {"bounce_rate", true}, {"hard_bounce_rate", true},
                   {"total", false},        {"delivered", false},  {"bounced", false},
                   {"expired", false},      {"waiting", false}};

enum { NAMES_MAX = 256, RATES = 3, PLACES_SAID = 3 };

#define STREAM SV("stream:")
#define PROVIDER SV("provider:")
#define MESSAGES SV("messages.")

static const char *all_names(char *list)
{
    size_t len = 0;
    for (size_t i = 0; i < sizeof plain_names / sizeof *plain_names; i++)
        len += (size_t)snprintf(list + len, NAMES_MAX - len, "%s%s", i ? ", " : "", plain_names[i]);
    return list;
}

static bool is_plain(sv name)
{
    for (size_t i = 0; i < sizeof plain_names / sizeof *plain_names; i++)
        if (sv_eq(name, sv_from(plain_names[i])))
            return true;
    return false;
}

static bool is_code(sv name)
{
    uint64_t code;
    return sv_starts(name, SV("code:")) && sv_to_u64(sv_skip(name, 5), &code) && code < 1000;
}

/* What is asked of messages, and of whose: in `stream:NAME/WHAT` a name. Empty: nothing is. */
static sv asked_of_messages(sv name, sv *whose)
{
    *whose = SV_EMPTY;
    if (sv_starts(name, MESSAGES))
        return sv_skip(name, MESSAGES.len);
    bool stream = sv_starts(name, STREAM), provider = sv_starts(name, PROVIDER);
    sv what = sv_after_last(name, '/');
    if ((!stream && !provider) || what.len == name.len)
        return SV_EMPTY;
    *whose = sv_skip(sv_sub(name, 0, name.len - what.len - 1), stream ? STREAM.len : PROVIDER.len);
    return whose->len ? what : SV_EMPTY;
}

static size_t find_asked(sv what)
{
    size_t at = 0;
    while (at < sizeof of_messages / sizeof *of_messages &&
           !sv_eq(what, sv_from(of_messages[at].name)))
        at++;
    return at;
}

static bool is_of_messages(sv name)
{
    sv whose;
    return find_asked(asked_of_messages(name, &whose)) < sizeof of_messages / sizeof *of_messages;
}

static bool is_rate(sv name)
{
    sv whose, what = asked_of_messages(name, &whose);
    return sv_eq(name, SV("bounce_rate")) || (what.len && find_asked(what) < RATES);
}

static size_t take_comparison(sv text, enum comparison *comparison)
{
    static const struct {
        const char *sign;
        enum comparison comparison;
    } signs[] = {{">=", COMPARE_MORE_EQUAL}, {"<=", COMPARE_LESS_EQUAL}, {"==", COMPARE_EQUAL},
                 {">", COMPARE_MORE},        {"<", COMPARE_LESS},        {"=", COMPARE_EQUAL}};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (sv_starts(text, sv_from(signs[i].sign))) {
            *comparison = signs[i].comparison;
            return strlen(signs[i].sign);
        }
    return 0;
}

static bool read_limit(sv text, double *limit, bool *is_share)
{
    char digits[32], *end;
    bool percent = *is_share = sv_ends(text, SV("%"));
    text = sv_trim(percent ? sv_sub(text, 0, text.len - 1) : text);
    if (!text.len || text.len >= sizeof digits || !(is_digit(text.ptr[0])))
        return false;
    for (size_t i = 0; i < text.len; i++) /* strtod takes hexadecimal and exponents, too */
        if (!is_digit(text.ptr[i]) && text.ptr[i] != '.')
            return false;
    memcpy(digits, text.ptr, text.len);
    digits[text.len] = 0;
    *limit = strtod(digits, &end) / (percent ? 100 : 1);
    return *end == 0;
}

/* `@100` behind the number. */
static bool take_least(sv *number, int64_t *least)
{
    uint64_t value = 0;
    size_t at = sv_find_byte(*number, '@');
    *least = 0;
    if (at == SV_NPOS)
        return true;
    if (!sv_to_u64(sv_trim(sv_skip(*number, at + 1)), &value) || !value || value > INT32_MAX)
        return false;
    *number = sv_trim(sv_sub(*number, 0, at));
    *least = (int64_t)value;
    return true;
}

/* A share of five would never be met, and five per cent of a count nearly always. */
static int check_limit(const struct condition *condition, bool is_share, sv text, struct err *err)
{
    bool rate = is_rate(condition->name);
    if (rate && condition->limit > 1)
        return err_set(err, ERR_USAGE, "--fail-on '%.*s': %.*s is a share: 5%% or 0.05",
                       SV_FMT(text), SV_FMT(condition->name));
    if (!rate && condition->least)
        return err_set(err, ERR_USAGE, "--fail-on '%.*s': only a share can have @%lld",
                       SV_FMT(text), (long long)condition->least);
    if (!rate && is_share)
        return err_set(err, ERR_USAGE, "--fail-on '%.*s': '%.*s' is a count, not a share",
                       SV_FMT(text), SV_FMT(condition->name));
    return 0;
}

/* Of senders, a history keeps the domains. */
bool condition_is_of_cut(sv text)
{
    static const char *const others[] = {"code:", "unclassified", "unparsed", "ambiguous",
                                         "suppressed"};
    text = sv_trim(text);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (sv_starts(text, sv_from(others[i])))
            return false;
    return !sv_starts(text, STREAM) || sv_find_byte(text, '@') == SV_NPOS ||
           sv_find_byte(text, '@') > sv_rfind_byte(text, '/');
}

int condition_parse(struct condition *condition, sv text, const struct taxonomy *taxonomy,
                    struct err *err)
{
    char names[NAMES_MAX];
    bool is_share;
    size_t at = 0;
    if (sv_starts(sv_trim(text), STREAM)) /* an address may hold a `=` */
        at = text.len - sv_after_last(text, '/').len;
    while (at < text.len && !strchr("<>=", text.ptr[at]))
        at++;
    condition->name = sv_trim(sv_sub(text, 0, at));
    size_t sign = take_comparison(sv_skip(text, at), &condition->comparison);
    sv number = sv_trim(sv_skip(text, at + sign));
    if (!sign || !take_least(&number, &condition->least) ||
        !read_limit(number, &condition->limit, &is_share))
        return err_set(err, ERR_USAGE,
                       "--fail-on '%.*s': expected NAME>NUMBER, e.g. bounce_rate>5%%",
                       SV_FMT(text));
    sv category =
        sv_starts(condition->name, SV("category:")) ? sv_skip(condition->name, 9) : SV_EMPTY;
    if (category.len && taxonomy_category(taxonomy, category) == CATEGORY_NONE)
        return err_set(err, ERR_USAGE, "--fail-on '%.*s': unknown category '%.*s'", SV_FMT(text),
                       SV_FMT(category));
    if (!category.len && !is_plain(condition->name) && !is_code(condition->name) &&
        !is_of_messages(condition->name))
        return err_set(err, ERR_USAGE,
                       "--fail-on '%.*s': unknown name '%.*s' (%s, category:NAME, code:N, "
                       "messages.RATE, provider:NAME/RATE, stream:NAME/RATE)",
                       SV_FMT(text), SV_FMT(condition->name), all_names(names));
    return check_limit(condition, is_share, text, err);
}

static double category_count(const struct report *report, sv name)
{
    for (size_t i = 0; i < report->category_count; i++)
        if (sv_eq(report->categories[i].category, name))
            return (double)report->categories[i].count;
    return 0;
}

static double code_count(const struct report *report, sv digits)
{
    uint64_t code = 0;
    sv_to_u64(digits, &code);
    for (size_t i = 0; i < report->code_count; i++)
        if ((uint64_t)report->codes[i].code == code)
            return (double)report->codes[i].count;
    return 0;
}

/* Of the messages that the name is about; false: they have none. */
static bool find_messages(sv name, const struct report *report, struct message_row *row)
{
    sv whose;
    (void)asked_of_messages(name, &whose);
    if (sv_starts(name, STREAM))
        return messages_stream(report->tally, whose, row);
    const struct message_row *found = &report->messages.messages;
    if (sv_starts(name, PROVIDER))
        found = messages_provider(&report->messages, whose);
    if (found)
        *row = *found;
    return found != NULL;
}

static double message_value(sv name, const struct report *report)
{
    struct message_row row = {0};
    sv whose;
    if (!find_messages(name, report, &row))
        return 0;
    const double values[] = {row.delivery_rate,
                             row.bounce_rate,
                             row.hard_bounce_rate,
                             (double)row.total,
                             (double)row.counts.delivered,
                             (double)row.counts.bounced,
                             (double)row.counts.expired,
                             (double)row.counts.waiting};
    return values[find_asked(asked_of_messages(name, &whose))];
}

static double value_of(sv name, const struct report *report)
{
    enum outcome outcome;
    if (sv_starts(name, SV("category:")))
        return category_count(report, sv_skip(name, 9));
    if (sv_starts(name, SV("code:")))
        return code_count(report, sv_skip(name, 5));
    if (is_of_messages(name))
        return message_value(name, report);
    if (outcome_from_name(name, &outcome))
        return (double)report->attempts[outcome];
    if (sv_eq(name, SV("bounce_rate")))
        return report->bounce_rate;
    if (sv_eq(name, SV("attempts")))
        return (double)report->attempts_total;
    if (sv_eq(name, SV("unclassified")))
        return (double)report->unclassified.count;
    if (sv_eq(name, SV("unparsed")))
        return (double)report->lines.unparsed;
    if (sv_eq(name, SV("ambiguous")))
        return (double)report->ambiguous.count;
    return (double)report->suppress_count;
}

/* A share of nothing is none, and one of few says little. */
static bool is_enough(const struct condition *condition, const struct report *report)
{
    if (!is_rate(condition->name))
        return true;
    struct message_row row = {.sent = 0};
    int64_t whole = report->attempts_tried;
    if (is_of_messages(condition->name))
        whole = find_messages(condition->name, report, &row) ? row.sent : 0;
    return whole >= condition->least && (whole || !is_of_messages(condition->name));
}

bool condition_holds(const struct condition *condition, const struct report *report)
{
    if (!is_enough(condition, report))
        return false;
    double value = value_of(condition->name, report), limit = condition->limit;
    switch (condition->comparison) {
    case COMPARE_MORE:
        return value > limit;
    case COMPARE_MORE_EQUAL:
        return value >= limit;
    case COMPARE_LESS:
        return value < limit;
    case COMPARE_LESS_EQUAL:
        return value <= limit;
    case COMPARE_EQUAL:
        break;
    }
    return !(value > limit) && !(value < limit);
}

bool condition_cannot_tell(const struct condition *condition, const struct report *report)
{
    struct message_row row;
    sv whose;
    (void)asked_of_messages(condition->name, &whose);
    return sv_starts(condition->name, STREAM) && !messages_stream(report->tally, whose, &row) &&
           messages_overflowed(report->tally);
}

void condition_say(const struct condition *condition, const struct report *report, struct buf *out)
{
    double value = value_of(condition->name, report);
    sv category =
        sv_starts(condition->name, SV("category:")) ? sv_skip(condition->name, 9) : SV_EMPTY;
    if (is_rate(condition->name))
        buf_printf(out, "%.2f %%", value * 100);
    else
        buf_printf(out, "%.0f", value);
    const char *between = " at ";
    for (size_t i = 0, said = 0; category.len && i < report->block_count && said < PLACES_SAID;
         i++) {
        const struct block_row *block = &report->blocks[i];
        if (!sv_eq(block->category, category))
            continue;
        buf_printf(out, "%s%.*s", between,
                   SV_FMT(block->provider.len ? block->provider : SV("others")));
        if (block->list.len)
            buf_printf(out, " (%.*s)", SV_FMT(block->list));
        if (block->host.len)
            buf_printf(out, " from %.*s", SV_FMT(block->host));
        between = ", ";
        said++;
    }
}
