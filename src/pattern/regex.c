/* PCRE2 patterns: compiled once, made into machine code by the first thread that needs them, which
 * may be the one that compiles them, too.
 *
 * The library takes its memory from src/base, and every match has a limit of steps. */
#include "bouncelog/pattern/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdatomic.h>
#include <stdio.h>

#include "bouncelog/base/mem.h"

enum { MATCH_LIMIT = 100000, JIT_STACK_MIN = 32 * 1024, JIT_STACK_MAX = 512 * 1024, GROUPS = 64 };

/* Most patterns of a run never meet a text: machine code is made for those that do, by the first
 * thread that asks; others wait for it (about a tenth of a millisecond), so that all threads match
 * in the same way and with the same limits. */
enum machine_code { MACHINE_CODE_NOT_YET, MACHINE_CODE_BUSY, MACHINE_CODE_MADE, MACHINE_CODE_NONE };

struct compiled {
    atomic_int machine_code;
    pcre2_code *code; /* NULL: not yet, or there is none */
};

struct regex {
    struct compiled *compiled;
    sv pattern; /* of one that is compiled later */
    unsigned flags;
    unsigned char group_of[FIELD_COUNT]; /* 0: the pattern has no such group */
};

struct matcher {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
    sv subject;
    int groups; /* set by the last match */
    uint64_t limits;
};

#define FIELD_TEXT(constant, name) name,
static const char *const field_names[] = {FIELD_NAMES(FIELD_TEXT)};

static void *take(size_t size, void *context)
{
    (void)context;
    return mem_alloc(size);
}

static void give_back(void *block, void *context)
{
    (void)context;
    mem_free(block);
}

/* What is made with it takes its memory from mem. */
static pcre2_general_context *from_mem(void)
{
    return pcre2_general_context_create(take, give_back, NULL);
}

sv field_name(enum field field)
{
    return sv_from(field_names[field]);
}

/* PCRE2's table of named groups: entries of one size, each the number in two bytes and the name. */
struct group_table {
    PCRE2_SPTR entries;
    uint32_t count, entry_size;
};

static struct group_table groups_of(const struct regex *regex)
{
    struct group_table table = {0};
    pcre2_pattern_info(regex->compiled->code, PCRE2_INFO_NAMECOUNT, &table.count);
    pcre2_pattern_info(regex->compiled->code, PCRE2_INFO_NAMEENTRYSIZE, &table.entry_size);
    pcre2_pattern_info(regex->compiled->code, PCRE2_INFO_NAMETABLE, &table.entries);
    return table;
}

static sv group_name(const struct group_table *table, uint32_t i)
{
    return sv_from((const char *)table->entries + (size_t)i * table->entry_size + 2);
}

bool field_from_name(sv name, enum field *field)
{
    for (*field = 0; *field < FIELD_COUNT; ++*field)
        if (sv_eq(sv_from(field_names[*field]), name))
            return true;
    return false;
}

static int find_groups(struct regex *regex, char *why, size_t why_size)
{
    struct group_table table = groups_of(regex);
    for (uint32_t i = 0; i < table.count; i++) {
        PCRE2_SPTR entry = table.entries + (size_t)i * table.entry_size;
        unsigned group = (unsigned)entry[0] << 8 | entry[1];
        enum field field;
        if (group >= GROUPS) {
            snprintf(why, why_size, "more than %d groups; write (?:...) where none is read",
                     GROUPS);
            return -1;
        }
        if (field_from_name(group_name(&table, i), &field))
            regex->group_of[field] = (unsigned char)group;
    }
    return 0;
}

bool regex_other_group(const struct regex *regex, uint64_t fields, sv *name)
{
    struct group_table table = groups_of(regex);
    for (uint32_t i = 0; i < table.count; i++) {
        enum field field;
        *name = group_name(&table, i);
        if (!field_from_name(*name, &field) || !(fields >> field & 1))
            return true;
    }
    return false;
}

static pcre2_code *compile(sv pattern, unsigned flags, int *error, size_t *offset)
{
    uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY;
    if (flags & REGEX_ANCHORED)
        options |= PCRE2_ANCHORED;
    if (flags & REGEX_WHOLE)
        options |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
    if (flags & REGEX_CASELESS)
        options |= PCRE2_CASELESS;
    pcre2_general_context *memory = from_mem();
    pcre2_compile_context *context = pcre2_compile_context_create(memory);
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    pcre2_set_bsr(context, PCRE2_BSR_ANYCRLF);
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len, options, error, offset, context);
    pcre2_compile_context_free(context);
    pcre2_general_context_free(memory);
    return code;
}

static struct regex *regex_new(sv pattern, unsigned flags)
{
    struct regex *regex = mem_zero(1, sizeof *regex);
    regex->compiled = mem_zero(1, sizeof *regex->compiled);
    regex->pattern = pattern;
    regex->flags = flags;
    return regex;
}

struct regex *regex_later(sv pattern, unsigned flags)
{
    return regex_new(pattern, flags);
}

struct regex *regex_compile(sv pattern, unsigned flags, char *why, size_t why_size, size_t *offset)
{
    int error = 0;
    struct regex *regex = regex_new(SV_EMPTY, flags);
    regex->compiled->code = compile(pattern, flags, &error, offset);
    if (!regex->compiled->code) {
        PCRE2_UCHAR message[128];
        pcre2_get_error_message(error, message, sizeof message);
        snprintf(why, why_size, "%s", (const char *)message);
        regex_free(regex);
        return NULL;
    }
    *offset = 0;
    if (find_groups(regex, why, why_size) < 0) {
        regex_free(regex);
        return NULL;
    }
    return regex;
}

void regex_free(struct regex *regex)
{
    if (!regex)
        return;
    pcre2_code_free(regex->compiled->code);
    mem_free(regex->compiled);
    mem_free(regex);
}

struct matcher *matcher_new(void)
{
    struct matcher *matcher = mem_zero(1, sizeof *matcher);
    pcre2_general_context *memory = from_mem();
    matcher->data = pcre2_match_data_create(GROUPS, memory);
    matcher->context = pcre2_match_context_create(memory);
    pcre2_general_context_free(memory);
    matcher->stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL);
    pcre2_set_match_limit(matcher->context, MATCH_LIMIT);
    pcre2_set_depth_limit(matcher->context, MATCH_LIMIT);
    if (matcher->stack)
        pcre2_jit_stack_assign(matcher->context, NULL, matcher->stack);
    return matcher;
}

void matcher_free(struct matcher *matcher)
{
    if (!matcher)
        return;
    pcre2_match_data_free(matcher->data);
    pcre2_match_context_free(matcher->context);
    pcre2_jit_stack_free(matcher->stack);
    mem_free(matcher);
}

static enum machine_code make(const struct regex *regex)
{
    struct compiled *compiled = regex->compiled;
    int error;
    size_t offset;
    if (!compiled->code)
        compiled->code = compile(regex->pattern, regex->flags, &error, &offset);
    return compiled->code && pcre2_jit_compile(compiled->code, PCRE2_JIT_COMPLETE) == 0
               ? MACHINE_CODE_MADE
               : MACHINE_CODE_NONE;
}

static bool has_machine_code(const struct regex *regex)
{
    atomic_int *machine_code = &regex->compiled->machine_code;
    int state = atomic_load_explicit(machine_code, memory_order_acquire);
    if (state == MACHINE_CODE_NOT_YET &&
        atomic_compare_exchange_strong(machine_code, &state, MACHINE_CODE_BUSY)) {
        state = (int)make(regex);
        atomic_store_explicit(machine_code, state, memory_order_release);
    }
    while (state == MACHINE_CODE_NOT_YET || state == MACHINE_CODE_BUSY)
        state = atomic_load_explicit(machine_code, memory_order_acquire);
    return state == MACHINE_CODE_MADE;
}

/* A pattern that cannot be compiled has met its limit: counted, and no silent "no". */
static int match(const struct regex *regex, struct matcher *matcher, sv subject)
{
    PCRE2_SPTR bytes = (PCRE2_SPTR)subject.ptr;
    bool by_machine_code = has_machine_code(regex);
    const pcre2_code *code = regex->compiled->code;
    if (by_machine_code)
        return pcre2_jit_match(code, bytes, subject.len, 0, 0, matcher->data, matcher->context);
    return code ? pcre2_match(code, bytes, subject.len, 0, PCRE2_NO_UTF_CHECK, matcher->data,
                              matcher->context)
                : PCRE2_ERROR_INTERNAL;
}

enum regex_result regex_match(const struct regex *regex, struct matcher *matcher, sv subject)
{
    int rc = match(regex, matcher, subject);
    matcher->subject = subject;
    matcher->groups = rc > 0 ? rc : 0;
    if (rc > 0)
        return REGEX_YES;
    if (rc == PCRE2_ERROR_NOMATCH)
        return REGEX_NO;
    matcher->limits++;
    return REGEX_LIMIT;
}

sv matcher_field(const struct matcher *matcher, const struct regex *regex, enum field field)
{
    unsigned group = regex->group_of[field];
    if (!group || (int)group >= matcher->groups)
        return SV_EMPTY;
    const PCRE2_SIZE *ovector = pcre2_get_ovector_pointer(matcher->data) + (size_t)2 * group;
    if (ovector[0] == PCRE2_UNSET)
        return SV_EMPTY;
    return sv_sub(matcher->subject, ovector[0], ovector[1]);
}

bool regex_has_field(const struct regex *regex, enum field field)
{
    return regex->group_of[field] != 0;
}

uint64_t regex_fields(const struct regex *regex)
{
    uint64_t fields = 0;
    for (int field = 0; field < FIELD_COUNT; field++)
        fields |= (uint64_t)regex_has_field(regex, (enum field)field) << field;
    return fields;
}

size_t matcher_start(const struct matcher *matcher)
{
    return matcher->groups ? pcre2_get_ovector_pointer(matcher->data)[0] : 0;
}

size_t matcher_length(const struct matcher *matcher)
{
    const PCRE2_SIZE *ovector = pcre2_get_ovector_pointer(matcher->data);
    return matcher->groups ? ovector[1] - ovector[0] : 0;
}

uint64_t matcher_limits(const struct matcher *matcher)
{
    return matcher->limits;
}

bool regex_has_jit(void)
{
    uint32_t jit = 0;
    pcre2_config(PCRE2_CONFIG_JIT, &jit);
    return jit != 0;
}

bool regex_jit_works(void)
{
    int error;
    PCRE2_SIZE offset;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR) "a+b", PCRE2_ZERO_TERMINATED, 0, &error, &offset, NULL);
    bool works = code && pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0;
    pcre2_code_free(code);
    return works;
}

void regex_library_version(char *text, size_t size)
{
    char version[64] = ""; /* the running library may be newer than the header: ask it */
    pcre2_config(PCRE2_CONFIG_VERSION, version);
    snprintf(text, size, "%s", version);
}
