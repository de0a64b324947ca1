/* A backtest as one JSON document, docs/schemas/backtest.schema.json.
 *
 * Shares are rounded to six decimals, which is finer than any sample. */
#include <stdio.h>

#include "bouncelog/base/date.h"
#include "bouncelog/output/output.h"
#include "json.h"

static void add_days(cJSON *object, const char *key, double days)
{
    char text[32];
    snprintf(text, sizeof text, "%.1f", days);
    cJSON_AddRawToObject(object, key, text);
}

static void add_group(cJSON *object, const struct tried_group *group)
{
    json_number(object, "listed", group->listed);
    json_number(object, "mailed_again", group->mailed_again);
    json_number(object, "accepted_again", group->accepted_again);
    json_number(object, "not_tested", group->listed - group->mailed_again);
    json_share(object, "lower_95", group->lower);
    json_share(object, "upper_95", group->upper);
    json_number(object, "mails_saved", group->mails_saved);
    json_number(object, "mails_lost", group->mails_lost);
}

static void add_groups(cJSON *object, const char *key, const char *name,
                       const struct tried_groups *groups)
{
    cJSON *list = cJSON_AddArrayToObject(object, key);
    for (size_t i = 0; i < groups->count; i++) {
        cJSON *row = cJSON_CreateObject();
        json_text(row, name, groups->list[i].name);
        add_group(row, &groups->list[i]);
        cJSON_AddItemToArray(list, row);
    }
}

/* The object, with room for more members behind those that it has. */
static void write_open(struct outfile *out, cJSON *object)
{
    struct buf text = {0};
    json_add(&text, object);
    outfile_write(out, sv_sub(buf_sv(&text), 0, text.len - 1));
    buf_release(&text);
}

static cJSON *entry_object(const struct tried_row *entry)
{
    cJSON *row = cJSON_CreateObject();
    json_text(row, "address", entry->address);
    json_text(row, "category", entry->category);
    json_known(row, "rule", entry->rule);
    json_known(row, "provider", entry->provider);
    json_known(row, "operator", entry->operator);
    json_known_number(row, "code", entry->code);
    json_text(row, "reply", entry->reply);
    json_time(row, "first_seen", entry->sign);
    json_time(row, "listed_at", entry->listed_at);
    cJSON_AddBoolToObject(row, "mailed_again", entry->tested);
    if (entry->accepted_at)
        json_time(row, "accepted_at", entry->accepted_at);
    else
        cJSON_AddNullToObject(row, "accepted_at");
    json_number(row, "mails_saved", entry->saved);
    json_number(row, "mails_lost", entry->lost);
    return row;
}

static void write_entries(struct outfile *out, sv key, const struct tried *tried,
                          const struct tried_entries *entries)
{
    struct arena arena = {0};
    outfile_write(out, SV(",\""));
    outfile_write(out, key);
    outfile_write(out, SV("\":["));
    for (size_t i = 0; i < entries->count; i++) {
        arena_clear(&arena);
        struct tried_row row = tried_tell(tried, &entries->list[i], &arena);
        outfile_write(out, i ? SV(",") : SV_EMPTY);
        json_write(out, entry_object(&row));
    }
    outfile_write(out, SV("]"));
    arena_release(&arena);
}

static void write_policy(struct outfile *out, const struct tried *tried,
                         const struct tried_policy *policy)
{
    static const struct {
        const char *key, *name;
    } by[TRIED_BYS] = {[TRIED_BY_RULE] = {"by_rule", "rule"},
                       [TRIED_BY_CATEGORY] = {"by_category", "category"},
                       [TRIED_BY_PROVIDER] = {"by_provider", "provider"},
                       [TRIED_BY_OPERATOR] = {"by_operator", "operator"}};
    cJSON *row = cJSON_CreateObject();
    json_text(row, "name", policy->name);
    json_known(row, "meaning", policy->meaning);
    add_group(row, &policy->all);
    cJSON *days = cJSON_AddObjectToObject(row, "days_to_list");
    if (policy->all.listed) {
        add_days(days, "median", policy->days_median);
        add_days(days, "p90", policy->days_p90);
    } else {
        cJSON_AddNullToObject(days, "median");
        cJSON_AddNullToObject(days, "p90");
    }
    for (int i = 0; i < TRIED_BYS; i++)
        add_groups(row, by[i].key, by[i].name, &policy->by[i]);
    write_open(out, row);
    write_entries(out, SV("reversals"), tried, &policy->reversals);
    outfile_write(out, SV("}"));
}

static void write_diff(struct outfile *out, const struct tried *tried,
                       const struct tried_diff *diff)
{
    cJSON *row = cJSON_CreateObject();
    json_text(row, "from", diff->from);
    json_text(row, "to", diff->to);
    write_open(out, row);
    write_entries(out, SV("enter"), tried, &diff->enter);
    write_entries(out, SV("leave"), tried, &diff->leave);
    outfile_write(out, SV("}"));
}

static void add_window(cJSON *object, const struct tried *tried)
{
    cJSON *window = cJSON_AddObjectToObject(object, "window");
    if (tried->first > tried->last) {
        cJSON_AddNullToObject(window, "first");
        cJSON_AddNullToObject(window, "last");
        json_number(window, "days", 0);
        return;
    }
    json_time(window, "first", tried->first * DATE_DAY);
    json_time(window, "last", (tried->last + 1) * DATE_DAY - 1);
    json_number(window, "days", tried->last - tried->first + 1);
}

/* Entries are written one at a time: all of them as one tree would take gigabytes. */
void output_tried_json(struct outfile *out, const struct tried *tried)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "schema", "bouncelog.backtest/1");
    add_window(object, tried);
    write_open(out, object);
    outfile_write(out, SV(",\"policies\":["));
    for (size_t i = 0; i < tried->policy_count; i++) {
        outfile_write(out, i ? SV(",") : SV_EMPTY);
        write_policy(out, tried, &tried->policies[i]);
    }
    outfile_write(out, SV("],\"diffs\":["));
    for (size_t i = 0; i < tried->diff_count; i++) {
        outfile_write(out, i ? SV(",") : SV_EMPTY);
        write_diff(out, tried, &tried->diffs[i]);
    }
    outfile_write(out, SV("]}\n"));
}
