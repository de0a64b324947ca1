/* Lines of a log through parser, classifier and event writer. However the lines before it read, a
 * line must mean the same: one parser for all is compared with a new one for each. */
#include "bouncelog/classify/classify.h"
#include "bouncelog/output/output.h"
#include "bouncelog/parse/parse.h"
#include "fuzz.h"
#include "same.h"

static struct classifier *classifier;

static void write_events(struct records *records)
{
    struct buf text = {0};
    struct arena arena = {0};
    for (size_t i = 0; i < records->count; i++) {
        struct event event = {.attempt = records->list[i], .file = SV("x"), .sender = SV_EMPTY};
        if (event.attempt.kind != RECORD_ATTEMPT)
            continue;
        classify(classifier, &event.attempt);
        event.cause = CATEGORY_NONE;
        output_event(&text, &event, &fuzz_patterns()->taxonomy, NULL, &arena);
    }
    fuzz_check_json(buf_sv(&text));
    buf_release(&text);
    arena_release(&arena);
}

static void read_line(const struct parser_options *options, struct parser *shared,
                      const struct clock *clock, sv line)
{
    struct records ours = {0}, fresh = {0};
    struct parser *parser = parser_new(options);
    enum line_class a = parser_line(shared, clock, line, 1, &ours);
    enum line_class b = parser_line(parser, clock, line, 1, &fresh);
    fuzz_check(a == b, "a line has the class that it has alone");
    fuzz_check((a == LINE_DELIVERY) <= (ours.count > 0), "a delivery gives records");
    const char *field = differing_records(&ours, &fresh);
    fuzz_check(!field, field ? field : "");
    write_events(&ours);
    parser_free(parser);
    records_release(&ours);
    records_release(&fresh);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sv input = {(const char *)data, size};
    uint8_t choice = fuzz_choice(&input);
    struct parser_options options = {.patterns = fuzz_patterns(),
                                     .only = (enum mta)(choice >> 6), /* 0: any */
                                     .inbound = choice & 1,
                                     .host = SV_EMPTY};
    struct clock_options when = {.mtime = 1795478400, .year = choice & 2 ? 2026 : 0};
    struct buf text = {0};
    if (!classifier)
        classifier = classifier_new(options.patterns);
    buf_add(&text, input);
    buf_reserve(&text, 64);
    memset(text.ptr + text.len, 0, 64);
    struct parser *shared = parser_new(&options);
    struct clock clock = parser_clock(shared, buf_sv(&text), &when);
    sv rest = buf_sv(&text);
    while (rest.len) {
        sv line = sv_cut(rest, '\n', &rest);
        read_line(&options, shared, &clock, line);
    }
    parser_free(shared);
    buf_release(&text);
    return 0;
}
