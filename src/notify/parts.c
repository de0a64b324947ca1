/* Reads the MIME tree of a mail with GMime, and makes a flat list of its parts (RFC 2045, 2046).
 *
 * GMime reads any bytes as some mail; how much of them it gets to see is decided here, since a part
 * costs it a kilobyte and a header half of one. No part begins without a line that begins with
 * "--", no header without a name and a colon: what follows the last one that may count is cut off
 * before. Its objects go before the list leaves. */
#include "parts.h"

#include "bouncelog/base/mem.h"
#include "bouncelog/base/text.h"
#include "fields.h"

#ifdef BOUNCELOG_HAVE_MAIL
#include <gmime/gmime.h>
#include <stdatomic.h>
#include <stdio.h>

enum { BOUNDARIES_MAX = 20000, FIELDS_MAX = 20000 };

struct walk {
    struct arena *arena;
    struct parts *parts;
    bool in_report;
    sv report_type;
};

/* GLib ends the program when it has no memory, after it has said so: here, in our way. What else it
 * says is about mails of strangers, and nobody's business. */
static void on_message(const char *domain, GLogLevelFlags level, const char *message, void *data)
{
    (void)domain, (void)message, (void)data;
    if (level & G_LOG_LEVEL_ERROR)
        mem_exhausted();
}

void parts_begin(void)
{
    static atomic_flag begun = ATOMIC_FLAG_INIT;
    if (atomic_flag_test_and_set(&begun))
        return;
    g_log_set_default_handler(on_message, NULL);
    g_mime_init();
}

const char *parts_library(void)
{
    static char version[48];
    snprintf(version, sizeof version, "GMime %u.%u.%u", gmime_major_version, gmime_minor_version,
             gmime_micro_version);
    return version;
}

int64_t parts_date(sv text)
{
    char date[128];
    if (!text.len || text.len >= sizeof date)
        return INT64_MIN;
    *sv_put(date, text) = '\0';
    GDateTime *time = g_mime_utils_header_decode_date(date);
    if (!time)
        return INT64_MIN;
    int64_t seconds = g_date_time_to_unix(time);
    g_date_time_unref(time);
    return seconds;
}

sv parts_decoded(sv text, struct arena *arena)
{
    if (sv_find(text, SV("=?")) == SV_NPOS)
        return text;
    char *words = g_mime_utils_header_decode_text(NULL, arena_cstr(arena, text));
    sv decoded = words ? arena_copy(arena, sv_from(words)) : text;
    g_free(words);
    return decoded;
}

/* A copy without the CR of CRLF, cut to what a part may have. */
static sv keep(struct walk *walk, sv bytes)
{
    if (bytes.len > NOTICE_BODY_MAX) {
        bytes.len = NOTICE_BODY_MAX;
        walk->parts->limits |= UINT32_C(1) << NOTICE_CUT_BODY;
    }
    char *copy = arena_alloc(walk->arena, bytes.len + 1), *to = copy;
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.ptr[i] != '\r' || i + 1 == bytes.len || bytes.ptr[i + 1] != '\n')
            *to++ = bytes.ptr[i];
    return sv_make(copy, (size_t)(to - copy));
}

static enum part_kind kind_of(const char *type, const char *subtype)
{
    static const struct {
        const char *type, *subtype;
        enum part_kind kind;
    } kinds[] = {
        {"text", "html", PART_HTML},
        {"text", "rfc822-headers", PART_HEADERS},
        {"text", "rfc822", PART_HEADERS},
        {"message", "rfc822-headers", PART_HEADERS},
        {"message", "global-headers", PART_HEADERS},
        {"message", "delivery-status", PART_STATUS},
        {"message", "global-delivery-status", PART_STATUS},
        {"message", "feedback-report", PART_FEEDBACK},
        {"message", "disposition-notification", PART_RECEIPT},
        {"message", "global-disposition-notification", PART_RECEIPT},
        {"message", "rfc822", PART_RETURNED},
        {"message", "rfc2822", PART_RETURNED},
        {"message", "global", PART_RETURNED},
        {"message", "news", PART_RETURNED},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (g_ascii_strcasecmp(type, kinds[i].type) == 0 &&
            g_ascii_strcasecmp(subtype, kinds[i].subtype) == 0)
            return kinds[i].kind;
    return g_ascii_strcasecmp(type, "text") == 0 ? PART_TEXT : PART_OTHER;
}

static void add(struct walk *walk, enum part_kind kind, sv body)
{
    struct parts *parts = walk->parts;
    if (parts->count == NOTICE_PARTS_MAX) {
        parts->limits |= UINT32_C(1) << NOTICE_CUT_PARTS;
        return;
    }
    parts->list[parts->count++] = (struct part){kind, walk->in_report, walk->report_type, body};
}

/* Has the part room for a report? Pictures and archives are not decoded. */
static bool may_be_report(GMimeObject *object, enum part_kind kind)
{
    GMimeContentType *type = g_mime_object_get_content_type(object);
    return kind != PART_OTHER || g_mime_content_type_is_type(type, "message", "*") ||
           g_mime_content_type_is_type(type, "application", "octet-stream");
}

/* What the object writes of itself: of a part its content, of a mail all of it. */
static sv written(struct walk *walk, GMimeObject *object)
{
    GMimeStream *memory = g_mime_stream_mem_new();
    if (GMIME_IS_PART(object)) {
        GMimeDataWrapper *content = g_mime_part_get_content(GMIME_PART(object));
        if (content)
            g_mime_data_wrapper_write_to_stream(content, memory);
    } else {
        g_mime_object_write_to_stream(object, NULL, memory);
    }
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory));
    sv body = keep(walk, sv_make((const char *)bytes->data, bytes->len));
    g_object_unref(memory);
    return body;
}

static void add_leaf(struct walk *walk, GMimeObject *object)
{
    if (walk->parts->count == NOTICE_PARTS_MAX) {
        walk->parts->limits |= UINT32_C(1) << NOTICE_CUT_PARTS;
        return;
    }
    GMimeContentType *type = g_mime_object_get_content_type(object);
    const char *media = type ? g_mime_content_type_get_media_type(type) : NULL;
    const char *subtype = type ? g_mime_content_type_get_media_subtype(type) : NULL;
    enum part_kind kind = kind_of(media ? media : "text", subtype ? subtype : "plain");
    if (GMIME_IS_MESSAGE_PART(object)) {
        GMimeMessage *message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
        if (message)
            add(walk, PART_RETURNED, written(walk, GMIME_OBJECT(message)));
    } else if (GMIME_IS_PART(object)) {
        add(walk, kind, may_be_report(object, kind) ? written(walk, object) : SV_EMPTY);
    }
}

static void visit(struct walk *walk, GMimeObject *object, int depth)
{
    if (!GMIME_IS_MULTIPART(object)) {
        add_leaf(walk, object);
        return;
    }
    if (depth == NOTICE_DEPTH_MAX) {
        walk->parts->limits |= UINT32_C(1) << NOTICE_CUT_DEPTH;
        return;
    }
    struct walk inside = *walk;
    GMimeContentType *type = g_mime_object_get_content_type(object);
    if (g_mime_content_type_is_type(type, "multipart", "report")) {
        const char *report = g_mime_content_type_get_parameter(type, "report-type");
        inside.in_report = true;
        inside.report_type = report ? text_lower(walk->arena, sv_from(report)) : SV_EMPTY;
        walk->parts->has_report = true;
        walk->parts->is_report |= depth == 0;
    }
    int count = g_mime_multipart_get_count(GMIME_MULTIPART(object));
    for (int i = 0; i < count && walk->parts->count < NOTICE_PARTS_MAX; i++)
        visit(&inside, g_mime_multipart_get_part(GMIME_MULTIPART(object), i), depth + 1);
    if (walk->parts->count == NOTICE_PARTS_MAX)
        walk->parts->limits |= UINT32_C(1) << NOTICE_CUT_PARTS;
}

/* Would GMime make a header of this line? Those of bodies are counted as well. */
static bool is_field(const char *line, const char *end)
{
    const char *at = line;
    while (at < end && at - line < 60 && (unsigned char)*at > ' ' && *at != ':')
        at++;
    return at > line && at < end && *at == ':';
}

/* The mail up to the line behind which GMime could make more parts or headers than are let through.
 */
static sv bounded(sv mail, uint32_t *limits)
{
    if (mail.len > NOTICE_MAIL_MAX) {
        mail.len = NOTICE_MAIL_MAX;
        *limits |= UINT32_C(1) << NOTICE_CUT_MAIL;
    }
    size_t boundaries = 0, fields = 0;
    for (const char *at = mail.ptr, *end = at + mail.len;
         (at = memchr(at, '\n', (size_t)(end - at))); at++) {
        bool boundary = end - at > 2 && at[1] == '-' && at[2] == '-';
        boundaries += boundary;
        fields += !boundary && is_field(at + 1, end);
        if (boundaries > BOUNDARIES_MAX || fields > FIELDS_MAX) {
            *limits |= UINT32_C(1) << (boundary ? NOTICE_CUT_PARTS : NOTICE_CUT_HEAD);
            return sv_sub(mail, 0, (size_t)(at - mail.ptr) + 1);
        }
    }
    return mail;
}

static void read_tree(sv mail, struct walk *walk)
{
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(mail.ptr, mail.len);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    g_object_unref(stream);
    g_mime_parser_set_format(parser, GMIME_FORMAT_MESSAGE);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    g_object_unref(parser);
    if (!message)
        return;
    GMimeObject *top = g_mime_message_get_mime_part(message);
    if (top)
        visit(walk, top, 0);
    g_object_unref(message);
}

void parts_read(sv mail, struct arena *arena, struct parts *parts)
{
    *parts = (struct parts){.list = arena_alloc(arena, NOTICE_PARTS_MAX * sizeof *parts->list)};
    struct walk walk = {.arena = arena, .parts = parts, .report_type = SV_EMPTY};
    mail = bounded(mail, &parts->limits);
    parts->head = fields_head(mail, &parts->limits);
    read_tree(mail, &walk);
}

#else
void parts_read(sv mail, struct arena *arena, struct parts *parts)
{
    (void)mail, (void)arena;
    *parts = (struct parts){.head = SV_EMPTY};
}

void parts_begin(void)
{
}

const char *parts_library(void)
{
    return NULL;
}

int64_t parts_date(sv text)
{
    (void)text;
    return INT64_MIN;
}

sv parts_decoded(sv text, struct arena *arena)
{
    (void)arena;
    return text;
}
#endif
