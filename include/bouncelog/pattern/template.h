/* template: the usual form of a line, read without PCRE2.
 *
 *   to=<{recipient}>, relay={relay}, delay={delay}, delays={}, dsn={dsn}, status={status} ({text}
 *
 * Literal text and fields in turn. A field goes on to the first byte of the literal behind it; the
 * last one goes on to the end of the line. A field that holds a quote, or that is not what its name
 * asks for (delay: digits and dots; dsn: an enhanced status code; status: letters and hyphens;
 * recipients: digits) fits nothing, and neither does an empty field of these. A field that ends at
 * a blank is not empty, and holds no control character; a recipient that does, or that stands with
 * its < and >, is an address with @, not a program or a file; a sender holds no < or >; a
 * Message-ID neither, and no blank.
 *
 *   {}              a field that nobody asked for
 *   {#}             one of digits
 *   {*}             words: printable ASCII without quotes up to where the literal behind it
 *                   stands first, parted by single blanks; () and [] are closed
 *   {~delay}        whatever it holds
 *   {+text}         the literal in front of it is a part of it
 *   {<recipient>}   between < and >, which are parts of it
 *
 * A template is a short cut and never more: a line that fits one must be taken by the pattern of
 * its shape with the same fields. `patterns check` proves that on every example, and
 * tests/property/test_templates.c on a million lines. What fits no template goes to the pattern.
 * Immutable for the run; thread: any. */
#ifndef BOUNCELOG_PATTERN_TEMPLATE_H
#define BOUNCELOG_PATTERN_TEMPLATE_H

#include "bouncelog/base/bytes.h"
#include "bouncelog/pattern/regex.h"

enum { TEMPLATE_PARTS = 16, TEMPLATE_LITERAL = 31 };

enum template_check {
    CHECK_NOTHING,
    CHECK_ADDRESS,
    CHECK_SENDER,
    CHECK_DECIMAL,
    CHECK_ENHANCED,
    CHECK_WORD,
    CHECK_NUMBER,
    CHECK_ID,
    CHECK_ID_ALONE
};

enum template_end {
    END_NO_FIELD, /* the line ends here */
    END_OF_LINE,
    END_AT_STOP,
    END_AT_BLANK, /* or at the stop; if that is a blank, at a quote */
    END_OF_WORDS  /* `{*}` */
};

struct template_part {
    char literal[TEMPLATE_LITERAL + 1]; /* in front of the field */
    unsigned literal_mask;              /* as bytes_equal32 takes it */
    size_t literal_len;
    int field;                 /* enum field; negative: none, or not asked for */
    enum template_check check; /* what it has to be */
    enum template_end end;     /* what ends it */
    bool unchecked;            /* `{~field}` */
    bool closed;               /* `{<field>}`: the stop is its last byte */
    char stop;                 /* the byte behind it; 0: there is none */
    size_t kept;               /* of the literal, how many bytes the field begins with */
    struct bytes_two ends;     /* END_AT_STOP: the stop or a quote, whichever comes first */
};

struct line_template {
    struct template_part parts[TEMPLATE_PARTS];
    size_t count;
    uint64_t fields; /* bits of enum field */
};

/* The views of the fields that a template names, by enum field. */
struct template_fields {
    uint64_t set;
    sv values[FIELD_COUNT];
};

/* False, and *why says what is wrong, when text is no template. */
bool template_compile(struct line_template *compiled, sv text, const char **why);
/* A field that the text names and that is none of these (bits of enum field), if there is one. */
bool template_other_field(sv text, uint64_t fields, sv *name);

/* subject: readable for 32 bytes beyond its end. */
bool template_match(const struct line_template *compiled, sv subject,
                    struct template_fields *fields);

#endif
