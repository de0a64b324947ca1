/* How long the judgement of a reply takes, in nanoseconds: one that was never seen, and one that
 * was.
 *
 * usage: classify-speed FILE     replies, one on a line; `\t` and what follows is not looked at
 *
 * Machine code for the rules is made before, by a classifier of its own; then a fresh one meets
 * every reply for the first time, and for many times more: a few hundred of them over and over, as
 * a night's log has them, and then the next ones. Used by scripts/bench. */
#include <stdio.h>
#include <stdlib.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/classify/classify.h"
#include "bouncelog/parse/parse.h"
#include "clock.h"

enum { ROUNDS = 15, REPEATS = 200, AT_ONCE = 256, LINE_BYTES = 16 * 1024 };

static void read_replies(FILE *file, struct parser *parser, struct records *records)
{
    char line[LINE_BYTES];
    while (fgets(line, sizeof line, file)) {
        sv text = sv_from(line), rest;
        text = sv_cut(sv_trim(text), '\t', &rest);
        if (!text.len || text.ptr[0] == '#')
            continue;
        text = arena_copy(&records->arena, text);
        parser_reply(parser, MTA_UNKNOWN, text, records);
    }
}

static double judge_all(struct classifier *classifier, const struct records *records, int times)
{
    double start = now_ns();
    for (size_t from = 0; from < records->count; from += AT_ONCE)
        for (int i = 0; i < times; i++)
            for (size_t r = from; r < from + AT_ONCE && r < records->count; r++) {
                struct record attempt = records->list[r];
                classify(classifier, &attempt);
            }
    return (now_ns() - start) / times / (double)records->count;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    struct patterns patterns;
    struct patterns_options files = {0};
    struct err err;
    FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (!file || patterns_load(&patterns, &files, &err) < 0) {
        fprintf(stderr, "usage: classify-speed FILE\n");
        return 2;
    }
    struct parser_options options = {.patterns = &patterns, .host = SV_EMPTY};
    struct parser *parser = parser_new(&options);
    struct records records = {0};
    read_replies(file, parser, &records);
    fclose(file);
    double fresh[ROUNDS], seen[ROUNDS];
    for (int round = -1; round < ROUNDS; round++) {
        struct classifier *classifier = classifier_new(&patterns);
        double first = judge_all(classifier, &records, 1);
        double again = round < 0 ? 0 : judge_all(classifier, &records, REPEATS);
        if (round >= 0) {
            fresh[round] = first;
            seen[round] = again;
        }
        classifier_free(classifier);
    }
    qsort(fresh, ROUNDS, sizeof *fresh, by_value);
    qsort(seen, ROUNDS, sizeof *seen, by_value);
    printf("{\"replies\":%zu,\"never_seen_ns\":%.0f,\"seen_ns\":%.0f}\n", records.count,
           fresh[ROUNDS / 2], seen[ROUNDS / 2]);
    records_release(&records);
    parser_free(parser);
    patterns_release(&patterns);
    return 0;
}
