#include "same.h"

#define EQUAL(field)                                                                               \
    if (a->field != b->field)                                                                      \
    return #field
#define EQUAL_TEXT(field)                                                                          \
    if (!sv_eq(a->field, b->field))                                                                \
    return #field

static const char *differing_attempt(const struct record *a, const struct record *b)
{
    EQUAL(outcome);
    EQUAL(severity);
    EQUAL(ambiguous);
    EQUAL(local);
    EQUAL(skipped);
    EQUAL(never_rcpt);
    EQUAL(has_sender);
    EQUAL_TEXT(recipient);
    EQUAL_TEXT(original);
    EQUAL_TEXT(relay.host);
    EQUAL_TEXT(relay.ip);
    EQUAL(relay.port);
    EQUAL_TEXT(transport);
    EQUAL_TEXT(dsn);
    EQUAL(delay_s);
    EQUAL_TEXT(forwarded_id);
    EQUAL(said.origin);
    EQUAL(said.stage);
    EQUAL_TEXT(said.raw);
    EQUAL(reply.code);
    EQUAL_TEXT(reply.enhanced);
    EQUAL_TEXT(reply.text);
    EQUAL(verdict.category);
    EQUAL_TEXT(verdict.rule);
    EQUAL_TEXT(provider);
    return NULL;
}

const char *differing_field(const struct record *a, const struct record *b)
{
    EQUAL(kind);
    EQUAL(mta);
    EQUAL(null_sender);
    EQUAL(notification);
    EQUAL(arrival);
    EQUAL(frees_itself);
    EQUAL(recipients_expected);
    EQUAL(time);
    EQUAL(line);
    EQUAL(host_key);
    EQUAL_TEXT(host);
    EQUAL_TEXT(queue_id);
    EQUAL_TEXT(sender);
    return a->kind == RECORD_ATTEMPT ? differing_attempt(a, b) : NULL;
}

const char *differing_records(const struct records *a, const struct records *b)
{
    EQUAL(count);
    const char *field = NULL;
    for (size_t i = 0; i < a->count && !field; i++)
        field = differing_field(&a->list[i], &b->list[i]);
    return field;
}

const char *reads_otherwise_alone(const struct parser_options *options, struct parser *shared,
                                  const struct clock *clock, sv line, enum line_class *class,
                                  struct records *records)
{
    struct records alone = {0};
    struct parser *fresh = parser_new(options);
    *class = parser_line(shared, clock, line, 1, records);
    bool same = parser_line(fresh, clock, line, 1, &alone) == *class;
    const char *difference = same ? differing_records(records, &alone) : "class";
    parser_free(fresh);
    records_release(&alone);
    return difference;
}
