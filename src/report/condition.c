/* Reads and evaluates what --fail-on asks for: `NAME OP NUMBER[%]`
 * (condition.h). A share is one of all attempts; the bounce rate is a share
 * already, and counts of lines or addresses have none. */
#include "bouncelog/report/condition.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const plain_names[] = {
    "bounce_rate", "attempts", "delivered",    "deferred", "bounced",   "expired",   "handed_over",
    "discarded",   "refused",  "unclassified", "unparsed", "ambiguous", "suppressed"};

enum { NAMES_MAX = 256 };

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

/* A share of five would never be met, and five per cent of a count nearly always. */
static int check_limit(const struct condition *condition, bool is_share, sv text, struct err *err)
{
    bool rate = sv_eq(condition->name, SV("bounce_rate"));
    if (rate && condition->limit > 1)
        return err_set(err, ERR_USAGE, "--fail-on '%.*s': bounce_rate is a share: 5%% or 0.05",
                       SV_FMT(text));
    if (!rate && is_share)
        return err_set(err, ERR_USAGE, "--fail-on '%.*s': '%.*s' is a count, not a share",
                       SV_FMT(text), SV_FMT(condition->name));
    return 0;
}

int condition_parse(struct condition *condition, sv text, const struct taxonomy *taxonomy,
                    struct err *err)
{
    char names[NAMES_MAX];
    bool is_share;
    size_t at = 0;
    while (at < text.len && !strchr("<>=", text.ptr[at]))
        at++;
    condition->name = sv_trim(sv_sub(text, 0, at));
    size_t sign = take_comparison(sv_skip(text, at), &condition->comparison);
    if (!sign || !read_limit(sv_trim(sv_skip(text, at + sign)), &condition->limit, &is_share))
        return err_set(err, ERR_USAGE,
                       "--fail-on '%.*s': expected NAME>NUMBER, e.g. bounce_rate>5%%",
                       SV_FMT(text));
    sv category =
        sv_starts(condition->name, SV("category:")) ? sv_skip(condition->name, 9) : SV_EMPTY;
    if (category.len && taxonomy_category(taxonomy, category) == CATEGORY_NONE)
        return err_set(err, ERR_USAGE, "--fail-on '%.*s': unknown category '%.*s'", SV_FMT(text),
                       SV_FMT(category));
    if (!category.len && !is_plain(condition->name) && !is_code(condition->name))
        return err_set(err, ERR_USAGE,
                       "--fail-on '%.*s': unknown name '%.*s' (%s, category:NAME, code:N)",
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

static double value_of(sv name, const struct report *report)
{
    enum outcome outcome;
    if (sv_starts(name, SV("category:")))
        return category_count(report, sv_skip(name, 9));
    if (sv_starts(name, SV("code:")))
        return code_count(report, sv_skip(name, 5));
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

bool condition_holds(const struct condition *condition, const struct report *report)
{
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
