/* Reads addresses from suppression lists.
 *
 * Lists in formats of ours, which no template describes, differ in all but this: each entry has a
 * line, its address is the first word there with an @ in it, and none puts a byte beside it that an
 * address may have. Lists of others quote strangers, before the address as well. There an address
 * is what a whole cell is: of the column whose head says so, or, without a head, the only one of
 * the line; in JSON, of the member that services call by one of a few names. What is not sure is
 * counted, and nobody is taken for it. */
#include "listed.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/mem.h"
#include "json_pull.h"

enum { DEPTH_MAX = 32, BLOCK = 1 << 16 };

/* What an address in a list is made of. Other letters than ASCII's are a part of it: without them
 * it would be somebody else's. */
static bool is_address_byte(char c)
{
    return is_alnum(c) || (unsigned char)c >= 0x80 || (c && strchr("!#$%&'*+-/=?^_`{|}~.@", c));
}

static bool is_address(sv word)
{
    size_t at = sv_rfind_byte(word, '@');
    return at != SV_NPOS && at > 0 && at + 1 < word.len;
}

/* A sendmail map has To: in front. */
sv listed_word(sv line)
{
    for (size_t at = 0; at < line.len; at++) {
        size_t from = at;
        while (at < line.len && is_address_byte(line.ptr[at]))
            at++;
        sv word = sv_sub(line, from, at);
        if (is_address(word))
            return word;
    }
    return SV_EMPTY;
}

void listed_init(struct listed *listed, size_t value_size)
{
    *listed = (struct listed){0};
    map_init(&listed->addresses, value_size);
}

void listed_release(struct listed *listed)
{
    map_release(&listed->addresses);
}

static sv unquoted(sv cell)
{
    cell = sv_trim(cell);
    bool quoted = cell.len >= 2 && cell.ptr[0] == '"' && cell.ptr[cell.len - 1] == '"';
    return quoted ? sv_trim(sv_sub(cell, 1, cell.len - 1)) : cell;
}

/* The cell is an address and nothing else, or one with a name before it: "Joe <joe@x.example>". */
static sv address_of(sv cell)
{
    cell = unquoted(cell);
    size_t open = sv_rfind_byte(cell, '<');
    if (open != SV_NPOS && cell.ptr[cell.len - 1] == '>')
        cell = sv_sub(cell, open + 1, cell.len - 1);
    for (size_t i = 0; i < cell.len; i++)
        if (!is_address_byte(cell.ptr[i]))
            return SV_EMPTY;
    sv domain = sv_after_last(cell, '@');
    bool one = is_address(cell) && sv_find_byte(cell, '@') == cell.len - domain.len - 1;
    return one && !strchr("/=", domain.ptr[0]) ? cell : SV_EMPTY;
}

static bool add(struct listed *listed, sv cell)
{
    char key[MAILBOX_MAX];
    sv address = address_of(cell);
    if (!address.len || address.len > sizeof key)
        return false;
    map_add(&listed->addresses, mailbox_key(address, key), NULL);
    return true;
}

/* Of Amazon SES, Mailgun, SendGrid, SparkPost, Postmark, Brevo, Mailchimp and others; of a list of
 * them in the plural. */
static bool names_address(sv name)
{
    static const char *const names[] = {
        "email",         "e-mail", "address", "emailaddress", "recipient",  "email_address",
        "email address", "mail",   "emails",  "addresses",    "recipients", "recipient_emails"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (sv_eq_nocase(name, sv_from(names[i])))
            return true;
    return false;
}

/* --- JSON */

static void read_value(struct listed *listed, struct json_pull *json, bool wanted, int depth)
{
    sv name;
    int begins = pull_ahead(json);
    if (depth == DEPTH_MAX) {
        json->broken = true;
    } else if (begins == '[') {
        for (bool inside = false; pull_item(json, &inside);)
            read_value(listed, json, wanted || !depth, depth + 1);
    } else if (begins == '{') {
        for (bool inside = false; pull_member(json, &inside, &name);)
            read_value(listed, json, names_address(name), depth + 1);
    } else if (begins == '"' && wanted) {
        listed->strange += !add(listed, pull_text(json));
    } else {
        listed->strange += wanted;
        pull_skip(json);
    }
}

/* One document, or one a line. */
static bool read_json(struct listed *listed, const struct buf *text)
{
    struct json_pull json;
    FILE *file = fmemopen(text->ptr, text->len, "r");
    mem_check(file ? 0 : errno);
    pull_begin(&json, file);
    do
        read_value(listed, &json, false, 0);
    while (!json.broken && !pull_at_end(&json));
    bool whole = !json.broken;
    pull_release(&json);
    fclose(file);
    return whole;
}

/* --- lines */

static const char any_delimiter[] = ",;\t";

/* The next cell of a row; a delimiter or a quote within quotes is a part of it. */
static sv next_cell(sv *row, const char *delimiters)
{
    size_t end = 0;
    for (bool quoted = false;
         end < row->len && (quoted || !row->ptr[end] || !strchr(delimiters, row->ptr[end])); end++)
        quoted ^= row->ptr[end] == '"';
    sv cell = sv_sub(*row, 0, end);
    *row = end < row->len ? sv_skip(*row, end + 1) : SV_EMPTY;
    return cell;
}

struct columns {
    char delimiter[2];
    size_t address; /* SV_NPOS: no head says which */
};

/* The first line is a head if a cell of it says where addresses stand. */
static bool read_head(struct columns *columns, sv line)
{
    for (size_t i = 0; any_delimiter[i]; i++) {
        *columns = (struct columns){{any_delimiter[i], 0}, 0};
        for (sv rest = line; rest.len; columns->address++)
            if (names_address(unquoted(next_cell(&rest, columns->delimiter))))
                return true;
    }
    columns->address = SV_NPOS;
    return false;
}

/* The address of an MTA's map: in front of a blank or a colon, maybe in quotes, or behind To:. */
static sv map_key(sv line)
{
    sv word = sv_starts(line, SV("To:")) ? sv_skip(line, 3) : line;
    size_t end = 0;
    while (end < word.len && !strchr(" \t:", word.ptr[end]))
        end++;
    return end < word.len ? address_of(sv_sub(word, 0, end)) : SV_EMPTY;
}

/* Without a head: the only cell that is an address. */
static sv only_address(sv line)
{
    sv only = SV_EMPTY;
    size_t count = 0;
    if (address_of(line).len)
        return line;
    for (sv rest = line; rest.len;) {
        sv cell = address_of(next_cell(&rest, any_delimiter));
        only = cell.len ? cell : only;
        count += cell.len > 0;
    }
    return count == 0 ? map_key(line) : count == 1 ? only : SV_EMPTY;
}

static void read_lines(struct listed *listed, sv text)
{
    struct columns columns = {"", SV_NPOS};
    for (bool first = true; text.len; first = false) {
        sv line = sv_trim(sv_cut(text, '\n', &text));
        if (first && read_head(&columns, line))
            continue;
        sv cell = SV_EMPTY, rest = line;
        for (size_t i = 0; columns.address != SV_NPOS && i <= columns.address; i++)
            cell = next_cell(&rest, columns.delimiter);
        if (columns.address == SV_NPOS)
            cell = only_address(line);
        bool comment = line.len && line.ptr[0] == '#';
        if (line.len && !add(listed, cell) && !comment)
            listed->strange++;
    }
}

static int read_all(struct buf *text, const char *path, FILE *file, struct err *err)
{
    size_t got;
    do {
        buf_reserve(text, BLOCK);
        got = fread(text->ptr + text->len, 1, BLOCK, file);
        text->len += got;
    } while (got);
    return ferror(file) ? err_set(err, ERR_INPUT, "%s: cannot read: %s", path, strerror(errno)) : 0;
}

/* An address may begin with a brace, too. */
static bool is_json(sv text)
{
    sv line = sv_trim(sv_cut(text, '\n', &(sv){0}));
    while (text.len && strchr(" \t\r\n", text.ptr[0]))
        text = sv_skip(text, 1);
    return text.len && (text.ptr[0] == '{' || text.ptr[0] == '[') && !address_of(line).len;
}

static int read_text(struct listed *listed, struct buf *text, const char *path, struct err *err)
{
    struct listed found;
    int result = 0;
    if (sv_starts(buf_sv(text), SV("\xEF\xBB\xBF"))) {
        memmove(text->ptr, text->ptr + 3, text->len - 3);
        text->len -= 3;
    }
    listed_init(&found, 0);
    if (!is_json(buf_sv(text)))
        read_lines(&found, buf_sv(text));
    else if (!read_json(&found, text))
        result = err_set(err, ERR_INPUT, "%s: begins like JSON, and is none", path);
    if (result == 0 && !map_count(&found.addresses))
        result = err_set(err, ERR_INPUT, "%s: no address is in it", path);
    for (size_t i = 0; i < map_count(&found.addresses) && result == 0; i++)
        map_add(&listed->addresses, map_key_at(&found.addresses, i), NULL);
    listed->strange += found.strange;
    listed_release(&found);
    return result;
}

int listed_read(struct listed *listed, const char *path, struct err *err)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "re");
    struct buf text = {0};
    path = standard ? "standard input" : path;
    if (!file)
        return err_set(err, ERR_INPUT, "%s: cannot open: %s", path, strerror(errno));
    int result = read_all(&text, path, file, err);
    if (!standard)
        fclose(file);
    if (result == 0)
        result = read_text(listed, &text, path, err);
    buf_release(&text);
    return result;
}
