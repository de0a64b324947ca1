/* Shows how far a scan is: on a terminal one line that is written over,
 * elsewhere a line now and then. Compressed input counts by its packed bytes,
 * since nobody knows yet what is in it. */
#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { TERMINAL_INTERVAL_MS = 200, LOG_INTERVAL_MS = 10000 };

static int64_t milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool progress_start(struct progress *progress, enum when when, int64_t total)
{
    bool terminal = isatty(STDERR_FILENO);
    *progress =
        (struct progress){.terminal = terminal, .total = total, .started_ms = milliseconds()};
    progress->last_ms = progress->started_ms;
    return when == WHEN_ALWAYS || (when == WHEN_AUTO && terminal);
}

void progress_show(void *context, int64_t read)
{
    struct progress *progress = context;
    int64_t now = milliseconds(), total = progress->total;
    if (now - progress->last_ms < (progress->terminal ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS) &&
        (progress->shown || progress->terminal))
        return;
    double seconds = (double)(now - progress->started_ms) / 1000;
    double rate = seconds > 0 ? (double)read / seconds : 0;
    fprintf(stderr, "%sbouncelog: %.1f MB read, %.0f MB/s", progress->terminal ? "\r" : "",
            (double)read / 1e6, rate / 1e6);
    if (total > 0 && rate > 0)
        fprintf(stderr, ", %.0f %%, %.0f s left", 100.0 * (double)read / (double)total,
                (double)(total - read) / rate);
    fputs(progress->terminal ? "\x1b[K" : "\n", stderr);
    progress->shown = true;
    progress->last_ms = now;
}

void progress_end(struct progress *progress)
{
    if (progress->shown && progress->terminal)
        fputs("\r\x1b[K", stderr);
}
