/* scan: a run over logs, step by step. `bouncelog scan` takes all of them, `bouncelog why` those
 * that write nothing. */
#ifndef BOUNCELOG_CLI_SCAN_H
#define BOUNCELOG_CLI_SCAN_H

#include <time.h>

#include "bouncelog/archive/archive.h"
#include "events.h"
#include "held.h"
#include "mails.h"
#include "results.h"
#include "setup.h"

/* What a run holds open; released in one place. */
struct scan_run {
    struct setup setup;
    struct results results;
    struct buf counting;     /* which mail counts, in words */
    struct archive *archive; /* NULL: without a history */
    event_sink *sink;        /* who takes the events; NULL: nobody */
    void *sink_context;
    bool failures_alone; /* ...but for deliveries */
    struct event_writer events;
    struct mails mails;
    bool keeps_trials; /* for a backtest, with the deliveries that it asks for... */
    const struct trials *awaited_trials; /* ...of addresses that an earlier run found; or NULL */
    bool mails_unread;                   /* some of them */
    struct input *input;
    struct scan_result scan;
    struct input_status *inputs;
    struct arena texts;            /* of them */
    struct suppress_source source; /* what was decided over, and how */
    struct suppress_options how;
    struct decisions decisions;
    struct held held;       /* by the runs before */
    struct regrets regrets; /* that this run adds */
    struct report report;
    struct map listed; /* addresses on the lists that are there */
    struct timespec began;
};

/* The run starts as zeros; the options must outlive it. */
void scan_run_init(struct scan_run *run, const struct options *options);
void scan_run_release(struct scan_run *run);

/* In this order, the setup having been loaded. */
void scan_logs(struct scan_run *run);
void scan_describe_inputs(struct scan_run *run);
int scan_decide(struct scan_run *run, struct err *err) MUST_CHECK;
void scan_make_report(struct scan_run *run);

#endif
