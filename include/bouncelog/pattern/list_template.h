/* list_template: how a list of addresses looks to a reader that no format of ours is made for, as
 * patterns/lists.yaml has it.
 *
 *   head '{"Suppressions":['   row '{"EmailAddress":"<address>"}'   between ','   tail ']}\n'
 *
 * A file is one body after the other: head, rows with `between` between them, tail. A body has up
 * to `rows` rows; a list of nobody has no body, but what `empty` says. In a row, names in < and >
 * stand for what is known of the entry (LIST_FIELDS); any other byte is written as it stands.
 *
 * The address is of the safe set (policy_unsafe). Other texts may be a stranger's: they are escaped
 * for JSON, or for a quoted cell of CSV (RFC 4180), and the loader takes them nowhere but between
 * double quotes, whichever row or body goes before (src/pattern/list_row.c). A template that
 * escapes nothing has no such texts. Owned by patterns, immutable for the run; thread: any. */
#ifndef BOUNCELOG_PATTERN_LIST_TEMPLATE_H
#define BOUNCELOG_PATTERN_LIST_TEMPLATE_H

#include "bouncelog/base/buf.h"
#include "bouncelog/base/err.h"
#include "bouncelog/model/names.h"
#include "bouncelog/pattern/place.h"

/* Times are in UTC, as 2026-01-31T23:59:59Z. */
#define LIST_FIELDS(X)                                                                             \
    X(LIST_FIELD_ADDRESS, "address")                                                               \
    X(LIST_FIELD_LOCAL, "local")   /* of the address: what stands before the @... */               \
    X(LIST_FIELD_DOMAIN, "domain") /* ...and behind it */                                          \
    X(LIST_FIELD_KIND, "kind")     /* bounce or complaint, or the template's words for them */     \
    X(LIST_FIELD_CATEGORY, "category")                                                             \
    X(LIST_FIELD_WORDS, "words")       /* Suppressed by bouncelog as CATEGORY on DATE */           \
    X(LIST_FIELD_CODE, "code")         /* of the last reply; 550 where there was none */           \
    X(LIST_FIELD_ENHANCED, "enhanced") /* may be empty */                                          \
    X(LIST_FIELD_REPLY, "reply")       /* a stranger's words; may be empty */                      \
    X(LIST_FIELD_MESSAGES, "count")    /* of messages */                                           \
    X(LIST_FIELD_DAYS, "days")                                                                     \
    X(LIST_FIELD_FIRST_SEEN, "first_seen")                                                         \
    X(LIST_FIELD_LAST_SEEN, "last_seen")
enum list_field { LIST_FIELDS(NAMES_ENUM) LIST_FIELD_COUNT };

enum list_escape { LIST_ESCAPE_NONE, LIST_ESCAPE_JSON, LIST_ESCAPE_CSV };

enum { LIST_PARTS = 24 };

struct list_row_text {
    struct list_part {
        sv literal;
        int field;    /* enum list_field behind it; -1: none */
        bool guarded; /* it is the first of its cell: no formula may begin there */
    } parts[LIST_PARTS];
    size_t count;
};

struct list_body {
    sv head, between, tail, empty;
    struct list_row_text row; /* of no parts: there is no such body */
};

struct list_template {
    sv name;
    enum list_escape escape;
    unsigned tiers;        /* bits of enum tier */
    int rows;              /* of a body; 0: any number */
    sv bounce, complaint;  /* values of <kind> */
    struct list_body list; /* whom it has */
    struct list_body lift; /* FILE.removed: who is not on it any more; no row: an address a line */
    sv example, lift_example;
    struct place place;
};

/* What is known of an entry; of one that is lifted the address alone. */
struct list_values {
    sv fields[LIST_FIELD_COUNT];
};

/* A body that is being written. */
struct list_bodies {
    const struct list_template *template;
    const struct list_body *body;
    int64_t rows; /* of the open body */
    bool begun;   /* somebody is on the list */
};

/* What is wrong with the text of a row. */
struct list_why {
    char text[160];
};

/* Takes a row apart; head, between and tail of the body are there already. */
bool list_body_compile(struct list_body *body, sv row, enum list_escape escape,
                       struct list_why *why) MUST_CHECK;

/* Appends one entry, and what goes before it; then, once, what ends the last body. Whatever
 * `values` has for <local>, <domain> and <kind> is made of the address and of `complaint`. */
void list_bodies_add(struct list_bodies *bodies, struct buf *out, const struct list_values *values,
                     bool complaint);
void list_bodies_end(struct list_bodies *bodies, struct buf *out);

/* Each address of a list that was written so, in order; one may be no address where a value has the
 * literal behind it in it. The views live as long as the call. False: from some byte on it was not
 * written so. */
bool list_template_read(const struct list_template *template, sv text,
                        void (*visit)(void *context, sv address), void *context);

#endif
