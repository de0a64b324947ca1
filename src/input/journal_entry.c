/* A journal entry as a line of text. All bytes in front of the message are digits, our own marks,
 * or names with nothing in them but what names hold: no sender can end the header, or begin another
 * one. */
#include <stdio.h>
#include <string.h>

#include "bouncelog/base/date.h"
#include "journal.h"

enum { NAME_MAX_LEN = 255, PID_MAX_LEN = 10 };

static const struct {
    const char *key;
    size_t field;
} fields[] = {
    {"MESSAGE=", offsetof(struct entry, message)},
    {"SYSLOG_IDENTIFIER=", offsetof(struct entry, name)},
    {"_HOSTNAME=", offsetof(struct entry, host)},
    {"_PID=", offsetof(struct entry, pid)},
    {"SYSLOG_PID=", offsetof(struct entry, said_pid)},
    {"_COMM=", offsetof(struct entry, sender.command)},
    {"_EXE=", offsetof(struct entry, sender.program)},
    {"_SYSTEMD_UNIT=", offsetof(struct entry, sender.unit)},
    {"_TRANSPORT=", offsetof(struct entry, sender.transport)},
    {"_UID=", offsetof(struct entry, sender.user)},
};

/* Which of them it is; their number: none. */
static size_t find_field(sv field)
{
    size_t i = 0;
    while (i < sizeof fields / sizeof *fields && !sv_starts(field, sv_from(fields[i].key)))
        i++;
    return i;
}

bool entry_wants(const struct entry *entry, sv field)
{
    size_t i = find_field(field);
    return i < sizeof fields / sizeof *fields &&
           !((const sv *)((const char *)entry + fields[i].field))->ptr;
}

void entry_take(struct entry *entry, sv field)
{
    size_t i = find_field(field);
    if (i < sizeof fields / sizeof *fields)
        *(sv *)((char *)entry + fields[i].field) = sv_skip(field, strlen(fields[i].key));
}

/* Letters, digits and what else names of hosts and programs hold; of anything else a `_`. */
static sv add_name(struct buf *line, sv name, const char *also, sv otherwise)
{
    size_t start = line->len;
    name = sv_sub(name, 0, NAME_MAX_LEN);
    if (!name.len)
        name = otherwise;
    for (size_t i = 0; i < name.len; i++) {
        char byte = name.ptr[i];
        bool fits = is_alnum(byte) || (byte && strchr(also, byte));
        buf_add_byte(line, fits ? byte : '_');
    }
    return sv_skip(buf_sv(line), start);
}

static bool is_number(sv text)
{
    uint64_t number;
    return text.len && text.len <= PID_MAX_LEN && sv_to_u64(text, &number);
}

static void add_stamp(struct buf *line, int64_t microseconds)
{
    char date[DATE_TEXT];
    date_format(microseconds / 1000000, date);
    buf_printf(line, "%.19s.%06d+00:00 ", date, (int)(microseconds % 1000000));
}

bool entry_line(struct buf *line, struct entry *entry, const struct journal_options *options)
{
    enum entry_share share = ENTRY_WHOLE;
    struct buf name = {0};
    entry->sender.name = add_name(&name, entry->name.len ? entry->name : entry->sender.command,
                                  "-._/+@", SV("unknown"));
    if (options->share)
        share = options->share(options->share_context, &entry->sender);
    add_stamp(line, entry->microseconds);
    (void)add_name(line, entry->host, "-._", SV("localhost"));
    buf_add_byte(line, ' ');
    buf_add(line, share == ENTRY_NAMELESS ? SV("not-believed") : entry->sender.name);
    sv pid = is_number(entry->pid) ? entry->pid : entry->said_pid;
    if (is_number(pid))
        buf_printf(line, "[%.*s]", SV_FMT(pid));
    buf_add(line, SV(": "));
    if (share == ENTRY_WHOLE)
        buf_add(line, sv_cut(entry->message, '\n', &(sv){0}));
    buf_add_byte(line, '\n');
    buf_release(&name);
    return share != ENTRY_NAMELESS;
}
