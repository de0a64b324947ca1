/* json_text: small JSON documents of the commands that one looks things up with. */
#ifndef BOUNCELOG_CLI_JSON_TEXT_H
#define BOUNCELOG_CLI_JSON_TEXT_H

#include "bouncelog/base/buf.h"
#include "bouncelog/base/sv.h"

/* Each appends one value, with a comma before it where one is needed; key NULL: in an array, or the
 * document itself. Brackets: '{' and '}', '[' and ']'; the document ends with json_end. */
void json_open(struct buf *out, const char *key, char bracket);
void json_close(struct buf *out, char bracket);
void json_end(struct buf *out); /* closes the object that is the document; a line by itself */

void json_add_text(struct buf *out, const char *key, sv text);
/* An empty text, a time or a number of zero is null. */
void json_add_known(struct buf *out, const char *key, sv text);
void json_add_time(struct buf *out, const char *key, int64_t seconds);
void json_add_known_number(struct buf *out, const char *key, int64_t number);
void json_add_number(struct buf *out, const char *key, int64_t number);
void json_add_bool(struct buf *out, const char *key, bool holds);
void json_add_null(struct buf *out, const char *key);

#endif
