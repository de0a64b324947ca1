/* What the summary says of the part of the mail that it is about, and of time: the last day beside
 * a usual one, and how long mail waited that was not taken at once. Where a share of the mail
 * waited longer than the last step of the counters, the time is not known and null stands for it.
 */
#include "summary_more.h"

cJSON *summary_cut(const struct report_cut *cut)
{
    cJSON *object = cJSON_CreateObject();
    const struct cut *asked = &cut->asked;
    json_texts(object, "sender", asked->senders.list, asked->senders.count);
    json_texts(object, "provider", asked->providers.list, asked->providers.count);
    json_texts(object, "recipient_domain", asked->recipient_domains.list,
               asked->recipient_domains.count);
    json_texts(object, "unknown_days", cut->unknown_days, cut->unknown_count);
    json_number(object, "unnamed_attempts", cut->unnamed);
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
    json_outcomes(cJSON_AddObjectToObject(object, "latest"), &day->latest);
    json_outcomes(cJSON_AddObjectToObject(object, "usual"), &day->usual);
    return object;
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
        json_known_number(row, "up_to_s", i < WAIT_STEPS - 1 ? wait_steps[i] : 0);
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
    json_known_number(object, "half_within_s", some ? report->retries.half_s : 0);
    json_known_number(object, "most_within_s", some ? report->retries.most_s : 0);
    add_steps(object, &report->retries.retries);
    cJSON *providers = cJSON_AddArrayToObject(object, "providers");
    for (size_t i = 0; i < report->retry_count; i++) {
        const struct retry_row *provider = &report->retry_rows[i];
        cJSON *row = cJSON_CreateObject();
        json_text(row, "name", provider->name);
        json_number(row, "count", provider->retries.count);
        json_known_number(row, "half_within_s", provider->half_s);
        json_known_number(row, "most_within_s", provider->most_s);
        cJSON_AddItemToArray(providers, row);
    }
    return object;
}

static void add_regret(cJSON *object, const struct regret_row *row)
{
    json_number(object, "listed", row->listed);
    json_number(object, "tested", row->tested);
    json_number(object, "accepted", row->accepted);
    json_share(object, "lower_95", row->lower);
    json_share(object, "upper_95", row->upper);
}

static cJSON *reversal_of(const struct reversal *reversal)
{
    cJSON *row = cJSON_CreateObject();
    json_text(row, "address", reversal->address);
    json_known(row, "rule", reversal->rule);
    json_known(row, "category", reversal->category);
    json_known_number(row, "code", reversal->code);
    json_known(row, "reply", reversal->reply);
    json_time(row, "listed_at", reversal->listed_at);
    json_time(row, "accepted_at", reversal->accepted_at);
    return row;
}

cJSON *summary_reversals(const struct report *report)
{
    if (!report->has_regrets)
        return cJSON_CreateNull();
    cJSON *object = cJSON_CreateObject();
    json_number(object, "days", report->regret_days);
    add_regret(object, &report->regret);
    json_number(object, "probed", (int64_t)report->probed_count);
    cJSON *rules = cJSON_AddArrayToObject(object, "by_rule");
    for (size_t i = 0; i < report->regret_count; i++) {
        cJSON *row = cJSON_CreateObject();
        json_text(row, "rule", report->regrets[i].rule);
        add_regret(row, &report->regrets[i]);
        cJSON_AddBoolToObject(row, "held", report->regrets[i].held);
        cJSON_AddItemToArray(rules, row);
    }
    cJSON *entries = cJSON_AddArrayToObject(object, "entries");
    for (size_t i = 0; i < report->reversal_count; i++)
        cJSON_AddItemToArray(entries, reversal_of(&report->reversals[i]));
    return object;
}
