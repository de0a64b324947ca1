/* An event as a line, in the form that was asked for.
 *
 * What a history keeps is compared with what it has counted on the same days: a day of which events
 * were kept only in part looks like any other. */
#include "events.h"

#include "cli.h"

bool events_asked(const struct options *options, const struct event *event)
{
    return options->events_which == EVENTS_ALL || event->attempt.outcome != OUTCOME_DELIVERED;
}

void event_write(struct event_writer *writer, const struct event *event)
{
    const struct options *options = writer->setup->options;
    if (!writer->out || !events_asked(options, event))
        return;
    buf_clear(&writer->line);
    (options->event_format == EVENTS_ECS ? output_event_ecs : output_event)(
        &writer->line, event, &writer->setup->patterns.taxonomy, setup_redactor(writer->setup),
        &writer->arena);
    arena_clear(&writer->arena);
    outfile_write(writer->out, buf_sv(&writer->line));
}

void event_writer_release(struct event_writer *writer)
{
    buf_release(&writer->line);
    arena_release(&writer->arena);
}

struct past_events {
    struct event_writer *writer;
    int64_t seen[OUTCOME_COUNT];
};

static void take_event(void *context, const struct event *event)
{
    struct past_events *past = context;
    if (event->attempt.outcome < OUTCOME_COUNT)
        past->seen[event->attempt.outcome]++;
    event_write(past->writer, event);
}

static int64_t more(int64_t counted, int64_t seen)
{
    return counted > seen ? counted - seen : 0;
}

/* That a delivery was handed over is known later than the event says. Attempts whose time cannot be
 * are counted on other days than their own. */
static int64_t find_missing(const struct past_events *past, const struct tally *counted)
{
    static const enum outcome failures[] = {OUTCOME_DEFERRED, OUTCOME_BOUNCED, OUTCOME_EXPIRED};
    const int64_t *attempts = counted->attempts, *seen = past->seen;
    int64_t missing = 0;
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
        missing += more(attempts[failures[i]], seen[failures[i]]);
    if (past->writer->setup->options->events_which == EVENTS_ALL)
        missing += more(attempts[OUTCOME_DELIVERED] + attempts[OUTCOME_HANDED_OVER],
                        seen[OUTCOME_DELIVERED] + seen[OUTCOME_HANDED_OVER]);
    return more(missing, counted->strange);
}

int events_of_past(struct event_writer *writer, struct archive *archive,
                   struct archive_window window, const struct cut *cut, const struct tally *counted,
                   int64_t *missing, struct err *err)
{
    struct past_events past = {.writer = writer};
    if (archive_each_event(archive, window, cut, take_event, &past, err) < 0)
        return -1;
    *missing = find_missing(&past, counted);
    return 0;
}
