/* Replies, one a line: their grammar, and what `explain` says about them. */
#include "bouncelog/base/mem.h"
#include "bouncelog/classify/classify.h"
#include "bouncelog/output/output.h"
#include "bouncelog/parse/parse.h"
#include "bouncelog/parse/reply.h"
#include "fuzz.h"

static struct classifier *classifier;
static struct parser *parser;

static bool is_part(sv part, sv whole)
{
    return !part.len || sv_find(whole, part) != SV_NPOS;
}

static void check_grammar(sv raw)
{
    struct arena arena = {0};
    for (enum reply_separator separator = REPLY_SPACED; separator <= REPLY_SINGLE; separator++) {
        struct reply reply = reply_parse(raw, separator, &arena);
        fuzz_check(reply.code >= 0 && reply.code <= 999, "a code has three digits");
        fuzz_check(reply.enhanced.len == reply_enhanced_length(reply.enhanced),
                   "an enhanced code is well formed");
        fuzz_check(is_part(reply.enhanced, raw), "an enhanced code stands in the reply");
        fuzz_check(reply.text.len <= raw.len, "text is not longer than the reply");
        sv octal = reply_undo_octal(reply.text, &arena);
        fuzz_check(octal.len <= reply.text.len, "escapes become shorter");
    }
    arena_release(&arena);
}

static void explain(sv raw, uint8_t mta)
{
    struct records records = {0};
    struct buf text = {0};
    parser_reply(parser, mta, raw, &records);
    fuzz_check(records.count == 1, "a reply gives one record");
    classify(classifier, &records.list[0]);
    struct event event = {.attempt = records.list[0], .cause = CATEGORY_NONE};
    output_verdict(&text, &event, classifier_shape(classifier), &fuzz_patterns()->taxonomy);
    fuzz_check_json(buf_sv(&text));
    records_release(&records);
    buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sv input = {(const char *)data, size};
    uint8_t choice = fuzz_choice(&input);
    if (!parser) {
        struct parser_options options = {.patterns = fuzz_patterns(), .host = SV_EMPTY};
        parser = parser_new(&options);
        classifier = classifier_new(options.patterns);
    }
    while (input.len) {
        sv line = sv_cut(input, '\n', &input);
        /* Of its own size, so that no byte beyond it can be read unnoticed; a program reads
         * replies out of buffers with slack. */
        char *bytes = mem_alloc(line.len + PARSE_SLACK);
        sv_put(bytes, line);
        memset(bytes + line.len, 0, PARSE_SLACK);
        check_grammar(sv_make(bytes, line.len));
        explain(sv_make(bytes, line.len), (uint8_t)(choice & 3));
        mem_free(bytes);
    }
    return 0;
}
