/* Looks for the marks of attempts to deliver, which each MTA's file names, in text of which nobody
 * knows what it is. A needle rules most texts out before the mark's pattern is asked where it
 * begins. */
#include "marks.h"

enum { WORDS_MAX = 3 /* in front of a tag: who writes more of them says something */ };

size_t marks_plain_length(sv text)
{
    size_t n = 0, words = 0;
    while (n < text.len && words <= WORDS_MAX &&
           (is_alnum(text.ptr[n]) || strchr("-._/+:@ \t", text.ptr[n]))) {
        words += n && text.ptr[n] == ' ' && is_alpha(text.ptr[n - 1]);
        n++;
    }
    return n;
}

bool marks_of_mta_in(const struct parser *parser, uint8_t at, sv text, size_t first)
{
    const struct mta_patterns *mta = &parser->options.patterns->mtas[at];
    if (parser->options.only != MTA_UNKNOWN && parser->options.only != at)
        return false;
    for (size_t i = 0; i < mta->mark_count; i++)
        if (sv_find(text, mta->marks[i].needs) != SV_NPOS &&
            (!mta->marks[i].regex ||
             (regex_match(mta->marks[i].regex, parser->matcher, text) == REGEX_YES &&
              matcher_start(parser->matcher) <= first)))
            return true;
    return false;
}

bool marks_in(const struct parser *parser, sv text, size_t first)
{
    for (uint8_t at = MTA_UNKNOWN + 1; at < parser->options.patterns->taxonomy.mta_count; at++)
        if (marks_of_mta_in(parser, at, text, first))
            return true;
    return false;
}
