/* How long a rule takes for a reply that was made to keep it busy: its own literals and examples,
 * again and again, as many as fit into what a rule gets to see.
 *
 * usage: rules-speed [COUNT]     the COUNT slowest rules (none), then a line of JSON
 *
 * Times are the least of a few, in microseconds, of the rule's pattern and its `unless`. Used by
 * scripts/bench. */
#include <stdio.h>
#include <stdlib.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/classify/classify.h"
#include "bouncelog/parse/parse.h"
#include "clock.h"

enum { TEXT_BYTES = 2048, TRIES = 7, GOAL_NS = 50000 };

struct result {
    const struct rule *rule;
    double ns;
    char text[TEXT_BYTES];
    size_t len;
};

struct speed {
    struct classifier *classifier;
    struct matcher *matcher;
    struct parser *parser;
    struct records records;
    size_t texts;
};

static void measure(struct speed *speed, struct result *result, const char *text, size_t len)
{
    double least = 1e12;
    const struct rule *rule = result->rule;
    sv subject = sv_make(text, len);
    for (int i = 0; i < TRIES; i++) {
        double start = now_ns();
        if (regex_match(rule->regex, speed->matcher, subject) == REGEX_YES && rule->unless)
            (void)regex_match(rule->unless, speed->matcher, subject);
        double took = now_ns() - start;
        if (took < least)
            least = took;
    }
    speed->texts++;
    if (least < result->ns)
        return;
    result->ns = least;
    result->len = len;
    memcpy(result->text, text, len);
}

/* Two parts in turn, with a blank between them or none, to the last byte. */
static void repeat(struct speed *speed, struct result *result, sv part, sv other)
{
    for (int blank = 0; blank < 2; blank++) {
        char text[TEXT_BYTES];
        size_t len = 0;
        for (int turn = 0; part.len && len < sizeof text; turn++) {
            sv piece = turn % 2 && other.len ? other : part;
            for (size_t i = 0; i < piece.len && len < sizeof text; i++)
                text[len++] = piece.ptr[i];
            if (blank && len < sizeof text)
                text[len++] = ' ';
        }
        measure(speed, result, text, len);
    }
}

static sv shape_of_hit(struct speed *speed, sv text)
{
    records_clear(&speed->records);
    parser_reply(speed->parser, MTA_UNKNOWN, text, &speed->records);
    speed->records.list[0].outcome = OUTCOME_BOUNCED;
    classify(speed->classifier, &speed->records.list[0]);
    return classifier_shape(speed->classifier);
}

static void measure_rule(struct speed *speed, struct result *result)
{
    const struct rule *rule = result->rule;
    for (size_t i = 0; i < rule->literal_count; i++) {
        repeat(speed, result, rule->literals[i], SV_EMPTY);
        for (size_t j = 0; j < rule->literal_count; j++)
            repeat(speed, result, rule->literals[i], rule->literals[j]);
        for (size_t j = 0; j < rule->also_count; j++)
            repeat(speed, result, rule->literals[i], rule->also[j]);
    }
    for (size_t i = 0; i < rule->examples.hit_count; i++) {
        char hit[TEXT_BYTES];
        sv shape = shape_of_hit(speed, rule->examples.hits[i].text);
        sv_put(hit, shape);
        repeat(speed, result, sv_make(hit, shape.len), SV_EMPTY);
        /* All but its last byte, over and over: as near to a match as can be. */
        if (shape.len > 1)
            repeat(speed, result, sv_make(hit, shape.len - 1), SV_EMPTY);
        for (size_t j = 0; j < rule->literal_count; j++)
            repeat(speed, result, sv_make(hit, shape.len / 2), rule->literals[j]);
    }
}

static int slowest_first(const void *a, const void *b)
{
    const struct result *x = a, *y = b;
    return (x->ns < y->ns) - (x->ns > y->ns);
}

int main(int argc, char **argv)
{
    struct patterns patterns;
    struct patterns_options files = {0};
    struct err err;
    size_t shown = argc > 1 ? (size_t)atol(argv[1]) : 0, over = 0;
    if (patterns_load(&patterns, &files, &err) < 0)
        return 2;
    struct parser_options options = {.patterns = &patterns, .host = SV_EMPTY};
    struct speed speed = {.classifier = classifier_new(&patterns),
                          .matcher = matcher_new(),
                          .parser = parser_new(&options)};
    size_t count = patterns.rule_count;
    struct result *results = mem_zero(count, sizeof *results);
    for (size_t i = 0; i < count; i++) {
        results[i].rule = &patterns.rules[i];
        measure_rule(&speed, &results[i]);
    }
    qsort(results, count, sizeof *results, slowest_first);
    for (size_t i = 0; i < count && i < shown; i++)
        printf("%8.1f  %-40.*s %.*s\n", results[i].ns / 1000, SV_FMT(results[i].rule->name),
               (int)(results[i].len < 60 ? results[i].len : 60), results[i].text);
    while (over < count && results[over].ns > GOAL_NS)
        over++;
    printf("{\"rules\":%zu,\"texts\":%zu,\"median_us\":%.1f,\"worst_us\":%.1f,"
           "\"worst_rule\":\"%.*s\",\"over\":%zu,\"given_up\":%ju}\n",
           count, speed.texts, results[count / 2].ns / 1000, results[0].ns / 1000,
           SV_FMT(results[0].rule->name), over, (uintmax_t)matcher_limits(speed.matcher));
    mem_free(results);
    matcher_free(speed.matcher);
    classifier_free(speed.classifier);
    parser_free(speed.parser);
    records_release(&speed.records);
    patterns_release(&patterns);
    return 0;
}
