/* What the summary says of time: the last day, and how long mail waited. */
#include "summary_more.h"

static cJSON *outcomes_object(const struct outcomes *outcomes)
{
    cJSON *object = cJSON_CreateObject();
    json_number(object, "count", outcomes->count);
    json_number(object, "delivered", outcomes->delivered);
    json_number(object, "deferred", outcomes->deferred);
    json_number(object, "bounced", outcomes->bounced);
    json_number(object, "expired", outcomes->expired);
    return object;
}

cJSON *summary_latest_day(const struct latest_day *day)
{
    if (!day->days)
        return cJSON_CreateNull();
    cJSON *object = cJSON_CreateObject();
    json_time(object, "since", day->since);
    json_time(object, "until", day->until);
    json_number(object, "days_before", day->days);
    cJSON_AddItemToObject(object, "latest", outcomes_object(&day->latest));
    cJSON_AddItemToObject(object, "usual", outcomes_object(&day->usual));
    return object;
}

static void add_seconds(cJSON *object, const char *name, int64_t seconds)
{
    if (seconds)
        json_number(object, name, seconds);
    else
        cJSON_AddNullToObject(object, name);
}

static void add_steps(cJSON *object, const struct retries *retries)
{
    cJSON *tries = cJSON_AddArrayToObject(object, "deferrals");
    cJSON *waits = cJSON_AddArrayToObject(object, "waits");
    for (size_t i = 0; i < RETRY_STEPS; i++) {
        cJSON *row = cJSON_CreateObject();
        json_number(row, "at_least", retry_steps[i]);
        json_number(row, "count", retries->by_deferrals[i]);
        cJSON_AddItemToArray(tries, row);
    }
    for (size_t i = 0; i < WAIT_STEPS; i++) {
        cJSON *row = cJSON_CreateObject();
        add_seconds(row, "up_to_s", i < WAIT_STEPS - 1 ? wait_steps[i] : 0);
        json_number(row, "count", retries->by_wait[i]);
        cJSON_AddItemToArray(waits, row);
    }
}

cJSON *summary_retries(const struct report *report)
{
    cJSON *object = cJSON_CreateObject();
    bool some = report->retries.retries.count > 0;
    json_number(object, "delivered_at_once", report->taken_at_once);
    json_number(object, "delivered_later", report->retries.retries.count);
    add_seconds(object, "half_within_s", some ? report->retries.half_s : 0);
    add_seconds(object, "most_within_s", some ? report->retries.most_s : 0);
    add_steps(object, &report->retries.retries);
    cJSON *providers = cJSON_AddArrayToObject(object, "providers");
    for (size_t i = 0; i < report->retry_count; i++) {
        const struct retry_row *provider = &report->retry_rows[i];
        cJSON *row = cJSON_CreateObject();
        json_text(row, "name", provider->name);
        json_number(row, "count", provider->retries.count);
        add_seconds(row, "half_within_s", provider->half_s);
        add_seconds(row, "most_within_s", provider->most_s);
        cJSON_AddItemToArray(providers, row);
    }
    return object;
}
