/* Puts views into cJSON (github.com/DaveGamble/cJSON): bytes become valid UTF-8 first, and NUL
 * is made visible, since the library ends a string there. Numbers are written as integers where
 * they are that. An object is printed and freed as soon as it is written, so that a large report
 * takes no more memory than its largest row. */
#include "json.h"

#include <stdio.h>

#include "bouncelog/base/bytes.h"
#include "bouncelog/base/date.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/base/text.h"
#include "bouncelog/output/output.h"

enum { SHORT_TEXT = 512 };

void output_use_mem(void)
{
    cJSON_InitHooks(&(cJSON_Hooks){mem_alloc, mem_free});
}

void json_text(cJSON *object, const char *key, sv text)
{
    char plain[SHORT_TEXT + 1];
    if (text.len <= SHORT_TEXT && bytes_printable(text) == text.len) {
        *sv_put(plain, text) = 0;
        cJSON_AddStringToObject(object, key, plain);
        return;
    }
    struct buf utf8 = {0};
    text_add_utf8(&utf8, text);
    cJSON_AddStringToObject(object, key, buf_cstr(&utf8));
    buf_release(&utf8);
}

/* A text becomes a member first, because that is how it is made safe. */
void json_texts(cJSON *object, const char *key, const sv *texts, size_t count)
{
    cJSON *list = cJSON_AddArrayToObject(object, key);
    for (size_t i = 0; i < count; i++) {
        cJSON *holder = cJSON_CreateObject();
        json_text(holder, "text", texts[i]);
        cJSON_AddItemToArray(list, cJSON_DetachItemFromObject(holder, "text"));
        cJSON_Delete(holder);
    }
}

void json_known(cJSON *object, const char *key, sv text)
{
    if (text.len)
        json_text(object, key, text);
    else
        cJSON_AddNullToObject(object, key);
}

void json_number(cJSON *object, const char *key, int64_t number)
{
    /* As digits: cJSON would print a double and read it back to see whether it is the same. */
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)number);
    cJSON_AddRawToObject(object, key, text);
}

void json_known_number(cJSON *object, const char *key, int64_t number)
{
    if (number)
        json_number(object, key, number);
    else
        cJSON_AddNullToObject(object, key);
}

void json_outcomes(cJSON *object, const struct outcomes *outcomes)
{
    json_number(object, "count", outcomes->count);
    json_number(object, "delivered", outcomes->delivered);
    json_number(object, "deferred", outcomes->deferred);
    json_number(object, "bounced", outcomes->bounced);
    json_number(object, "expired", outcomes->expired);
}

void json_share(cJSON *object, const char *key, double share)
{
    char text[32];
    snprintf(text, sizeof text, "%.6g", (double)(int64_t)(share * 1e6 + 0.5) / 1e6);
    cJSON_AddRawToObject(object, key, text);
}

void json_time(cJSON *object, const char *key, int64_t seconds)
{
    char text[DATE_TEXT];
    date_format(seconds, text);
    cJSON_AddStringToObject(object, key, text);
}

void json_add(struct buf *buf, cJSON *object)
{
    char *printed = cJSON_PrintUnformatted(object);
    if (printed)
        text_add_json_hardened(buf, sv_from(printed));
    cJSON_free(printed);
    cJSON_Delete(object);
}

void json_write(struct outfile *out, cJSON *object)
{
    struct buf text = {0};
    json_add(&text, object);
    outfile_write(out, buf_sv(&text));
    buf_release(&text);
}
