/* mta: what the lines of one MTA need beyond its pattern file (patterns/mta/).
 *
 * An MTA is its file: program names, line shapes, frames, what the groups of its patterns mean.
 * Only where a line cannot be read so there is a hook here: Postfix's ambiguous addresses, Exim's
 * K=V fields and doubled addresses, sendmail's unquoted stat=, and what their queue ids say. An MTA
 * without a row here has none of it: its queue id is the group `queue_id`, its words are framed as
 * the file says. Thread: any, hooks keep no state. */
#ifndef BOUNCELOG_PARSE_MTA_MTA_H
#define BOUNCELOG_PARSE_MTA_MTA_H

#include "../parser.h"

struct mta {
    const char *name; /* as the pattern file has it */

    /* Takes `ID` with what must follow it off the front of *message; empty when there is none.
     * NULL: the group `queue_id` of a shape. */
    sv (*queue_id_take)(sv *message);
    /* The length of an id that may stand at the start of text, for replies that name one. */
    size_t (*queue_id_length)(sv text);
    /* The second at which the message arrived; false when the id does not say. */
    bool (*queue_id_time)(sv id, int64_t *seconds);
    bool needs_id; /* a line without one says nothing but that mail was refused */
    bool quick_id; /* letters and digits, `: `: what quick_header may look for */

    /* Takes off what stands before the MTA's own words; *part: the number of a record's part, 0:
     * it is whole. NULL: nothing stands there. */
    sv (*unwrap)(struct header_reader *reader, struct header *header, int *part);
    /* The queue id that an accepting reply names, where it is one of ours; or empty. */
    sv (*forwarded_id)(sv reply);
    enum reply_separator separator; /* of the lines of one reply */

    /* Reads an attempt whose fields are set: addresses, relay, words. False: the shape does not fit
     * after all. NULL: words_read. */
    bool (*attempt)(struct line *line, const struct shape *shape, struct record *record);
};

extern const struct mta mta_postfix, mta_exim, mta_sendmail, mta_other;

/* By its name in the pattern files; mta_other for one that needs no hooks. */
const struct mta *mta_find(sv name);

/* Reads the message of a line: its class, its records added. */
enum line_class mta_read(struct line *line);
/* Reads what a shape has taken. */
enum line_class mta_read_shape(struct line *line, const struct shape *shape);

/* Sets what the groups of a shape say: addresses, relay, times (fields.c). */
void fields_set(struct line *line, const struct shape *shape, struct record *record);
/* Who said what: of a delivery the reply that took it, of a failure the reply or the MTA's words.
 */
void words_read(struct line *line, const struct shape *shape, struct record *record);

/* Did an agent of our own host deliver or refuse? By daemon, or by transport. */
bool mta_is_local(const struct line *line, sv transport);

#endif
