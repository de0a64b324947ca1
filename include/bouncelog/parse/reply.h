/* reply: the grammar of SMTP replies undone.
 *
 * RFC 5321 section 4.2.1: lines `CODE-text`, the last one `CODE text`; RFC 2034 and 3463: an
 * enhanced status code behind the code of a line. Codes are read by position, never searched for:
 * "10.5.1.20" and "552@example.com" are no codes. A total function: what has no code is all text.
 *
 * How the lines of one reply are joined depends on who logged it:
 *   REPLY_SPACED   Postfix: by one space, every line keeps its code (smtp/smtp_chat.c)
 *   REPLY_ESCAPED  Exim: by the two characters \n, codes kept (string.c, string_printing)
 *   REPLY_SINGLE   sendmail: only one line is logged (deliver.c, logdelivery)
 * The code is that of the last line shown; the enhanced code that of the last line, else of an
 * earlier one, as the remote wrote it. What lies beyond 8 KiB of a reply is not looked at (Postfix
 * logs 2 000 bytes at most, Exim about 1 000, sendmail 203). Thread: any. */
#ifndef BOUNCELOG_PARSE_REPLY_H
#define BOUNCELOG_PARSE_REPLY_H

#include "bouncelog/base/arena.h"
#include "bouncelog/model/event.h"

enum reply_separator { REPLY_SPACED, REPLY_ESCAPED, REPLY_SINGLE };

/* text is a view of raw, or a copy in the arena when codes had to be taken out of its middle. */
struct reply reply_parse(sv raw, enum reply_separator separator, struct arena *arena);

/* Does raw begin with a reply code and a separator? */
bool reply_has_code(sv raw);

/* The length of a well-formed enhanced status code at the start of v, 0 when there is none. */
size_t reply_enhanced_length(sv v);

/* "421", "5.1.1": the class digit's severity; SEVERITY_NONE for anything else. */
enum severity reply_severity(int code);

/* Octal escapes (\303\251 as Exim and sendmail write them, #303#251 as rsyslog does) of bytes that
 * make up UTF-8 become those bytes; everything else stays as logged. */
sv reply_undo_octal(sv text, struct arena *arena);

#endif
