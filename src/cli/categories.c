/* bouncelog categories: what a failure can mean, and what follows from it.
 *
 * Without a name all categories, a few lines each; with names, everything about each of them, also
 * when the policy lists an address for it. JSON has everything in either case. */
#include "bouncelog/base/buf.h"
#include "bouncelog/pattern/patterns.h"
#include "bouncelog/pipeline/pipeline.h"
#include "cli.h"
#include "json_text.h"
#include "options/nearest.h"
#include "options/options.h"

/* What the policy says of a clear case: a remote server has said it of a recipient, in words that
 * a rule knows, and our MTA gave up unless it passes by itself. */
static enum action action_of(const struct patterns *patterns, uint8_t category)
{
    const struct taxonomy *taxonomy = &patterns->taxonomy;
    bool passes = taxonomy->categories[category].severity == SEVERITY_TRANSIENT;
    struct event event = {.attempt = {.kind = RECORD_ATTEMPT,
                                      .outcome = passes ? OUTCOME_DEFERRED : OUTCOME_BOUNCED,
                                      .severity = passes ? SEVERITY_TRANSIENT : SEVERITY_PERMANENT,
                                      .recipient = SV("recipient@example.com"),
                                      .said = {.stage = STAGE_RCPT, .origin = ORIGIN_REMOTE},
                                      .verdict = {.category = category, .basis = BASIS_RULE}},
                          .cause = CATEGORY_NONE,
                          .suppressible = true};
    for (uint8_t i = 0; i < taxonomy->category_count; i++)
        if (taxonomy->categories[i].scope == SCOPE_RECIPIENT) { /* of an expiry */
            event.cause = i;
            break;
        }
    pipeline_judge(patterns, &event);
    return event.action;
}

static void add_field(struct buf *out, const char *name, sv value)
{
    if (value.len)
        buf_printf(out, "  %-10s%.*s\n", name, SV_FMT(value));
}

static void list_one(struct buf *out, const struct patterns *patterns, uint8_t i)
{
    const struct category *category = &patterns->taxonomy.categories[i];
    sv action = action_name(action_of(patterns, i));
    buf_printf(out, "%-22.*s %-14.*s %.*s\n", SV_FMT(category->name),
               SV_FMT(scope_name(category->scope)), SV_FMT(action));
    buf_printf(out, "    %.*s\n    %.*s\n", SV_FMT(category->meaning), SV_FMT(category->remedy));
}

/* The names of the bits that are set. */
static void add_names(struct buf *out, uint32_t bits, sv (*name_of)(unsigned))
{
    const char *between = "";
    for (unsigned bit = 0; bit < 32; bit++)
        if (bits >> bit & 1) {
            buf_add(out, sv_from(between));
            buf_add(out, name_of(bit));
            between = ", ";
        }
}

static sv name_of_scope(unsigned bit)
{
    return scope_name((enum scope)bit);
}

static sv name_of_stage(unsigned bit)
{
    return stage_name((enum stage)bit);
}

/* When the policy lists an address, or a domain, for it. */
static void add_policy(struct buf *out, const struct policy_rule *rule)
{
    if (!rule->listed) {
        add_field(out, "listed", SV("never"));
        return;
    }
    struct buf text = {0};
    if (rule->at_once)
        buf_add(&text, SV("after one final failure, or "));
    buf_printf(&text, "after %d messages", rule->messages);
    if (rule->span_days)
        buf_printf(&text, ", the first and the last at least %d days apart", rule->span_days);
    if (rule->within_days)
        buf_printf(&text, ", all within %d days", rule->within_days);
    if (rule->per_domain)
        buf_add(&text, SV(", of all addresses of the domain"));
    if (rule->stages) {
        buf_add(&text, SV("; only in answer to "));
        add_names(&text, rule->stages, name_of_stage);
    }
    if (rule->causes) {
        buf_add(&text, SV("; only for causes of the scope "));
        add_names(&text, rule->causes, name_of_scope);
    }
    if (rule->lapse_days)
        buf_printf(&text, "; tried again after %d days", rule->lapse_days);
    add_field(out, "listed", buf_sv(&text));
    buf_release(&text);
}

/* Codes that say this where the words say nothing. */
static void add_codes(struct buf *out, const struct taxonomy *taxonomy, uint8_t category)
{
    struct buf codes = {0};
    for (size_t i = 0; i < taxonomy->code_count; i++)
        if (taxonomy->codes[i].category == category)
            buf_printf(&codes, "%s%d", codes.len ? ", " : "", taxonomy->codes[i].code);
    for (size_t i = 0; i < taxonomy->enhanced_count; i++)
        if (taxonomy->enhanced[i].category == category)
            buf_printf(&codes, "%s%.*s", codes.len ? ", " : "", SV_FMT(taxonomy->enhanced[i].key));
    add_field(out, "codes", buf_sv(&codes));
    buf_release(&codes);
}

static sv severity_of(const struct category *category)
{
    return category->severity == SEVERITY_NONE ? SV("as the reply says")
                                               : severity_name(category->severity);
}

static void describe_one(struct buf *out, const struct patterns *patterns, uint8_t i)
{
    const struct category *category = &patterns->taxonomy.categories[i];
    buf_printf(out, "%.*s\n", SV_FMT(category->name));
    add_field(out, "meaning", category->meaning);
    add_field(out, "remedy", category->remedy);
    add_field(out, "scope", scope_name(category->scope));
    add_field(out, "severity", severity_of(category));
    add_field(out, "action", action_name(action_of(patterns, i)));
    add_policy(out, &patterns->policy.rules[i]);
    add_codes(out, &patterns->taxonomy, i);
}

/* Empty: any. */
static void write_names(struct buf *out, const char *key, uint32_t bits, sv (*name_of)(unsigned))
{
    json_open(out, key, '[');
    for (unsigned bit = 0; bit < 32; bit++)
        if (bits >> bit & 1)
            json_add_text(out, NULL, name_of(bit));
    json_close(out, ']');
}

static void write_policy(struct buf *out, const struct policy_rule *rule)
{
    if (!rule->listed) {
        json_add_null(out, "listed");
        return;
    }
    json_open(out, "listed", '{');
    json_add_bool(out, "at_once", rule->at_once);
    json_add_number(out, "messages", rule->messages);
    json_add_known_number(out, "span_days", rule->span_days);
    json_add_known_number(out, "within_days", rule->within_days);
    json_add_known_number(out, "lapse_days", rule->lapse_days);
    write_names(out, "stages", rule->stages, name_of_stage);
    write_names(out, "causes", rule->causes, name_of_scope);
    json_add_text(out, "per", rule->per_domain ? SV("domain") : SV("address"));
    json_close(out, '}');
}

static void write_one(struct buf *out, const struct patterns *patterns, uint8_t category)
{
    const struct taxonomy *taxonomy = &patterns->taxonomy;
    const struct category *row = &taxonomy->categories[category];
    json_open(out, NULL, '{');
    json_add_text(out, "category", row->name);
    json_add_known(out, "meaning", row->meaning);
    json_add_known(out, "remedy", row->remedy);
    json_add_known(out, "scope", row->scope == SCOPE_NONE ? SV_EMPTY : scope_name(row->scope));
    json_add_known(out, "severity",
                   row->severity == SEVERITY_NONE ? SV_EMPTY : severity_name(row->severity));
    json_add_text(out, "action", action_name(action_of(patterns, category)));
    write_policy(out, &patterns->policy.rules[category]);
    json_open(out, "codes", '[');
    for (size_t i = 0; i < taxonomy->code_count; i++)
        if (taxonomy->codes[i].category == category)
            json_add_number(out, NULL, taxonomy->codes[i].code);
    json_close(out, ']');
    json_open(out, "enhanced_codes", '[');
    for (size_t i = 0; i < taxonomy->enhanced_count; i++)
        if (taxonomy->enhanced[i].category == category)
            json_add_text(out, NULL, taxonomy->enhanced[i].key);
    json_close(out, ']');
    json_end(out);
}

static void unknown(const struct taxonomy *taxonomy, const char *name)
{
    struct nearest near = nearest_to(sv_from(name));
    for (size_t i = 0; i < taxonomy->category_count; i++)
        nearest_offer(&near, taxonomy->categories[i].name);
    if (is_digit(name[0]))
        say("there is no category \"%s\"; codes are explained by `bouncelog codes %s`", name, name);
    else if (near.word.len)
        say("there is no category \"%s\"; did you mean \"%.*s\"?", name, SV_FMT(near.word));
    else
        say("there is no category \"%s\" (bouncelog categories lists them)", name);
}

static int add_named(struct buf *out, const struct patterns *patterns,
                     const struct options *options)
{
    int code = EXIT_DONE;
    for (size_t i = 0; i < options->operand_count; i++) {
        uint8_t category = taxonomy_category(&patterns->taxonomy, sv_from(options->operands[i]));
        if (category == CATEGORY_NONE) {
            unknown(&patterns->taxonomy, options->operands[i]);
            code = EXIT_USAGE;
        } else {
            (options->json ? write_one : describe_one)(out, patterns, category);
        }
    }
    return code;
}

int categories_command(const struct options *options)
{
    struct patterns patterns;
    struct err err;
    struct buf out = {0};
    if (patterns_load(&patterns, &options->patterns, &err) < 0)
        return fail(&err);
    int code = add_named(&out, &patterns, options);
    if (!options->operand_count)
        for (uint8_t i = 0; i < patterns.taxonomy.category_count; i++)
            (options->json ? write_one : list_one)(&out, &patterns, i);
    int printed = print_result(buf_sv(&out));
    buf_release(&out);
    patterns_release(&patterns);
    return code == EXIT_DONE ? printed : code;
}
