/* A name is taken apart from its end: packing (.gz), then what logrotate (also with
 * dateext and its dateformats), savelog or Exim's exicyclog added. What is left, behind the
 * folder's name, is the set. */
#include "order.h"

#include <stdlib.h>

#include "bouncelog/base/buf.h"
#include "bouncelog/base/date.h"
#include "bouncelog/base/hash.h"
#include "bouncelog/base/map.h"
#include "bouncelog/base/mem.h"

enum age { AGE_DATED, AGE_NUMBERED, AGE_CURRENT };

struct member {
    size_t index;
    size_t mention; /* of the set's first member */
    enum age age;
    uint64_t set;
    int64_t rank, stamp; /* within its age, ascending; stamp: logrotate's %s behind a date */
};

static bool take_packing(sv *name)
{
    static const char *const endings[] = {".gz", ".zst", ".xz", ".bz2"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        sv ending = sv_from(endings[i]);
        if (name->len > ending.len && sv_ends(*name, ending)) {
            *name = sv_sub(*name, 0, name->len - ending.len);
            return true;
        }
    }
    return false;
}

/* Takes the digits at the end and the separator before them; something must precede that. */
static bool take_digits(sv *name, const char *separators, sv *digits)
{
    size_t start = name->len;
    while (start && is_digit(name->ptr[start - 1]))
        start--;
    if (start == name->len || start < 2 || !strchr(separators, name->ptr[start - 1]))
        return false;
    *digits = sv_skip(*name, start);
    *name = sv_sub(*name, 0, start - 1);
    return true;
}

static int number_at(sv digits, size_t from, size_t len)
{
    uint64_t number = 0;
    (void)sv_to_u64(sv_sub(digits, from, from + len), &number);
    return (int)number;
}

/* YYYYMMDD, then as many of HH, MM, SS as there are; not everything with 8 digits is a date. */
static bool is_date(sv digits, int64_t *rank)
{
    struct civil at = {0};
    if (digits.len < 8 || digits.len > 14 || digits.len % 2)
        return false;
    at.year = number_at(digits, 0, 4);
    at.month = number_at(digits, 4, 2);
    at.day = number_at(digits, 6, 2);
    at.hour = number_at(digits, 8, 2);
    at.minute = number_at(digits, 10, 2);
    at.second = number_at(digits, 12, 2);
    if (at.year < 1970 || !date_is_valid(at))
        return false;
    *rank = date_from_civil(at);
    return true;
}

static bool take_dashed_date(sv *name, int64_t *rank)
{
    sv rest = *name, day, month, year;
    char digits[8];
    if (!take_digits(&rest, "-", &day) || day.len != 2 || !take_digits(&rest, "-", &month) ||
        month.len != 2 || !take_digits(&rest, "-._", &year) || year.len != 4)
        return false;
    memcpy(digits, year.ptr, 4);
    memcpy(digits + 4, month.ptr, 2);
    memcpy(digits + 6, day.ptr, 2);
    if (!is_date(sv_make(digits, sizeof digits), rank))
        return false;
    *name = rest;
    return true;
}

static bool take_date(sv *name, struct member *member)
{
    sv rest = *name, digits, before;
    uint64_t stamp;
    member->age = AGE_DATED;
    if (take_dashed_date(name, &member->rank))
        return true;
    if (!take_digits(&rest, "-._", &digits))
        return false;
    if (is_date(digits, &member->rank)) {
        *name = rest;
        return true;
    }
    /* Seconds since 1970: 9 digits from 1973 on, 10 since 2001. */
    if (digits.len < 9 || digits.len > 10 || !sv_to_u64(digits, &stamp))
        return false;
    *name = rest;
    member->stamp = member->rank = (int64_t)stamp;
    if (take_digits(&rest, "-._", &before) && is_date(before, &member->rank))
        *name = rest;
    return true;
}

/* What rotation did to the name, whose set is left in *set. */
static void describe(sv name, struct member *member, struct buf *set)
{
    sv stem, digits;
    uint64_t number;
    bool packed = take_packing(&name);
    if (take_date(&name, member)) {
        buf_add(set, name);
        return;
    }
    stem = sv_sub(name, 0, name.len - (sv_ends(name, SV(".log")) ? 4 : 0));
    if (stem.len < name.len && take_date(&stem, member)) {
        buf_add(set, stem);
        buf_add(set, SV(".log"));
        return;
    }
    stem = name;
    if (take_digits(&stem, ".", &digits) && digits.len <= 4 && sv_to_u64(digits, &number)) {
        member->age = AGE_NUMBERED;
        member->rank = -(int64_t)number;
        buf_add(set, stem);
        return;
    }
    /* mail.log.gz beside mail.log: the one still written is not packed. */
    member->age = AGE_CURRENT;
    member->rank = packed ? 0 : 1;
    buf_add(set, name);
}

/* The folder, so that ./mail.log and mail.log.1, or a//b and a/./b, are of one set. */
static void add_folder(struct buf *set, sv folder)
{
    bool rooted = sv_starts(folder, SV("/"));
    if (rooted)
        buf_add_byte(set, '/');
    while (folder.len) {
        sv part = sv_cut(folder, '/', &folder);
        if (part.len == 0 || sv_eq(part, SV(".")))
            continue;
        buf_add(set, part);
        buf_add_byte(set, '/');
    }
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
    if (a->stamp != b->stamp)
        return a->stamp < b->stamp ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

void order_paths(const char *const *paths, size_t count, size_t *order, uint64_t *sets,
                 bool *rotated)
{
    struct member *members = mem_zero(count, sizeof *members);
    struct map mentions;
    struct buf set = {0};
    map_init(&mentions, sizeof(size_t));
    for (size_t i = 0; i < count; i++) {
        sv path = sv_from(paths[i]);
        size_t slash = sv_rfind_byte(path, '/');
        size_t name = slash == SV_NPOS ? 0 : slash + 1;
        bool added;
        buf_clear(&set);
        add_folder(&set, sv_sub(path, 0, name));
        members[i] = (struct member){.index = i};
        describe(sv_skip(path, name), &members[i], &set);
        size_t *mention = map_add(&mentions, buf_sv(&set), &added);
        if (added)
            *mention = i;
        members[i].mention = *mention;
        members[i].set = hash_bytes(buf_sv(&set));
    }
    if (count)
        qsort(members, count, sizeof *members, by_age);
    for (size_t i = 0; i < count; i++) {
        order[i] = members[i].index;
        sets[i] = members[i].set;
        rotated[i] = members[i].age != AGE_CURRENT;
    }
    map_release(&mentions);
    buf_release(&set);
    mem_free(members);
}
