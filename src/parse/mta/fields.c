/* What the groups of a line shape mean, whatever the MTA: one row a group, `field -> setter`.
 *
 * The groups are named in include/bouncelog/pattern/regex.h. Those that say what kind of line it is
 * (status, new_id, notification) are read in read.c, those that hold words in words_read. */
#include <stddef.h>

#include "../address.h"
#include "mta.h"

static void set_relay_host(const struct line *line, struct record *record, sv value)
{
    (void)line;
    if (sv_ends(value, SV(".")))
        value.len--;
    record->relay.host = value;
}

static void set_relay_ip(const struct line *line, struct record *record, sv value)
{
    (void)line;
    record->relay.ip = sv_starts(value, SV("IPv6:")) ? sv_skip(value, 5) : value;
}

static void set_relay_port(const struct line *line, struct record *record, sv value)
{
    uint64_t port;
    (void)line;
    if (sv_to_u64(value, &port) && port < 65536)
        record->relay.port = (int)port;
}

static void set_delay(const struct line *line, struct record *record, sv value)
{
    if (!line->parser->options.brief || record->outcome != OUTCOME_DELIVERED)
        record->delay_s = address_seconds(value);
}

/* When the message came, in the form of the line's own time. */
static void set_created(const struct line *line, struct record *record, sv value)
{
    int64_t created;
    (void)line;
    if (stamp_seconds(value, &created) && created <= record->time)
        record->delay_s = (double)(record->time - created);
}

static void set_recipients(const struct line *line, struct record *record, sv value)
{
    uint64_t recipients;
    (void)line;
    if (sv_to_u64(value, &recipients) && recipients < 100000)
        record->recipients_expected = (int)recipients;
}

typedef void setter(const struct line *line, struct record *record, sv value);

/* One row a field: who sets it, or where in the record it is kept as it stands. */
static const struct {
    setter *set;
    size_t at;
} rows[FIELD_COUNT] = {
    [FIELD_SENDER] = {NULL, offsetof(struct record, sender)},
    [FIELD_RECIPIENTS] = {set_recipients, 0},
    [FIELD_RECIPIENT] = {NULL, offsetof(struct record, recipient)},
    [FIELD_ORIGINAL] = {NULL, offsetof(struct record, original)},
    [FIELD_DSN] = {NULL, offsetof(struct record, dsn)},
    [FIELD_DELAY] = {set_delay, 0},
    [FIELD_CREATED] = {set_created, 0},
    [FIELD_MAILER] = {NULL, offsetof(struct record, transport)},
    [FIELD_RELAY_HOST] = {set_relay_host, 0},
    [FIELD_RELAY_IP] = {set_relay_ip, 0},
    [FIELD_RELAY_PORT] = {set_relay_port, 0},
};

static inline void set(const struct line *line, struct record *record, int field, sv value)
{
    if (rows[field].set)
        rows[field].set(line, record, value);
    else
        *(sv *)(void *)((char *)record + rows[field].at) = value;
}

#define BIT(field) (UINT64_C(1) << (field))

/* What a record of another kind than an attempt has; all else is undefined there. */
#define OF_ALL (BIT(FIELD_SENDER) | BIT(FIELD_RECIPIENTS))
#define OF_ATTEMPTS                                                                                \
    (BIT(FIELD_RECIPIENT) | BIT(FIELD_ORIGINAL) | BIT(FIELD_DSN) | BIT(FIELD_DELAY) |              \
     BIT(FIELD_CREATED) | BIT(FIELD_MAILER) | BIT(FIELD_RELAY_HOST) | BIT(FIELD_RELAY_IP) |        \
     BIT(FIELD_RELAY_PORT))

void fields_set(struct line *line, const struct shape *shape, struct record *record)
{
    uint64_t wanted = shape->fields & OF_ALL;
    if (record->kind == RECORD_ATTEMPT)
        wanted |= shape->fields & OF_ATTEMPTS;
    if (line->by_template) {
        const struct template_fields *fields = &line->parser->fields;
        for (wanted &= fields->set; wanted; wanted &= wanted - 1) {
            int field = __builtin_ctzll(wanted);
            set(line, record, field, fields->values[field]);
        }
        return;
    }
    for (; wanted; wanted &= wanted - 1) {
        enum field field = (enum field)__builtin_ctzll(wanted);
        set(line, record, (int)field, line_field(line, shape, field));
    }
}

bool mta_is_local(const struct line *line, sv transport)
{
    if (line->header.program.daemon & line->patterns->local_daemons)
        return true;
    for (size_t i = 0; transport.len && i < line->patterns->local_word_count; i++)
        if (sv_eq_nocase(line->patterns->local_words[i], transport))
            return true;
    return false;
}

static void read_accepted(struct line *line, sv text, struct record *record)
{
    record->said.raw = text;
    record->reply.text = text;
    if (!reply_has_code(text))
        return;
    record->said.origin = ORIGIN_REMOTE;
    record->said.stage = STAGE_END_OF_DATA;
    record->reply = reply_parse(text, line->mta->separator, &line->records->arena);
    record->forwarded_id = line->mta->forwarded_id(record->reply.text);
}

/* A log that has the code of a reply apart from its text. */
static void read_coded(struct line *line, const struct shape *shape, sv code, sv text,
                       struct record *record)
{
    uint64_t number;
    bool answered = record->relay.host.len || record->relay.ip.len;
    record->said =
        (struct said){answered ? ORIGIN_REMOTE : ORIGIN_LOCAL,
                      frame_stage(line->patterns, line_field(line, shape, FIELD_COMMAND)), text};
    record->reply = (struct reply){sv_to_u64(code, &number) && number < 1000 ? (int)number : 0,
                                   line_field(line, shape, FIELD_ENHANCED), text};
    if (outcome_is_failure(record->outcome) || !answered)
        return;
    record->said.stage = STAGE_END_OF_DATA;
    record->forwarded_id = line->mta->forwarded_id(text);
}

void words_read(struct line *line, const struct shape *shape, struct record *record)
{
    sv text = line_field(line, shape, FIELD_TEXT), code = line_field(line, shape, FIELD_CODE);
    record->local = record->local || mta_is_local(line, record->transport);
    if (record->outcome == OUTCOME_DELIVERED &&
        (line->header.program.daemon & line->patterns->discard_daemons))
        record->outcome = OUTCOME_DISCARDED;
    if (code.len)
        read_coded(line, shape, code, text, record);
    else if (!outcome_is_failure(record->outcome))
        read_accepted(line, text, record);
    else if (frame_read(line, text, line->mta->separator, record) &&
             record->outcome == OUTCOME_BOUNCED)
        record->outcome = OUTCOME_EXPIRED;
}
