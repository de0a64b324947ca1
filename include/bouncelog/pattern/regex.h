/* regex: PCRE2 patterns, compiled once, run by any number of threads.
 *
 * Compiled for bytes (never UTF), `.` matches every byte, `$` only the very end, newline is LF,
 * JIT where this PCRE2 has it (made at the first match, by one thread for all). A pattern that runs
 * into its match limit (100 000 steps) gives REGEX_LIMIT, which callers count: never a stall, never
 * a silent "no". struct regex is immutable for its users and lives for the run; struct matcher is
 * one thread's scratch. */
#ifndef BOUNCELOG_PATTERN_REGEX_H
#define BOUNCELOG_PATTERN_REGEX_H

#include "bouncelog/base/sv.h"

/* What named groups can mean. Who reads which: src/pattern/fields.c. */
#define FIELD_NAMES(X)                                                                             \
    X(RECIPIENT, "recipient")                                                                      \
    X(ORIGINAL, "original")                                                                        \
    X(QUOTED, "quoted")                                                                            \
    X(SENDER, "sender")                                                                            \
    X(RELAY, "relay")                                                                              \
    X(RELAY_HOST, "relay_host")                                                                    \
    X(RELAY_IP, "relay_ip")                                                                        \
    X(RELAY_PORT, "relay_port")                                                                    \
    X(HOP, "hop")                                                                                  \
    X(MAILER, "mailer")                                                                            \
    X(DELAY, "delay")                                                                              \
    X(DSN, "dsn")                                                                                  \
    X(STATUS, "status")                                                                            \
    X(TEXT, "text")                                                                                \
    X(REPLY, "reply")                                                                              \
    X(INNER, "inner")                                                                              \
    X(COMMAND, "command")                                                                          \
    X(NEW_ID, "new_id")                                                                            \
    X(QUEUE_ID, "queue_id")                                                                        \
    X(NOTIFICATION, "notification")                                                                \
    X(TRANSIENT, "transient")                                                                      \
    X(CODE, "code")                                                                                \
    X(ENHANCED, "enhanced")                                                                        \
    X(TIME, "time")                                                                                \
    X(CREATED, "created")                                                                          \
    X(RECIPIENTS, "recipients")                                                                    \
    X(YEAR, "year")                                                                                \
    X(MONTH, "month")                                                                              \
    X(DAY, "day")                                                                                  \
    X(HOUR, "hour")                                                                                \
    X(MINUTE, "minute")                                                                            \
    X(SECOND, "second")                                                                            \
    X(FRACTION, "fraction")                                                                        \
    X(ZONE, "zone")                                                                                \
    X(HOST, "host")                                                                                \
    X(PROGRAM, "program")                                                                          \
    X(STREAM, "stream")                                                                            \
    X(LOCAL, "local")                                                                              \
    X(DOMAIN, "domain")                                                                            \
    X(CAMPAIGN, "campaign")                                                                        \
    X(MESSAGE_ID, "message_id")

#define FIELD_ENUM(constant, name) FIELD_##constant,
enum field { FIELD_NAMES(FIELD_ENUM) FIELD_COUNT };
#undef FIELD_ENUM

sv field_name(enum field field);
bool field_from_name(sv name, enum field *field);

struct regex;
struct matcher;

enum regex_flags { REGEX_ANCHORED = 1, REGEX_CASELESS = 2, REGEX_WHOLE = 4 };
enum regex_result { REGEX_NO, REGEX_YES, REGEX_LIMIT };

/* NULL on a wrong pattern: *why gets PCRE2's words, *offset the byte in the pattern. */
struct regex *regex_compile(sv pattern, unsigned flags, char *why, size_t why_size, size_t *offset);
/* Compiled by the thread that matches first: for patterns without groups that were checked when
 * they were built in, most of which meet no text in a run. The pattern must live as long. */
struct regex *regex_later(sv pattern, unsigned flags);
void regex_free(struct regex *regex);
/* A named group that is none of these (bits of enum field), if there is one. */
bool regex_other_group(const struct regex *regex, uint64_t fields, sv *name);

struct matcher *matcher_new(void);
void matcher_free(struct matcher *matcher);

/* On REGEX_YES the groups are in the matcher until its next use; they are views of subject. */
enum regex_result regex_match(const struct regex *regex, struct matcher *matcher, sv subject);

/* A named group of the last match; empty when it took no part. */
sv matcher_field(const struct matcher *matcher, const struct regex *regex, enum field field);
bool regex_has_field(const struct regex *regex, enum field field);
/* All of them, as bits. */
uint64_t regex_fields(const struct regex *regex);
/* Where the whole match begins and, of one that begins at the start, its length. */
size_t matcher_start(const struct matcher *matcher);
size_t matcher_length(const struct matcher *matcher);
/* How often a limit was hit by this matcher. */
uint64_t matcher_limits(const struct matcher *matcher);

/* False when this PCRE2 cannot compile to machine code (matching is slower then). */
bool regex_has_jit(void);
/* ...or may not: a host can forbid memory that is written and executed. */
bool regex_jit_works(void);
/* "10.42 2022-12-11" */
void regex_library_version(char *text, size_t size);

#endif
