/* text: bytes from strangers made safe for JSON, terminals and lists. */
#ifndef BOUNCELOG_BASE_TEXT_H
#define BOUNCELOG_BASE_TEXT_H

#include "bouncelog/base/arena.h"
#include "bouncelog/base/buf.h"
#include "bouncelog/base/sv.h"

/* The length of the well-formed UTF-8 sequence at the start of v (RFC 3629), 0 when it is none. */
size_t utf8_sequence(sv v);
/* Of a well-formed sequence: C0, DEL, C1, U+2028 or U+2029; many readers end a line at one of them.
 */
bool utf8_is_control(sv sequence);

/* Appends v as a JSON string with its quotes: bytes that are not UTF-8 become U+FFFD, control
 * characters (C0, DEL, C1) and U+2028, U+2029 become \u escapes. */
void text_add_json(struct buf *buf, sv v);
/* The same without the quotes: what stands between them. */
void text_add_json_inside(struct buf *buf, sv v);

/* Appends what stands between the quotes of a cell of CSV (RFC 4180): quotes doubled, bytes that
 * are not UTF-8 become U+FFFD, control characters blanks. */
void text_add_csv(struct buf *buf, sv v);
/* The same at the start of a cell: what a spreadsheet would take for a formula gets an apostrophe
 * in front. */
void text_add_csv_first(struct buf *buf, sv v);

/* Appends v as valid UTF-8 without a NUL: bytes that are not UTF-8 become U+FFFD, NUL U+2400. */
void text_add_utf8(struct buf *buf, sv v);

/* In printed JSON, turns what cJSON leaves raw (DEL, C1, U+2028, U+2029) into \u escapes.
 * Inside valid JSON these characters can stand in strings only. */
void text_add_json_hardened(struct buf *buf, sv printed);

/* Appends v for a terminal or a message: control characters, C1, line separators and the bidi
 * controls become visible \x escapes. */
void text_add_visible(struct buf *buf, sv v);

/* How many columns of a terminal UTF-8 takes (a wide character two, a combining one none), and what
 * of its start fits into so many. */
size_t text_columns(sv v);
sv text_cut(sv v, size_t columns);

/* ASCII-lower-cased copy in the arena. */
sv text_lower(struct arena *arena, sv v);

/* The bytes as lower-case hex digits; out has room for two a byte. */
sv text_hex(const unsigned char *bytes, size_t count, char *out);

/* Does `*` (any run) and `?` (any one byte) match all of v, ASCII case ignored? */
bool text_glob(sv pattern, sv v);

/* How many bytes must be changed, added or left out to make one word of the other (Levenshtein's
 * distance); SIZE_MAX: one of them is too long to be a word. */
size_t text_edits(sv a, sv b);

/* Does the text hold the address (lower-cased), or it as a part of an envelope sender that tells
 * recipients apart (bounce+joe=example.com@...)? As a part of another address it does not count:
 * joe@example.com is not in bigjoe@example.com.au. */
bool text_mentions(sv text, sv address);
/* May bytes that hold texts do so? */
bool text_may_mention(sv bytes, sv address);

#endif
