/* bouncelog codes: reply codes and enhanced status codes.
 *
 * Without operands all that the taxonomy knows, a line or two each; with operands, everything about
 * each of them. JSON has everything in either case. */
#include "bouncelog/base/buf.h"
#include "bouncelog/pattern/patterns.h"
#include "cli.h"
#include "json_text.h"
#include "options/options.h"

static void add_field(struct buf *out, const char *name, sv value)
{
    if (value.len)
        buf_printf(out, "  %-10s%.*s\n", name, SV_FMT(value));
}

static void list_all(struct buf *out, const struct taxonomy *taxonomy)
{
    buf_add(out, SV("Reply codes (RFC 5321 section 4.2)\n"));
    for (size_t i = 0; i < taxonomy->code_count; i++) {
        const struct code_entry *code = &taxonomy->codes[i];
        buf_printf(out, "%d  %-12.*s %.*s\n", code->code, SV_FMT(code->class_name),
                   SV_FMT(code->meaning));
        buf_printf(out, "%18s%.*s\n", "", SV_FMT(code->remedy));
    }
    buf_add(out, SV("\nEnhanced status codes (RFC 3463; X is 2, 4 or 5)\n"));
    for (size_t i = 0; i < taxonomy->enhanced_count; i++) {
        const struct enhanced_entry *entry = &taxonomy->enhanced[i];
        buf_printf(out, "%-8.*s %-20.*s %.*s\n", SV_FMT(entry->key),
                   SV_FMT(taxonomy_category_name(taxonomy, entry->category)), SV_FMT(entry->name));
    }
}

static void describe_category(struct buf *out, const struct taxonomy *taxonomy, uint8_t category)
{
    if (category >= taxonomy->category_count)
        return;
    add_field(out, "category", taxonomy->categories[category].name);
    add_field(out, "", taxonomy->categories[category].meaning);
}

static void describe_code(struct buf *out, const struct taxonomy *taxonomy,
                          const struct code_entry *code)
{
    buf_printf(out, "%d\n", code->code);
    add_field(out, "class", code->class_name);
    add_field(out, "meaning", code->meaning);
    add_field(out, "remedy", code->remedy);
    describe_category(out, taxonomy, code->category);
    add_field(out, "source", code->source);
    if (code->seed_meaning.len) {
        add_field(out, "guide", code->seed_meaning);
        add_field(out, "", code->seed_remedy);
    }
}

static sv remedy_of(const struct taxonomy *taxonomy, uint8_t category)
{
    return category < taxonomy->category_count ? taxonomy->categories[category].remedy : SV_EMPTY;
}

static void describe_enhanced(struct buf *out, const struct taxonomy *taxonomy, sv name,
                              const struct enhanced_entry *entry)
{
    buf_printf(out, "%.*s\n", SV_FMT(name));
    add_field(out, "meaning", entry->name);
    describe_category(out, taxonomy, entry->category);
    add_field(out, "remedy", remedy_of(taxonomy, entry->category));
    add_field(out, "codes", entry->codes);
    add_field(out, "source", entry->source);
    add_field(out, "beware", entry->trap);
}

static void write_code(struct buf *out, const struct taxonomy *taxonomy,
                       const struct code_entry *code)
{
    json_open(out, NULL, '{');
    json_add_number(out, "code", code->code);
    json_add_known(out, "class", code->class_name);
    json_add_known(out, "meaning", code->meaning);
    json_add_known(out, "remedy", code->remedy);
    json_add_known(out, "category", taxonomy_category_name(taxonomy, code->category));
    json_add_known(out, "source", code->source);
    json_add_known(out, "guide_meaning", code->seed_meaning);
    json_add_known(out, "guide_remedy", code->seed_remedy);
    json_end(out);
}

static void write_enhanced(struct buf *out, const struct taxonomy *taxonomy, sv name,
                           const struct enhanced_entry *entry)
{
    json_open(out, NULL, '{');
    json_add_text(out, "enhanced", name);
    json_add_known(out, "meaning", entry->name);
    json_add_known(out, "remedy", remedy_of(taxonomy, entry->category));
    json_add_known(out, "category", taxonomy_category_name(taxonomy, entry->category));
    json_add_known(out, "codes", entry->codes);
    json_add_known(out, "source", entry->source);
    json_add_known(out, "beware", entry->trap);
    json_end(out);
}

static void write_all(struct buf *out, const struct taxonomy *taxonomy)
{
    for (size_t i = 0; i < taxonomy->code_count; i++)
        write_code(out, taxonomy, &taxonomy->codes[i]);
    for (size_t i = 0; i < taxonomy->enhanced_count; i++)
        write_enhanced(out, taxonomy, taxonomy->enhanced[i].key, &taxonomy->enhanced[i]);
}

/* False: nobody knows it. */
static bool add_one(struct buf *out, const struct taxonomy *taxonomy, sv name, bool json)
{
    uint64_t number;
    const struct code_entry *code =
        sv_to_u64(name, &number) && number < 1000 ? taxonomy_code(taxonomy, (int)number) : NULL;
    const struct enhanced_entry *entry = code ? NULL : taxonomy_enhanced(taxonomy, name);
    if (code)
        (json ? write_code : describe_code)(out, taxonomy, code);
    else if (entry)
        (json ? write_enhanced : describe_enhanced)(out, taxonomy, name, entry);
    return code || entry;
}

static void unknown(const struct taxonomy *taxonomy, const char *name)
{
    if (taxonomy_category(taxonomy, sv_from(name)) != CATEGORY_NONE)
        say("'%s' is no code but a category: bouncelog categories %s", name, name);
    else
        say("'%s' is no known code (e.g. 550, 5.1.1)", name);
}

int codes_command(const struct options *options)
{
    struct patterns patterns;
    struct err err;
    struct buf out = {0};
    int code = EXIT_DONE;
    if (patterns_load(&patterns, &options->patterns, &err) < 0)
        return fail(&err);
    if (!options->operand_count)
        (options->json ? write_all : list_all)(&out, &patterns.taxonomy);
    for (size_t i = 0; i < options->operand_count; i++)
        if (!add_one(&out, &patterns.taxonomy, sv_from(options->operands[i]), options->json)) {
            unknown(&patterns.taxonomy, options->operands[i]);
            code = EXIT_USAGE;
        }
    int printed = print_result(buf_sv(&out));
    buf_release(&out);
    patterns_release(&patterns);
    return code == EXIT_DONE ? printed : code;
}
