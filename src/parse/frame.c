/* Reads how an MTA wraps the words of a failure: who complains, in answer to which command, and
 * which part of the text the remote server said. The frames of an MTA's pattern file are tried in
 * order; a frame may hold words that are framed themselves. */
#include "parser.h"

enum stage frame_stage(const struct mta_patterns *patterns, sv command)
{
    if (sv_starts(command, SV("pipelined "))) /* Exim: sent without waiting for the answer */
        command = sv_skip(command, 10);
    for (size_t i = 0; i < patterns->stage_count; i++)
        if (sv_starts(command, patterns->stages[i].word))
            return patterns->stages[i].stage;
    return STAGE_UNKNOWN;
}

static const struct frame *find_frame(struct line *line, sv text)
{
    for (size_t i = 0; i < line->patterns->frame_count; i++) {
        const struct frame *frame = &line->patterns->frames[i];
        if (sv_starts(text, frame->start) &&
            regex_match(frame->regex, line->parser->matcher, text) == REGEX_YES)
            return frame;
    }
    return NULL;
}

/* Where an address should stand there may be the path of a socket on our own host. */
static void drop_path(struct record *record)
{
    if (sv_find_byte(record->relay.ip, '/') == SV_NPOS)
        return;
    record->relay.ip = SV_EMPTY;
    record->own_hop = true;
}

/* A deferral may say that nothing was tried; anything else that an MTA says was. */
static bool skips(const struct frame *frame, const struct record *record)
{
    return frame->skipped && record->outcome == OUTCOME_DEFERRED;
}

bool frame_read(struct line *line, sv text, enum reply_separator separator, struct record *record)
{
    record->said = (struct said){ORIGIN_LOCAL, STAGE_UNKNOWN, text};
    record->reply = (struct reply){0, SV_EMPTY, reply_undo_octal(text, &line->records->arena)};
    const struct frame *frame = text.len ? find_frame(line, text) : NULL;
    if (!frame)
        return false;
    const struct matcher *m = line->parser->matcher;
    sv inner = matcher_field(m, frame->regex, FIELD_INNER);
    if (inner.len && inner.len < text.len) {
        bool expired = frame_read(line, inner, separator, record);
        record->skipped = skips(frame, record) || record->skipped;
        return expired;
    }
    sv command = matcher_field(m, frame->regex, FIELD_COMMAND);
    sv words = matcher_field(m, frame->regex, FIELD_TEXT);
    sv reply = matcher_field(m, frame->regex, FIELD_REPLY);
    record->each = record->each || frame->each;
    record->said.origin = frame->origin;
    record->said.stage = command.len ? frame_stage(line->patterns, command) : frame->stage;
    if (!record->relay.host.len)
        record->relay.host = matcher_field(m, frame->regex, FIELD_RELAY_HOST);
    if (!record->relay.ip.len)
        record->relay.ip = matcher_field(m, frame->regex, FIELD_RELAY_IP);
    uint64_t port;
    if (!record->relay.port && sv_to_u64(matcher_field(m, frame->regex, FIELD_RELAY_PORT), &port) &&
        port <= UINT16_MAX)
        record->relay.port = (int)port;
    record->hop = matcher_field(m, frame->regex, FIELD_HOP);
    drop_path(record);
    if (words.len)
        record->reply.text = reply_undo_octal(words, &line->records->arena);
    if (reply.len) {
        record->said.raw = reply;
        record->reply = reply_parse(reply, separator, &line->records->arena);
        record->reply.text = reply_undo_octal(record->reply.text, &line->records->arena);
    }
    record->skipped = skips(frame, record);
    return frame->expired;
}

bool frame_knows(const struct line *line, sv text)
{
    for (size_t i = 0; i + 1 < line->patterns->frame_count; i++) /* the last one takes anything */
        if (regex_match(line->patterns->frames[i].regex, line->parser->matcher, text) == REGEX_YES)
            return true;
    return false;
}

enum severity failure_severity(const struct record *record)
{
    enum severity said = reply_severity(record->reply.code);
    if (said == SEVERITY_NONE && record->dsn.len)
        said = reply_severity((record->dsn.ptr[0] - '0') * 100);
    if (said != SEVERITY_NONE)
        return said;
    return record->outcome == OUTCOME_DEFERRED ? SEVERITY_TRANSIENT : SEVERITY_PERMANENT;
}
