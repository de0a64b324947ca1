/* Which groups of a pattern somebody reads: one row a field.
 *
 * Header forms are read by src/parse/header/header.c, frames by frame.c, records by
 * record/record.c, words of bounces by
 * src/notify/words.c. What a meaning reads of a line, src/parse/mta/read.c and fields.c tell for
 * all MTAs; `only` and `except` are MTAs whose hooks (src/parse/mta/MTA.c) read more, or take a
 * field from elsewhere. */
#include "fields.h"

enum {
    HEADER = 1,
    HEADER_MESSAGE = 2,
    FRAME = 4,
    RECORD = 8,
    LAYER = 16,
    ENVELOPE = 32,
    WORDS = 64,
    IDENTITY = 128,
};
enum {
    ATTEMPT = 1 << MEANING_ATTEMPT,
    SENDER = 1 << MEANING_SENDER,
    QUEUED = 1 << MEANING_QUEUED,
    BEGUN = 1 << MEANING_BEGUN,
    EXPIRED = 1 << MEANING_EXPIRED,
    REMOVED = 1 << MEANING_REMOVED,
    REFUSED = 1 << MEANING_REFUSED,
    ANY = ATTEMPT | SENDER | QUEUED | BEGUN | EXPIRED | REMOVED | REFUSED,
};

static const struct {
    unsigned elsewhere;        /* than in a line: HEADER ... RECORD; a record of any meaning */
    unsigned meanings;         /* of lines and of records */
    const char *only, *except; /* MTAs of lines, parted by one blank; NULL: all, none */
} readers[FIELD_COUNT] = {
    [FIELD_RECIPIENT] = {WORDS, ATTEMPT | REFUSED, NULL, NULL},
    [FIELD_ORIGINAL] = {WORDS, ATTEMPT | REFUSED, NULL, NULL},
    [FIELD_QUOTED] = {0, ATTEMPT, "exim", NULL},
    [FIELD_SENDER] = {0, SENDER | ATTEMPT | REFUSED, NULL, NULL},
    [FIELD_RELAY] = {0, ATTEMPT, "postfix sendmail", NULL},
    [FIELD_RELAY_HOST] = {FRAME | WORDS, ATTEMPT, NULL, "postfix exim sendmail"},
    [FIELD_RELAY_IP] = {FRAME, ATTEMPT, NULL, "postfix exim sendmail"},
    [FIELD_RELAY_PORT] = {FRAME, ATTEMPT, NULL, "postfix exim sendmail"},
    [FIELD_HOP] = {FRAME, 0, NULL, NULL},
    [FIELD_MAILER] = {0, ATTEMPT, NULL, "exim"},
    [FIELD_DELAY] = {0, ATTEMPT, NULL, "exim"},
    [FIELD_DSN] = {WORDS, ATTEMPT | REFUSED, NULL, NULL},
    [FIELD_STATUS] = {0, ATTEMPT | SENDER, NULL, NULL},
    [FIELD_TEXT] = {FRAME | WORDS, ATTEMPT | REFUSED, NULL, NULL},
    [FIELD_REPLY] = {FRAME, REFUSED, NULL, NULL},
    [FIELD_INNER] = {FRAME, 0, NULL, NULL},
    [FIELD_COMMAND] = {FRAME, ATTEMPT, NULL, "postfix exim sendmail"},
    [FIELD_NEW_ID] = {0, QUEUED | EXPIRED, NULL, NULL},
    [FIELD_QUEUE_ID] = {RECORD, ANY, NULL, "postfix exim sendmail"},
    [FIELD_NOTIFICATION] = {0, SENDER, NULL, NULL},
    [FIELD_TRANSIENT] = {0, REFUSED, NULL, NULL},
    [FIELD_CODE] = {0, ATTEMPT | REFUSED, NULL, "postfix exim sendmail"},
    [FIELD_ENHANCED] = {0, ATTEMPT, NULL, "postfix exim sendmail"},
    [FIELD_TIME] = {RECORD | HEADER, 0, NULL, NULL},
    [FIELD_CREATED] = {0, ATTEMPT, NULL, "exim"},
    [FIELD_RECIPIENTS] = {0, SENDER, NULL, NULL},
    [FIELD_YEAR] = {HEADER | LAYER, 0, NULL, NULL},
    [FIELD_MONTH] = {HEADER | LAYER, 0, NULL, NULL},
    [FIELD_DAY] = {HEADER | LAYER, 0, NULL, NULL},
    [FIELD_HOUR] = {HEADER | LAYER, 0, NULL, NULL},
    [FIELD_MINUTE] = {HEADER | LAYER, 0, NULL, NULL},
    [FIELD_SECOND] = {HEADER | LAYER, 0, NULL, NULL},
    [FIELD_FRACTION] = {HEADER | LAYER, 0, NULL, NULL},
    [FIELD_ZONE] = {HEADER | LAYER, 0, NULL, NULL},
    [FIELD_HOST] = {HEADER | RECORD | WORDS, 0, NULL, NULL},
    [FIELD_PROGRAM] = {HEADER_MESSAGE, 0, NULL, NULL},
    [FIELD_STREAM] = {LAYER, 0, NULL, NULL},
    [FIELD_LOCAL] = {ENVELOPE, 0, NULL, NULL},
    [FIELD_DOMAIN] = {ENVELOPE, 0, NULL, NULL},
    [FIELD_CAMPAIGN] = {ENVELOPE, 0, NULL, NULL},
    [FIELD_MESSAGE_ID] = {IDENTITY, 0, NULL, NULL},
};

static uint64_t fields_elsewhere(unsigned places)
{
    uint64_t fields = 0;
    for (int field = 0; field < FIELD_COUNT; field++)
        if (readers[field].elsewhere & places)
            fields |= UINT64_C(1) << field;
    return fields;
}

uint64_t fields_of_header(enum header_then then)
{
    return fields_elsewhere(then == HEADER_THEN_MESSAGE ? HEADER | HEADER_MESSAGE : HEADER);
}

uint64_t fields_of_layer(void)
{
    return fields_elsewhere(LAYER);
}

uint64_t fields_of_sender(void)
{
    return fields_elsewhere(ENVELOPE);
}

uint64_t fields_of_identity(void)
{
    return fields_elsewhere(IDENTITY);
}

uint64_t fields_of_words(void)
{
    return fields_elsewhere(WORDS);
}

uint64_t fields_of_frame(void)
{
    return fields_elsewhere(FRAME);
}

static bool is_among(const char *mtas, sv mta)
{
    sv rest = mtas ? sv_from(mtas) : SV_EMPTY;
    while (rest.len)
        if (sv_eq(sv_cut(rest, ' ', &rest), mta))
            return true;
    return false;
}

uint64_t fields_of_shape(sv mta, enum meaning meaning)
{
    uint64_t fields = 0;
    for (int field = 0; field < FIELD_COUNT; field++)
        if ((readers[field].meanings >> meaning & 1) &&
            (!readers[field].only || is_among(readers[field].only, mta)) &&
            !is_among(readers[field].except, mta))
            fields |= UINT64_C(1) << field;
    return fields;
}

uint64_t fields_of_record(enum meaning meaning)
{
    return fields_of_shape(SV_EMPTY, meaning) | fields_elsewhere(RECORD);
}
