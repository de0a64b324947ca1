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
        output_event_ecs(&text, &event, &fuzz_patterns()->taxonomy, NULL, &arena);
    }
    fuzz_check_json(buf_sv(&text));
    buf_release(&text);
    arena_release(&arena);
}

static void read_line(const struct parser_options *options, struct parser *shared,
                      const struct clock *clock, sv line)
{
    struct records records = {0};
    enum line_class class;
    const char *difference = reads_otherwise_alone(options, shared, clock, line, &class, &records);
    fuzz_check(!difference, difference ? difference : "");
    fuzz_check((class == LINE_DELIVERY) <= (records.count > 0), "a delivery gives records");
    write_events(&records);
    records_release(&records);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sv input = {(const char *)data, size};
    uint8_t choice = fuzz_choice(&input);
    struct parser_options options = {.patterns = fuzz_patterns(),
                                     .only = (uint8_t)(choice >> 6), /* 0: any */
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
