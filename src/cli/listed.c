/* Reads addresses from lists of any format.
 *
 * Formats of lines differ in all but this: each entry has a line, its address is the first word
 * there with an @ in it, and none puts a byte beside it that an address may have. Later words may
 * be a stranger's, who is quoted there. In JSON it is the value of a member that services call by
 * one of a few names, or a string in an array. */
#include "listed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bouncelog/base/mailbox.h"
#include "bouncelog/base/mem.h"
#include "json_pull.h"

enum { DEPTH_MAX = 32, BOM_FIRST = 0xEF };

/* What an address in a list is made of: none of the formats puts one of these beside it. Other
 * letters than ASCII's are a part of it: without them it would be somebody else's. */
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

static bool add(struct listed *listed, sv word)
{
    char key[MAILBOX_MAX];
    if (!is_address(word) || word.len > sizeof key)
        return false;
    map_add(&listed->addresses, mailbox_key(word, key), NULL);
    return true;
}

/* Of Amazon SES, Mailgun, SendGrid, SparkPost, Postmark, Brevo, Mailchimp and others. */
static bool names_address(sv name)
{
    static const char *const names[] = {"email",     "address",       "emailaddress",
                                        "recipient", "email_address", "mail"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (sv_eq_nocase(name, sv_from(names[i])))
            return true;
    return false;
}

static void skip_blanks(struct json_pull *json)
{
    while (json->next == ' ' || json->next == '\t' || json->next == '\r' || json->next == '\n')
        json->next = getc(json->file);
}

static void read_value(struct listed *listed, struct json_pull *json, bool wanted, int depth)
{
    sv name;
    skip_blanks(json);
    if (depth == DEPTH_MAX)
        json->broken = true;
    else if (json->next == '[')
        for (bool inside = false; pull_item(json, &inside);)
            read_value(listed, json, true, depth + 1);
    else if (json->next == '{')
        for (bool inside = false; pull_member(json, &inside, &name);)
            read_value(listed, json, names_address(name), depth + 1);
    else if (json->next == '"' && wanted)
        (void)add(listed, pull_text(json));
    else
        pull_skip(json);
}

/* One document, or one a line. */
static bool read_json(struct listed *listed, FILE *file)
{
    struct json_pull json;
    pull_begin(&json, file);
    do
        read_value(listed, &json, false, 0);
    while (!json.broken && !pull_at_end(&json));
    bool whole = !json.broken;
    pull_release(&json);
    return whole;
}

static void read_lines(struct listed *listed, FILE *file)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    for (int64_t number = 1; (len = getline(&line, &room, file)) >= 0; number++) {
        sv text = sv_trim(sv_cut(sv_make(line, (size_t)len), '\n', &(sv){0}));
        if (text.len && text.ptr[0] != '#' && !add(listed, listed_word(text)) && number > 1)
            listed->strange++;
    }
    mem_check(errno);
    free(line);
}

/* The first byte tells that is no blank, nor a byte-order mark. A pipe cannot be rewound. */
static bool is_json(FILE *file)
{
    int byte = getc(file);
    if (byte == BOM_FIRST) {
        (void)getc(file);
        (void)getc(file);
        byte = getc(file);
    }
    while (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n')
        byte = getc(file);
    (void)ungetc(byte, file);
    return byte == '{' || byte == '[';
}

int listed_read(struct listed *listed, const char *path, struct err *err)
{
    size_t before = map_count(&listed->addresses);
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "re");
    path = standard ? "standard input" : path;
    if (!file)
        return err_set(err, ERR_INPUT, "%s: cannot open: %s", path, strerror(errno));
    errno = 0;
    bool whole = true;
    if (is_json(file))
        whole = read_json(listed, file);
    else
        read_lines(listed, file);
    bool failed = ferror(file);
    int why = errno;
    if (!standard)
        fclose(file);
    if (failed)
        return err_set(err, ERR_INPUT, "%s: cannot read: %s", path, strerror(why));
    if (!whole)
        return err_set(err, ERR_INPUT, "%s: begins like JSON, and is none", path);
    if (map_count(&listed->addresses) == before)
        return err_set(err, ERR_INPUT, "%s: no address is in it", path);
    return 0;
}
