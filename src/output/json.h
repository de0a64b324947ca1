/* json: cJSON with views instead of C strings. */
#ifndef BOUNCELOG_OUTPUT_JSON_H
#define BOUNCELOG_OUTPUT_JSON_H

#include <cjson/cJSON.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/outfile.h"
#include "bouncelog/report/report.h"

void json_text(cJSON *object, const char *key, sv text);
/* An empty text is null. */
void json_known(cJSON *object, const char *key, sv text);
void json_number(cJSON *object, const char *key, int64_t number);
void json_texts(cJSON *object, const char *key, const sv *texts, size_t count);
/* Zero is null. */
void json_known_number(cJSON *object, const char *key, int64_t number);
void json_outcomes(cJSON *object, const struct outcomes *outcomes);
/* A share, to six decimals. */
void json_share(cJSON *object, const char *key, double share);
void json_time(cJSON *object, const char *key, int64_t seconds);
/* Behind what stands in the buffer, where a row may stand. The address or domain stands under
 * `name`; `whole`: with the rule, and what a list does not carry. */
void json_suppression(struct buf *row, const struct suppression *entry, const char *name,
                      bool whole);
/* Prints without blanks, hardens, deletes the object. */
void json_add(struct buf *buf, cJSON *object);
void json_write(struct outfile *out, cJSON *object);

#endif
