/* Reads a reply without a log line around it, as a person pastes it into `bouncelog explain`: with
 * or without its code, or in the words in which an MTA wraps it. The outcome follows from the
 * code, as there is no log to say it. */
#include "mta/mta.h"
#include "parser.h"

static enum reply_separator separator_of(sv text)
{
    return sv_find(text, SV("\\n")) == SV_NPOS ? REPLY_SPACED : REPLY_ESCAPED;
}

static void read_reply(struct line *line, sv text, struct record *record)
{
    struct arena *arena = &line->records->arena;
    record->said = (struct said){ORIGIN_REMOTE, STAGE_UNKNOWN, text};
    record->reply = reply_parse(text, separator_of(text), arena);
    size_t enhanced = record->reply.code ? 0 : reply_enhanced_length(record->reply.text);
    if (enhanced) { /* people paste the part behind the code, too */
        record->reply.enhanced = sv_sub(record->reply.text, 0, enhanced);
        record->reply.text = sv_trim(sv_skip(record->reply.text, enhanced));
    }
    record->reply.text = reply_undo_octal(record->reply.text, arena);
}

static enum severity class_of(const struct reply *reply)
{
    enum severity severity = reply_severity(reply->code);
    if (severity == SEVERITY_NONE && !reply->code && reply->enhanced.len)
        severity = reply_severity((reply->enhanced.ptr[0] - '0') * 100);
    return severity;
}

/* A greeting (220) in which the server goes on to refuse, as some load balancers do that let two
 * servers speak: the severity of the refusal. */
static enum severity refusal_in_greeting(const struct reply *reply)
{
    for (size_t at = 0; reply->code == 220 && at < reply->text.len; at++) {
        sv here = sv_skip(reply->text, at);
        if (at && reply->text.ptr[at - 1] == ' ' && reply_has_code(here) &&
            reply_enhanced_length(sv_skip(here, 4)) && here.ptr[4] == here.ptr[0])
            return reply_severity((here.ptr[0] - '0') * 100);
    }
    return SEVERITY_NONE;
}

static bool read_frames(struct line *line, uint8_t mta, sv text, struct record *record)
{
    const struct patterns *patterns = line->parser->options.patterns;
    for (uint8_t one = MTA_UNKNOWN + 1; one < patterns->taxonomy.mta_count; one++) {
        if (mta != MTA_UNKNOWN && one != mta)
            continue;
        line->patterns = &patterns->mtas[one];
        line->mta = line->parser->mtas[one];
        if (!frame_knows(line, text))
            continue;
        record->mta = one;
        frame_read(line, text, line->mta->separator == REPLY_ESCAPED ? REPLY_ESCAPED : REPLY_SPACED,
                   record);
        return true;
    }
    return false;
}

void parser_reply(struct parser *parser, uint8_t mta, sv text, struct records *records)
{
    struct clock clock = {0};
    struct stamp none = {.absolute = true};
    struct line line = {.parser = parser,
                        .clock = &clock,
                        .records = records,
                        .mta = &mta_other,
                        .header = {.stamp = &none, .host = SV_EMPTY},
                        .queue_id = SV_EMPTY};
    text = sv_trim(text);
    struct record *record = line_record(&line, RECORD_ATTEMPT);
    record->mta = mta;
    if (reply_has_code(text) || !read_frames(&line, mta, text, record))
        read_reply(&line, text, record);
    int class = record->reply.code / 100;
    enum severity greeted = refusal_in_greeting(&record->reply);
    record->severity = greeted == SEVERITY_NONE ? class_of(&record->reply) : greeted;
    record->outcome = greeted == SEVERITY_NONE && (class == 2 || class == 3) ? OUTCOME_DELIVERED
                      : record->severity == SEVERITY_TRANSIENT               ? OUTCOME_DEFERRED
                                                                             : OUTCOME_BOUNCED;
    if (greeted != SEVERITY_NONE)
        record->said.stage = STAGE_BANNER;
    if (record->severity == SEVERITY_NONE && record->outcome == OUTCOME_BOUNCED)
        record->severity = SEVERITY_PERMANENT;
}
