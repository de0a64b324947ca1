/* patterns: everything that patterns/ says, loaded, checked and compiled.
 *
 * Loaded once from the files embedded in the program or from a folder (--patterns), with a site's
 * own files in front (--patterns-extra); then immutable and shared by all threads for the run.
 * Every error names file:line:column. What the files look like stands at the head of each of them
 * and in docs/PATTERNS.md. */
#ifndef BOUNCELOG_PATTERN_PATTERNS_H
#define BOUNCELOG_PATTERN_PATTERNS_H

#include "bouncelog/base/arena.h"
#include "bouncelog/base/err.h"
#include "bouncelog/base/map.h"
#include "bouncelog/model/event.h"
#include "bouncelog/model/policy_table.h"
#include "bouncelog/model/taxonomy.h"
#include "bouncelog/pattern/list_template.h"
#include "bouncelog/pattern/place.h"
#include "bouncelog/pattern/regex.h"
#include "bouncelog/pattern/template.h"

/* One example of a pattern: the text, and for a hit the fields that it must give. */
struct example {
    sv text;
    struct place place;
    struct example_field {
        sv name, value;
    } * fields;
    size_t field_count;
};

struct examples {
    struct example *hits, *misses;
    size_t hit_count, miss_count;
};

/* patterns/headers.yaml: what stands before the message. */
enum header_then { HEADER_THEN_TAG, HEADER_THEN_MTA, HEADER_THEN_MESSAGE };

struct header_form {
    sv name;
    struct regex *regex;
    enum header_then then;
    uint8_t mta;   /* HEADER_THEN_MTA: whose own log it is */
    bool repeats;  /* the same bytes mean the same header: it may be remembered */
    bool any_time; /* minute and second are any two digits */
    struct place place;
    struct examples examples;
};

/* What others put around a line: a stamp, the name of a container or of a file. */
struct layer {
    sv name;
    struct regex *regex;
    sv needs;      /* of a sender: bytes without which it is not asked */
    bool numbered; /* of a sender: what sender_template_numbered takes, its pattern takes, too */
    bool piece;    /* what it holds goes on with the next line of its stream */
    bool filler;   /* it says nothing: a line with it is as one without */
    struct place place;
    struct examples examples;
};

/* JSON objects and CSV rows that carry a line, or the message of one: by which keys. The first key
 * of a list that there is counts; a dot leads into an object. */
enum { OBJECT_KEYS = 16 };
struct object_keys {
    sv names[OBJECT_KEYS];
    size_t count;
};
struct object_form {
    sv name;
    struct object_keys when; /* there must be all of them */
    struct object_keys text, program, host, time, stream;
    struct object_keys partial;   /* where `true` stands, the text goes on with the next one */
    struct object_keys container; /* where a wrapper is named, the text is a line all the same */
    bool journal;                 /* journald's own fields say who wrote it, where they are there */
    bool pieces; /* a text that does not end with a line break goes on with the next */
    struct place place;
    struct examples examples;
};

/* patterns/mta/: line shapes; what a line of that shape means. */
#define MEANING_NAMES(X)                                                                           \
    X(MEANING_ATTEMPT, "attempt")                                                                  \
    X(MEANING_SENDER, "sender")                                                                    \
    X(MEANING_QUEUED, "queued")                                                                    \
    X(MEANING_BEGUN, "begun")                                                                      \
    X(MEANING_EXPIRED, "expired")                                                                  \
    X(MEANING_REMOVED, "removed")                                                                  \
    X(MEANING_REFUSED, "refused")                                                                  \
    X(MEANING_CONTEXT, "context")
enum meaning { MEANING_NAMES(NAMES_ENUM) };
enum { MEANING_COUNT = MEANING_CONTEXT + 1 };
sv meaning_name(enum meaning meaning);

enum { STATUS_MAX = 16, TEMPLATES_MAX = 6 };

struct status_outcome {
    sv word; /* of the group `status`; empty: any */
    enum outcome outcome;
    bool context; /* the line is no delivery attempt (a probe) */
};

struct shape {
    sv name, gate;
    sv needs;            /* must stand somewhere in the line; empty: nothing */
    uint64_t daemons;    /* bits of mta_patterns.daemons */
    struct regex *regex; /* NULL: the gate says it all */
    /* Finds the Message-ID in a line that the shape takes; asked only where somebody wants it.
     * NULL: such a line has none. */
    struct regex *identity;
    struct line_template *templates, *identity_templates; /* what the patterns take, too */
    size_t template_count, identity_template_count;
    uint64_t fields; /* bits of enum field: what it may give */
    enum meaning meaning;
    bool arrival; /* sender: the message was handed to us just now */
    bool local;   /* attempt: an agent of our own host delivered or refused */
    struct status_outcome statuses[STATUS_MAX];
    size_t status_count;
    struct place place;
    struct examples examples;
};

static inline bool shape_has_field(const struct shape *shape, enum field field)
{
    return shape->fields >> field & 1;
}

/* What a delivery that no shape takes would look like: it was not understood. */
struct sign {
    sv gate, needs; /* empty: anything */
    uint64_t daemons;
    struct regex *regex; /* NULL: the rest says it all */
};

/* A log whose lines are records: CSV rows in which a column, or JSON objects in which a path
 * (`response.code`) holds what elsewhere stands in a group. */
enum record_format { RECORD_JSON, RECORD_CSV };
enum { RECORD_PATHS = 3, RECORD_VALUES = 8, RECORD_CONDITIONS = 4 };

struct record_condition {
    sv path;
    sv values[RECORD_VALUES]; /* one of them must stand there */
    size_t value_count;       /* 0: something must */
};

struct record_field {
    enum field field;
    sv paths[RECORD_PATHS]; /* joined by dots */
    size_t path_count;
};

struct record_shape {
    enum record_format format;
    struct shape shape; /* without gate, pattern and templates */
    struct record_condition when[RECORD_CONDITIONS];
    size_t when_count;
    struct record_field fields[FIELD_COUNT];
    size_t field_count;
};

/* A shape as seen from the first bytes of what it takes. */
struct gate {
    uint64_t bytes, mask; /* its first eight bytes, as they stand in memory */
    uint64_t daemons;
    uint32_t shape; /* index of mta_patterns.shapes */
};

/* How the MTA wraps the words of a failure. */
struct frame {
    sv name;
    enum origin origin;
    enum stage stage;
    bool expired; /* these words say that the retry time is over */
    bool skipped; /* ...that nothing was tried: it is not time yet, or an earlier failure holds */
    bool each;    /* ...that each recipient gets a reply of its own (record.each) */
    sv start;     /* what the pattern takes begins with these bytes */
    struct regex *regex;
    struct place place;
    struct examples examples;
};

struct command_stage {
    sv word; /* the command starts with it */
    enum stage stage;
};

/* Who sends what an MTA logs to the journal, by what journald itself notes of each sender: globs of
 * its unit, command and program, names of its users. */
struct globs {
    sv *list;
    size_t count;
};
struct journal_senders {
    struct globs units, commands, programs, users;
};

struct mta_patterns {
    struct place place; /* where it was named first */
    sv *programs;       /* globs of program names that are this MTA */
    size_t program_count;
    struct map daemons;       /* name -> uint32_t bit number */
    uint64_t local_daemons;   /* agents that deliver on our own host */
    uint64_t discard_daemons; /* agents that throw mail away */
    uint64_t pipe_daemons;    /* agents that give it to commands of our own (record.piped) */
    uint64_t each_daemons;    /* agents to whom each recipient is answered (record.each) */
    struct shape *shapes;
    size_t shape_count;
    struct record_shape *records;
    size_t record_count;
    /* The gates that begin with a byte, in the order of their shapes, from gates_of[byte] up to
     * gates_of[byte + 1]; and the daemons that they ask for: most lines are ruled out so. */
    struct gate *gates;
    uint32_t gates_of[257];
    uint64_t leads[256];
    /* ...of which all that begins with the byte says that a message begins, or nothing. */
    uint64_t beginnings[256];
    struct frame *frames;
    size_t frame_count;
    struct command_stage *stages;
    size_t stage_count;
    bool daemons_in_path; /* a path that ends with a daemon is this MTA's */
    bool says_removed;    /* a line tells that a queue id is free again */
    sv no_queue_id;       /* stands for an id where no message came into being */
    sv *arrivals;         /* what begins with one of these arrived in that second */
    size_t arrival_count;
    struct sign *signs;
    size_t sign_count;
    uint64_t delivering; /* daemons that some signs are for */
    struct sign *marks;  /* ...in a line of which not even the header was understood */
    size_t mark_count;
    sv *stock_words; /* with which it stands for whatever was answered: its dsn= says more */
    size_t stock_word_count;
    sv *local_words; /* transports (Exim) and mailers (sendmail) that deliver on our own host */
    size_t local_word_count;
    sv *relay_words; /* ...that hand everything to a relay of ours */
    size_t relay_word_count;
    struct journal_senders journal; /* no user: what the journal says of it is believed of nobody */
};

/* patterns/replies/: classification rules. Every file says which layer its rules belong to; the
 * layers are asked in this order, so that words about the sender win over words about the recipient
 * however the files are named. `site` is where a site's own rules stand that name no layer.
 * Patterns of the layer `whole` must match a reply from its first to its last byte: a reply that
 * says one thing and nothing else. */
#define RULE_LAYERS(X)                                                                             \
    X(LAYER_SITE, "site")                                                                          \
    X(LAYER_LOCAL, "local")                                                                        \
    X(LAYER_WHOLE, "whole")                                                                        \
    X(LAYER_SENDER, "sender")                                                                      \
    X(LAYER_CONTENT, "content")                                                                    \
    X(LAYER_QUOTA, "quota")                                                                        \
    X(LAYER_RATE, "rate")                                                                          \
    X(LAYER_RECIPIENT, "recipient")                                                                \
    X(LAYER_REST, "rest")
enum rule_layer { RULE_LAYERS(NAMES_ENUM) LAYER_COUNT };
sv rule_layer_name(enum rule_layer layer);

enum { GATES_MAX = 24, LITERALS_MAX = 64, LITERAL_MIN = 3, PROVIDER_WORDS = 64 };

/* `unless` of a file: what none of its rules may overlook. */
struct guard {
    struct regex *regex;
    sv literals[LITERALS_MAX]; /* one of them stands in every shape that it matches */
    size_t literal_count;
};

struct rule {
    sv name;
    enum rule_layer layer;
    uint8_t category;
    sv remedy, list;
    sv providers[GATES_MAX], codes[GATES_MAX], enhanced[GATES_MAX];
    sv literals[LITERALS_MAX], also[LITERALS_MAX]; /* one of each list must be in the shape */
    size_t provider_count, code_count, enhanced_count, literal_count, also_count;
    uint32_t stages, origins; /* bit sets; 0: any */
    struct regex *regex, *unless;
    struct regex *for_a_time; /* where it matches, too, what the rule takes counts, and no more */
    size_t guard;             /* of patterns.guards, counted from 1; 0: none */
    int unbounded_repeats;    /* of the pattern: more than one can take quadratic time */
    struct place place;
    struct examples examples;
};

/* patterns/notices.yaml: what mailers write for people when a mail failed. */
enum { NOTICE_CONDITIONS = 6 };
struct notice_form {
    sv name;
    enum notice_kind kind;
    struct notice_condition {
        sv header;
        struct regex *regex;
    } when[NOTICE_CONDITIONS];
    size_t when_count;
    struct regex *begin; /* where its words begin; NULL: the headers say it all */
    struct regex *item;  /* one recipient behind that; NULL: `begin` or a header has him */
    struct regex *reply; /* the reply, for recipients without one; NULL: there is none */
    struct regex *end;   /* where its words end; NULL: with the text */
    sv header, returned; /* of the notice, of the mail that came back: who it was for */
    struct place place;
    struct examples examples;
};

struct patterns {
    struct taxonomy taxonomy;
    struct header_form *headers;
    size_t header_count, site_header_count; /* the first site_header_count are the site's own */
    struct layer *layers;
    size_t layer_count;
    struct object_form *objects;
    size_t object_count;
    struct layer *times; /* of times under keys: pattern, place and examples */
    size_t time_count;
    struct layer *senders; /* of envelope senders: pattern, needs, place and examples */
    size_t sender_count;
    struct notice_form *notices; /* loaded with patterns_options.notices */
    size_t notice_count;
    struct layer *daemons, *returned; /* who writes notices; where one begins to quote */
    size_t daemon_count, returned_count;
    struct list_template *lists; /* by patterns/lists.yaml, a site's own first */
    size_t list_count;
    sv *wrappers; /* globs of programs that write the lines of others */
    size_t wrapper_count;
    struct map months;                 /* a name in some language, lower-cased -> int, 1 to 12 */
    struct mta_patterns mtas[MTA_MAX]; /* by taxonomy.mtas */
    struct rule *rules;
    size_t rule_count;
    struct guard *guards;
    size_t guard_count;
    struct map providers_by_mx, providers_by_domain; /* suffix or domain -> sv provider name */
    uint64_t provider_bits[PROVIDER_WORDS];          /* which last labels are in the two maps */
    struct map remedies;   /* provider and category -> sv: patterns_remedy */
    struct map families;   /* named parts of patterns, of all files; used while these are loaded */
    struct map providers;  /* all names of providers */
    struct map keep_hosts; /* labels of host names that rules look at */
    struct policy_table policy;
    struct arena arena;
};

struct patterns_options {
    const char *dir;    /* NULL: the embedded files */
    const char *extra;  /* NULL: none */
    const char *policy; /* NULL: policy.yaml of the above */
    bool notices;       /* forms of bounces, too: only who reads mail has need of them */
};

int patterns_load(struct patterns *patterns, const struct patterns_options *options,
                  struct err *err) MUST_CHECK;
void patterns_release(struct patterns *patterns);

/* The provider behind a relay host, else behind a recipient domain; empty when unknown. */
sv patterns_provider(const struct patterns *patterns, sv relay_host, sv domain);

/* Who answers for the domain of a recipient. */
struct answerer {
    sv provider;        /* empty: unknown */
    uint64_t relay_key; /* then: who may run the server (operator_relay_key) */
};

/* The answers that were given last, by fingerprint. Zero-initialise; one for each thread. */
enum { PROVIDER_MEMO = 2048 };
struct provider_memo {
    uint64_t keys[PROVIDER_MEMO];
    sv names[PROVIDER_MEMO];
    uint8_t kinds[PROVIDER_MEMO]; /* enum relay_kind */
};
/* domain_key is the fingerprint of the recipient's domain in lower case. */
struct answerer patterns_answerer(const struct patterns *patterns, struct provider_memo *memo,
                                  const struct relay *relay, sv recipient, uint64_t domain_key);

/* What to do about a category at this provider; the category's own advice when nothing better is
 * known. */
sv patterns_remedy(const struct patterns *patterns, sv provider, uint8_t category);
/* The same where a hop of our own is at fault, by who says so. */
sv patterns_own_remedy(const struct patterns *patterns, enum origin origin, uint8_t category);

#endif
