/* What can be seen of a PCRE2 pattern without compiling it: alternatives, repeats, how it begins.
 *
 * Groups, classes and escaped characters are told apart, which is enough for the patterns of
 * patterns/. Limits: `\Q...\E`, comments and the x flag are not known here. */
#include "syntax.h"

static size_t class_end(sv pattern, size_t at)
{
    for (at += 2; at < pattern.len && pattern.ptr[at] != ']'; at++)
        at += pattern.ptr[at] == '\\';
    return at;
}

static char byte_at(sv pattern, size_t at)
{
    return at < pattern.len ? pattern.ptr[at] : 0;
}

bool syntax_has_alternatives(sv pattern)
{
    size_t depth = 0;
    for (size_t at = 0; at < pattern.len; at++) {
        char c = pattern.ptr[at];
        if (c == '|' && depth == 0)
            return true;
        if (c == '[')
            at = class_end(pattern, at);
        at += c == '\\';
        depth += c == '(';
        depth -= c == ')' && depth > 0;
    }
    return false;
}

/* Of the alternatives that begin at *at; *at becomes their end. */
static int repeats_from(sv pattern, size_t *at)
{
    int most = 0, count = 0;
    for (; *at < pattern.len && pattern.ptr[*at] != ')'; ++*at) {
        char c = pattern.ptr[*at];
        bool wide = c == '.' || c == '[';
        if (c == '|') {
            most = count > most ? count : most;
            count = 0;
        } else if (c == '(') {
            ++*at;
            count += repeats_from(pattern, at);
        } else if (c == '[') {
            *at = class_end(pattern, *at);
        } else if (c == '\\') {
            ++*at;
            wide = byte_at(pattern, *at) == 'S' || byte_at(pattern, *at) == 'W';
        }
        char next = byte_at(pattern, *at + 1), behind = byte_at(pattern, *at + 2);
        count += wide && (next == '*' || next == '+') && behind != '+';
    }
    return count > most ? count : most;
}

int syntax_unbounded_repeats(sv pattern)
{
    size_t start = 0;
    return repeats_from(pattern, &start);
}

sv syntax_literal_start(sv pattern)
{
    size_t n = 0;
    while (n < pattern.len && !strchr("\\^$.[]|()?*+{}", pattern.ptr[n]))
        n++;
    if (n < pattern.len && strchr("?*+{", pattern.ptr[n])) /* that makes the last one optional */
        n -= n > 0;
    return sv_find_byte(pattern, '|') == SV_NPOS ? sv_sub(pattern, 0, n) : SV_EMPTY;
}
