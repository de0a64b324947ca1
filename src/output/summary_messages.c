/* What the summary says of messages: counts by last outcome, their shares, the cuts through them,
 * and from when to when something was met. A share of nothing is null, as is a time that is not
 * known. */
#include "summary_more.h"

static void add_counts(cJSON *object, const struct message_row *row)
{
    json_number(object, "total", row->total);
    json_number(object, "delivered", row->counts.delivered);
    json_number(object, "bounced", row->counts.bounced);
    json_number(object, "expired", row->counts.expired);
    json_number(object, "waiting", row->counts.waiting);
    json_number(object, "discarded", row->counts.discarded);
    json_number(object, "handed_over", row->counts.handed_over);
}

static void add_share(cJSON *object, const char *key, double share, int64_t whole)
{
    if (whole)
        cJSON_AddNumberToObject(object, key, share);
    else
        cJSON_AddNullToObject(object, key);
}

static void add_shares(cJSON *object, const struct message_row *row)
{
    add_share(object, "delivery_rate", row->delivery_rate, row->sent);
    add_share(object, "bounce_rate", row->bounce_rate, row->sent);
    add_share(object, "hard_bounce_rate", row->hard_bounce_rate, row->sent);
}

static void add_time(cJSON *object, const char *key, int64_t time)
{
    if (time)
        json_time(object, key, time);
    else
        cJSON_AddNullToObject(object, key);
}

cJSON *summary_messages(const struct message_row *row)
{
    cJSON *object = cJSON_CreateObject();
    add_counts(object, row);
    return object;
}

cJSON *summary_rates(const struct report *report)
{
    cJSON *object = cJSON_CreateObject();
    add_share(cJSON_AddObjectToObject(object, "attempts"), "bounce_rate", report->bounce_rate,
              report->attempts_tried);
    add_shares(cJSON_AddObjectToObject(object, "messages"), &report->messages.messages);
    return object;
}

cJSON *summary_stream(const char *kind, const struct message_row *row)
{
    cJSON *object = cJSON_CreateObject();
    if (kind)
        json_text(object, "kind", sv_from(kind));
    json_text(object, "name", row->name);
    add_counts(object, row);
    add_shares(object, row);
    return object;
}

cJSON *summary_episode(const struct episode_row *episode)
{
    cJSON *object = cJSON_CreateObject();
    json_text(object, "kind", episode->kind);
    json_known(object, "host", episode->host);
    json_known(object, "provider", episode->provider);
    json_known(object, "list", episode->list);
    add_time(object, "first_seen", episode->first_seen);
    add_time(object, "last_seen", episode->last_seen);
    cJSON_AddBoolToObject(object, "ended", episode->ended);
    add_time(object, "ended_at", episode->ended_at);
    json_number(object, "count", episode->count);
    json_known_number(object, "retry_after_s", episode->retry_after_s);
    json_number(object, "taken_per_hour", episode->taken_per_hour);
    return object;
}

void summary_sighting(cJSON *row, int64_t first, int64_t last)
{
    add_time(row, "first_seen", first);
    add_time(row, "last_seen", last);
}

cJSON *summary_mail(const struct report *report)
{
    const struct mail_counts *mail = &report->mail;
    cJSON *object = cJSON_CreateObject();
    json_number(object, "mails", (int64_t)mail->mails);
    json_number(object, "bounces", (int64_t)mail->bounces);
    json_number(object, "complaints", (int64_t)mail->complaints);
    json_number(object, "without_recipient", (int64_t)mail->nameless);
    json_number(object, "not_read_whole", (int64_t)mail->cut);
    json_number(object, "bounced_later", report->attempts[OUTCOME_BOUNCED_LATER]);
    json_number(object, "complained", report->attempts[OUTCOME_COMPLAINED]);
    json_number(object, "unproven", (int64_t)mail->unproven);
    return object;
}
