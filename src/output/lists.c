#include "bouncelog/base/text.h"
#include "bouncelog/output/output.h"
#include "json.h"

bool list_format_from_name(sv name, enum list_format *format)
{
    static const char *const names[LIST_FORMAT_COUNT] = {"plain", "json", "csv"};
    for (int i = 0; i < LIST_FORMAT_COUNT; i++)
        if (sv_eq(name, sv_from(names[i]))) {
            *format = (enum list_format)i;
            return true;
        }
    return false;
}

static void add_plain(struct buf *out, const struct suppression *entry)
{
    buf_add(out, entry->address);
    buf_add_byte(out, '\n');
}

/* RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe in front. */
static void add_cell(struct buf *out, sv cell)
{
    buf_add_byte(out, '"');
    if (cell.len && strchr("=+-@\t", cell.ptr[0]))
        buf_add_byte(out, '\'');
    while (cell.len) {
        size_t n = utf8_sequence(cell);
        sv sequence = sv_sub(cell, 0, n ? n : 1);
        if (!n)
            buf_add(out, SV("\xEF\xBF\xBD"));
        else if (utf8_is_control(sequence))
            buf_add_byte(out, ' ');
        else if (sequence.ptr[0] == '"')
            buf_add(out, SV("\"\""));
        else
            buf_add(out, sequence);
        cell = sv_skip(cell, sequence.len);
    }
    buf_add_byte(out, '"');
}

static void add_csv(struct buf *out, const struct suppression *entry)
{
    cJSON *times = cJSON_CreateObject();
    json_time(times, "first", entry->first_seen);
    json_time(times, "last", entry->last_seen);
    add_cell(out, entry->address);
    buf_add_byte(out, ',');
    add_cell(out, entry->category);
    buf_add_byte(out, ',');
    add_cell(out, entry->reason);
    buf_printf(out, ",%d,", entry->code);
    add_cell(out, entry->enhanced);
    buf_printf(out, ",%lld,%lld,", (long long)entry->count, (long long)entry->days);
    add_cell(out, sv_from(cJSON_GetObjectItem(times, "first")->valuestring));
    buf_add_byte(out, ',');
    add_cell(out, sv_from(cJSON_GetObjectItem(times, "last")->valuestring));
    buf_add_byte(out, ',');
    add_cell(out, entry->reply);
    buf_add(out, SV("\r\n"));
    cJSON_Delete(times);
}

static void add_json(struct buf *out, const struct suppression *entry, bool first)
{
    cJSON *row = cJSON_CreateObject();
    json_text(row, "address", entry->address);
    json_text(row, "category", entry->category);
    json_text(row, "reason", entry->reason);
    json_code(row, "code", entry->code);
    json_known(row, "enhanced", entry->enhanced);
    json_number(row, "count", entry->count);
    json_number(row, "days", entry->days);
    json_time(row, "first_seen", entry->first_seen);
    json_time(row, "last_seen", entry->last_seen);
    json_text(row, "reply", entry->reply);
    cJSON *evidence = cJSON_AddObjectToObject(row, "evidence");
    json_known(evidence, "host", entry->host);
    json_known(evidence, "queue_id", entry->queue_id);
    json_text(evidence, "file", entry->file);
    json_number(evidence, "line", entry->line);
    buf_add(out, first ? SV("\n") : SV(",\n"));
    json_add(out, row);
}

int64_t output_list(struct outfile *out, const struct report *report, enum list_format format)
{
    struct buf text = {0};
    int64_t skipped = 0;
    bool first = true;
    if (format == LIST_JSON)
        buf_add(&text, SV("["));
    if (format == LIST_CSV)
        buf_add(&text, SV("address,category,reason,code,enhanced,count,days,first_seen,last_seen,"
                          "reply\r\n"));
    for (size_t i = 0; i < report->suppress_count; i++) {
        const struct suppression *entry = &report->suppress[i];
        if (entry->skipped.len) {
            skipped++;
            continue;
        }
        if (format == LIST_PLAIN)
            add_plain(&text, entry);
        else if (format == LIST_CSV)
            add_csv(&text, entry);
        else
            add_json(&text, entry, first);
        first = false;
        outfile_write(out, buf_sv(&text));
        buf_clear(&text);
    }
    if (format == LIST_JSON)
        buf_add(&text, SV("\n]\n"));
    outfile_write(out, buf_sv(&text));
    buf_release(&text);
    return skipped;
}
