#include "order.h"

#include <stdint.h>
#include <stdlib.h>

#include "bouncelog/base/mem.h"
#include "bouncelog/base/sv.h"

/* Oldest first: dated members, then numbered ones, then the one that is still written. */
enum age { AGE_DATED, AGE_NUMBERED, AGE_CURRENT };

struct member {
    const char *path;
    sv set;         /* path without what rotation added */
    size_t mention; /* of the set's first member */
    size_t index;
    enum age age;
    uint64_t rank; /* within its age, ascending */
};

static sv without_packing(sv path)
{
    static const char *const endings[] = {".gz", ".zst", ".xz", ".bz2"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (sv_ends(path, sv_from(endings[i])))
            return sv_sub(path, 0, path.len - strlen(endings[i]));
    return path;
}

/* The digits at the end of path, which `before` must precede; false when there are none. */
static bool take_number(sv *path, char before, size_t min, size_t max, uint64_t *number)
{
    size_t start = path->len;
    while (start && is_digit(path->ptr[start - 1]))
        start--;
    size_t len = path->len - start;
    if (len < min || len > max || start < 2 || path->ptr[start - 1] != before ||
        !sv_to_u64(sv_skip(*path, start), number))
        return false;
    *path = sv_sub(*path, 0, start - 1);
    return true;
}

static struct member describe(const char *path, size_t index)
{
    struct member member = {.path = path, .index = index, .age = AGE_CURRENT};
    uint64_t number, day;
    sv set = without_packing(sv_from(path)), inner = set;
    if (take_number(&set, '.', 1, 4, &number)) {
        member.age = AGE_NUMBERED;
        member.rank = UINT64_MAX - number;
    } else if (take_number(&set, '-', 8, 8, &day)) {
        member.age = AGE_DATED;
        member.rank = day * 100000;
    } else if (take_number(&inner, '-', 9, 10, &number) && take_number(&inner, '-', 8, 8, &day)) {
        member.age = AGE_DATED;
        member.rank = day * 100000 + number % 86400;
        set = inner;
    }
    member.set = member.age == AGE_CURRENT ? sv_from(path) : set;
    return member;
}

static int by_age(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    if (a->mention != b->mention)
        return a->mention < b->mention ? -1 : 1;
    if (a->age != b->age)
        return a->age < b->age ? -1 : 1;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

void order_paths(const char **paths, size_t count)
{
    struct member *members = mem_zero(count + 1, sizeof *members);
    for (size_t i = 0; i < count; i++) {
        members[i] = describe(paths[i], i);
        members[i].mention = i;
        for (size_t j = 0; j < i; j++)
            if (sv_eq(members[j].set, members[i].set)) {
                members[i].mention = members[j].mention;
                break;
            }
    }
    qsort(members, count, sizeof *members, by_age);
    for (size_t i = 0; i < count; i++)
        paths[i] = members[i].path;
    mem_free(members);
}
