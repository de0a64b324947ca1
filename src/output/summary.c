/* The summary of a scan: one JSON document whose keys are those of
 * docs/schemas/summary.schema.json, in their order. Arrays are written row by row, each row an
 * object of its own on a line of its own, so that differences between two summaries can be read.
 * Nothing is sorted or summed here. */
#include "bouncelog/output/output.h"
#include "json.h"
#include "summary_more.h"

static void key(struct outfile *out, const char *name)
{
    outfile_write(out, SV(",\n\""));
    outfile_write(out, sv_from(name));
    outfile_write(out, SV("\":"));
}

static void member(struct outfile *out, const char *name, cJSON *object)
{
    key(out, name);
    json_write(out, object);
}

static void begin_array(struct outfile *out, const char *name)
{
    key(out, name);
    outfile_write(out, SV("["));
}

static void element(struct outfile *out, size_t index, cJSON *object)
{
    outfile_write(out, index ? SV(",\n ") : SV("\n "));
    json_write(out, object);
}

static void end_array(struct outfile *out)
{
    outfile_write(out, SV("]"));
}

static void write_inputs(struct outfile *out, const struct report *report)
{
    begin_array(out, "inputs");
    for (size_t i = 0; i < report->input_count; i++) {
        const struct input_status *input = &report->inputs[i];
        cJSON *row = cJSON_CreateObject();
        json_text(row, "file", input->file);
        json_text(row, "format", input->format);
        json_known(row, "form", input->form);
        json_number(row, "bytes", input->bytes);
        json_number(row, "lines", input->lines);
        json_number(row, "cut_lines", input->cut_lines);
        json_number(row, "resumed_at", report->inputs[i].resumed_at);
        cJSON_AddBoolToObject(row, "complete", input->complete);
        json_known(row, "error", input->error);
        element(out, i, row);
    }
    end_array(out);
}

static void write_head(struct outfile *out, const struct report *report)
{
    cJSON *tool = cJSON_CreateObject(), *window = cJSON_CreateObject();
    cJSON *at = cJSON_CreateObject();
    outfile_write(out, SV("{\"schema\":\"bouncelog.summary/1\""));
    cJSON_AddStringToObject(tool, "name", "bouncelog");
    json_text(tool, "version", report->version);
    member(out, "tool", tool);
    json_time(at, "at", report->generated_at);
    key(out, "generated_at");
    json_write(out, cJSON_DetachItemFromObject(at, "at"));
    cJSON_Delete(at);
    if (report->has_window) {
        json_time(window, "first", report->first);
        json_time(window, "last", report->last);
    } else {
        cJSON_AddNullToObject(window, "first");
        cJSON_AddNullToObject(window, "last");
    }
    member(out, "window", window);
}

static void write_lines(struct outfile *out, const struct report *report)
{
    cJSON *lines = cJSON_CreateObject();
    json_number(lines, "total", report->lines.total);
    json_number(lines, "delivery", report->lines.delivery);
    json_number(lines, "context", report->lines.context);
    json_number(lines, "other", report->lines.other);
    json_number(lines, "unparsed", report->lines.unparsed);
    member(out, "lines", lines);
}

static void write_recipients(struct outfile *out, const struct report *report)
{
    cJSON *recipients = cJSON_CreateObject();
    json_number(recipients, "attempted", report->recipients.attempted);
    json_number(recipients, "delivered", report->recipients.delivered);
    json_number(recipients, "failed", report->recipients.failed);
    member(out, "recipients", recipients);
}

static void write_counts(struct outfile *out, const struct report *report)
{
    cJSON *attempts = cJSON_CreateObject(), *failures = cJSON_CreateObject();
    json_number(attempts, "total", report->attempts_total);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        json_number(attempts, outcome_name((enum outcome)i).ptr, report->attempts[i]);
    member(out, "attempts", attempts);
    json_number(failures, "transient", report->transient);
    json_number(failures, "permanent", report->permanent);
    member(out, "failures", failures);
    if (!report->cut)
        write_recipients(out, report);
    member(out, "messages", summary_messages(&report->messages.messages));
    member(out, "notifications", summary_messages(&report->messages.notifications));
    if (!report->cut)
        member(out, "skipped", cJSON_CreateNumber((double)report->lines.skipped));
    member(out, "rates", summary_rates(report));
}

static void write_categories(struct outfile *out, const struct report *report)
{
    begin_array(out, "categories");
    for (size_t i = 0; i < report->category_count; i++) {
        const struct category_row *category = &report->categories[i];
        cJSON *row = cJSON_CreateObject();
        json_text(row, "category", category->category);
        json_known(row, "scope", category->scope);
        json_number(row, "count", category->count);
        json_number(row, "transient", category->transient);
        json_number(row, "permanent", category->permanent);
        if (!report->cut)
            json_number(row, "recipients", category->recipients);
        json_text(row, "remedy", category->remedy);
        cJSON *sample = cJSON_AddObjectToObject(row, "sample");
        json_known_number(sample, "code", category->sample_code);
        json_known(sample, "enhanced", category->sample_enhanced);
        json_text(sample, "text", category->sample_text);
        summary_sighting(row, category->first_seen, category->last_seen);
        if (!report->cut)
            json_number(row, "last_24h", category->last_24h);
        element(out, i, row);
    }
    end_array(out);
}

static void write_codes(struct outfile *out, const struct report *report)
{
    begin_array(out, "reply_codes");
    for (size_t i = 0; i < report->code_count; i++) {
        const struct code_row *code = &report->codes[i];
        cJSON *row = cJSON_CreateObject();
        json_number(row, "code", code->code);
        json_text(row, "class", code->class_name);
        json_known(row, "meaning", code->meaning);
        json_known(row, "remedy", code->remedy);
        json_number(row, "count", code->count);
        element(out, i, row);
    }
    end_array(out);
    begin_array(out, "enhanced_codes");
    for (size_t i = 0; i < report->enhanced_count; i++) {
        cJSON *row = cJSON_CreateObject();
        json_text(row, "enhanced", report->enhanced[i].enhanced);
        json_known(row, "meaning", report->enhanced[i].meaning);
        json_number(row, "count", report->enhanced[i].count);
        element(out, i, row);
    }
    end_array(out);
}

static void write_ranking(struct outfile *out, const char *name, const struct ranking *ranking)
{
    begin_array(out, name);
    for (size_t i = 0; i < ranking->count; i++) {
        const struct ranking_row *ranked = &ranking->rows[i];
        cJSON *row = cJSON_CreateObject();
        json_text(row, "name", ranked->name);
        json_outcomes(row, &ranked->outcomes);
        cJSON_AddNumberToObject(row, "bounce_rate", ranked->bounce_rate);
        element(out, i, row);
    }
    end_array(out);
}

/* With what became of the messages. */
static void write_providers(struct outfile *out, const struct report *report)
{
    begin_array(out, "providers");
    for (size_t i = 0; i < report->providers.count; i++) {
        const struct ranking_row *ranked = &report->providers.rows[i];
        const struct message_row *messages = messages_provider(&report->messages, ranked->name);
        cJSON *row = cJSON_CreateObject();
        json_text(row, "name", ranked->name);
        json_outcomes(row, &ranked->outcomes);
        cJSON_AddNumberToObject(row, "bounce_rate", ranked->bounce_rate);
        cJSON_AddItemToObject(row, "messages",
                              messages ? summary_messages(messages) : cJSON_CreateNull());
        element(out, i, row);
    }
    end_array(out);
}

static void write_days(struct outfile *out, const struct report *report)
{
    begin_array(out, "days");
    for (size_t i = 0; i < report->messages.days.count; i++)
        element(out, i, summary_stream(NULL, &report->messages.days.rows[i]));
    end_array(out);
}

static void write_timeline(struct outfile *out, const struct report *report)
{
    begin_array(out, "timeline");
    for (size_t i = 0; i < report->hour_count; i++) {
        cJSON *row = cJSON_CreateObject();
        json_time(row, "time", report->hour_rows[i].start);
        json_outcomes(row, &report->hour_rows[i].outcomes);
        element(out, i, row);
    }
    end_array(out);
}

static void write_streams(struct outfile *out, const struct report *report)
{
    size_t written = 0;
    begin_array(out, "streams");
    for (int cut = 0; cut < CUTS; cut++)
        for (size_t i = 0; i < report->messages.streams[cut].count; i++)
            element(out, written++,
                    summary_stream(stream_cut_names[cut], &report->messages.streams[cut].rows[i]));
    end_array(out);
}

static void write_episodes(struct outfile *out, const struct report *report)
{
    begin_array(out, "episodes");
    for (size_t i = 0; i < report->episode_count; i++)
        element(out, i, summary_episode(&report->episodes[i]));
    end_array(out);
}

static void write_blocks(struct outfile *out, const struct report *report)
{
    begin_array(out, "blocks");
    for (size_t i = 0; i < report->block_count; i++) {
        const struct block_row *block = &report->blocks[i];
        cJSON *row = cJSON_CreateObject();
        json_known(row, "host", block->host);
        json_known(row, "provider", block->provider);
        json_text(row, "category", block->category);
        json_number(row, "count", block->count);
        json_known(row, "list", block->list);
        json_text(row, "remedy", block->remedy);
        json_text(row, "sample", block->sample);
        summary_sighting(row, block->first_seen, block->last_seen);
        json_number(row, "last_24h", block->last_24h);
        element(out, i, row);
    }
    end_array(out);
}

static void write_incidents(struct outfile *out, const struct report *report)
{
    begin_array(out, "incidents");
    for (size_t i = 0; i < report->incident_count; i++) {
        const struct incident_row *incident = &report->incidents[i];
        cJSON *row = cJSON_CreateObject();
        json_text(row, "kind", sv_from(incident->kind));
        json_text(row, "name", incident->name);
        json_time(row, "first", incident->first);
        json_time(row, "last", incident->last);
        cJSON_AddNumberToObject(row, "share", incident->share);
        cJSON_AddNumberToObject(row, "usual", incident->usual);
        json_number(row, "addresses", incident->addresses);
        element(out, i, row);
    }
    end_array(out);
}

static bool is_written(const struct report *report, const struct suppress_entry *entry,
                       size_t written)
{
    return report->suppress_part == SUPPRESS_ALL ||
           (report->suppress_part == SUPPRESS_NEW ? entry->decision->fresh
                                                  : written < report->suppress_top);
}

static void write_suppression(struct outfile *out, size_t index, const struct suppression *entry,
                              const char *name)
{
    struct buf row = {0};
    buf_add(&row, index ? SV(",\n ") : SV("\n "));
    json_suppression(&row, entry, name, true);
    outfile_write(out, buf_sv(&row));
    buf_release(&row);
}

static void write_listed(struct outfile *out, const struct report *report)
{
    size_t written = 0;
    begin_array(out, "suppress");
    for (size_t i = 0; i < report->suppress_count; i++) {
        const struct suppress_entry *entry = &report->suppress[i];
        if (is_written(report, entry, written))
            write_suppression(out, written++, report_suppression(report, entry), "address");
    }
    end_array(out);
    if (report->suppress_part == SUPPRESS_ALL)
        return;
    cJSON *rest = cJSON_CreateObject();
    json_number(rest, "count", (int64_t)(report->suppress_count - written));
    json_texts(rest, "lists", report->suppress_lists, report->suppress_list_count);
    member(out, "suppress_left_out", rest);
}

static void write_suppressions(struct outfile *out, const struct report *report)
{
    write_listed(out, report);
    begin_array(out, "suppress_domains");
    for (size_t i = 0; i < report->suppress_domain_count; i++)
        write_suppression(out, i, &report->suppress_domains[i], "domain");
    end_array(out);
    begin_array(out, "held");
    for (size_t i = 0; i < report->held_count; i++) {
        cJSON *row = cJSON_CreateObject();
        json_text(row, "address", report->held[i].address);
        json_text(row, "why", report->held[i].why);
        element(out, i, row);
    }
    end_array(out);
    begin_array(out, "cleared");
    for (size_t i = 0; i < report->cleared_count; i++) {
        cJSON *row = cJSON_CreateObject();
        json_text(row, "address", report->cleared[i].address);
        json_time(row, "delivered_at", report->cleared[i].delivered_at);
        element(out, i, row);
    }
    end_array(out);
    write_incidents(out, report);
    member(out, "reversals", summary_reversals(report));
    member(out, "brake", cJSON_CreateBool(report->brake));
}

static void write_rules(struct outfile *out, const struct report *report)
{
    begin_array(out, "rules");
    for (size_t i = 0; i < report->rule_count; i++) {
        cJSON *row = cJSON_CreateObject();
        json_text(row, "rule", report->rules[i].rule);
        json_text(row, "category", report->rules[i].category);
        json_number(row, "count", report->rules[i].count);
        element(out, i, row);
    }
    end_array(out);
}

static cJSON *samples_object(const struct sample_list *list)
{
    cJSON *object = cJSON_CreateObject();
    json_number(object, "count", list->count);
    cJSON *samples = cJSON_AddArrayToObject(object, "samples");
    for (size_t i = 0; i < list->kept; i++) {
        cJSON *row = cJSON_CreateObject();
        json_text(row, "file", list->rows[i].file);
        json_number(row, "line", list->rows[i].line);
        json_text(row, "text", list->rows[i].text);
        cJSON_AddItemToArray(samples, row);
    }
    return object;
}

/* With the most frequent shapes, which a site's own rules can be made from. */
static void write_unclassified(struct outfile *out, const struct report *report)
{
    cJSON *object = samples_object(&report->unclassified);
    cJSON *shapes = cJSON_AddArrayToObject(object, "shapes");
    for (size_t i = 0; i < report->shape_count; i++) {
        cJSON *row = cJSON_CreateObject();
        json_text(row, "shape", report->shapes[i].rule);
        json_number(row, "count", report->shapes[i].count);
        if (report->knows_shapes)
            cJSON_AddBoolToObject(row, "new", report->shapes[i].fresh);
        else
            cJSON_AddNullToObject(row, "new");
        cJSON_AddItemToArray(shapes, row);
    }
    member(out, "unclassified", object);
}

/* What a history keeps of a part of the mail; nothing else is in it. */
static void write_part(struct outfile *out, const struct report *report)
{
    member(out, "cut", summary_cut(report->cut));
    write_counts(out, report);
    write_categories(out, report);
    write_providers(out, report);
    write_ranking(out, "recipient_domains", &report->recipient_domains);
    write_ranking(out, "sender_domains", &report->sender_domains);
    write_days(out, report);
    write_streams(out, report);
}

static void write_all(struct outfile *out, const struct report *report)
{
    write_inputs(out, report);
    write_lines(out, report);
    write_counts(out, report);
    write_categories(out, report);
    write_codes(out, report);
    write_providers(out, report);
    write_ranking(out, "recipient_domains", &report->recipient_domains);
    write_ranking(out, "sender_domains", &report->sender_domains);
    write_ranking(out, "hosts", &report->hosts);
    write_ranking(out, "hours", &report->hours);
    write_timeline(out, report);
    write_days(out, report);
    write_streams(out, report);
    member(out, "latest_day", summary_latest_day(&report->latest_day));
    member(out, "retries", summary_retries(report));
    write_rules(out, report);
    write_blocks(out, report);
    write_episodes(out, report);
    write_suppressions(out, report);
    member(out, "unresolved_expiries", cJSON_CreateNumber((double)report->unresolved_expiries));
    if (report->has_mail)
        member(out, "mail", summary_mail(report));
    member(out, "duplicates", cJSON_CreateNumber((double)report->duplicates));
    member(out, "strange_times", cJSON_CreateNumber((double)report->strange_times));
    member(out, "evicted", cJSON_CreateNumber((double)report->evicted));
    write_unclassified(out, report);
    member(out, "unparsed", samples_object(&report->unparsed));
    member(out, "ambiguous", samples_object(&report->ambiguous));
}

void output_summary(struct outfile *out, const struct report *report)
{
    write_head(out, report);
    if (report->cut)
        write_part(out, report);
    else
        write_all(out, report);
    outfile_write(out, SV("}\n"));
}
