/* How long mail waited that was not taken at once. Each delivery that was deferred before is
 * counted twice: by the number of deferrals, and by the time since the first of them. The steps
 * are those of usual queues: Postfix asks after five minutes and then ever less often, up to
 * once in over an hour. */
#include "merge.h"

#include <assert.h>

const uint32_t retry_steps[RETRY_STEPS] = {1, 2, 3, 4, 5, 10};
const int64_t wait_steps[WAIT_STEPS] = {300, 900, 1800, 3600, 7200, 14400, 43200, 86400, INT64_MAX};

void retries_add(struct retries *sum, const struct retries *more)
{
    sum->count += more->count;
    for (size_t i = 0; i < RETRY_STEPS; i++)
        sum->by_deferrals[i] += more->by_deferrals[i];
    for (size_t i = 0; i < WAIT_STEPS; i++)
        sum->by_wait[i] += more->by_wait[i];
}

void tally_retry(struct tally *tally, const struct event *event)
{
    sv provider = event->attempt.provider;
    size_t step = RETRY_STEPS - 1, wait = 0;
    struct retries *retries =
        map_add(&tally->retries, provider.len ? provider : SV("(other)"), NULL);
    assert(event->deferrals >= retry_steps[0]);
    while (event->deferrals < retry_steps[step])
        step--;
    while (event->waited_s > wait_steps[wait])
        wait++;
    retries->count++;
    retries->by_deferrals[step]++;
    retries->by_wait[wait]++;
}
