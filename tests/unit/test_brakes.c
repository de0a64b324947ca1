/* The brakes, row by row: how many are new, tried, lost and there before; what an earlier run left.
 * Decisions are made by hand, so that nothing but the brakes decides.
 */
#include "bouncelog/base/mem.h"
#include "bouncelog/evidence/evidence.h"
#include "bouncelog/suppress/suppress.h"
#include "loaded.h"
#include "suppress/brakes.h"

enum { DAY = 86400, TODAY = 20 * DAY, ADDRESSES = 6000 };

struct row {
    size_t fresh, old; /* listed: new, and not; the new ones failed... */
    int64_t failed_at;
    int64_t first, tried, tried_then; /* ...this run's attempts begin, recipients tried in it and
                                       * on the days of the failures; -1: nobody knows */
    size_t removed, allowed;          /* not listed any more; and held by a person or guard */
    bool is_not_forbidden, stays, blind, filtered;
    enum brake_why want;
    bool answered;
};

static char names[ADDRESSES][16];
static struct decision list[ADDRESSES];
static struct failure failed;

static int64_t tried_then(void *context, const int64_t *days, size_t count)
{
    assert_int_equal(count, 1);
    assert_int_equal(days[0], failed.last_seen / DAY);
    return *(const int64_t *)context;
}

static struct decision *add(size_t i, enum ruling ruling)
{
    list[i] = (struct decision){.key = sv_from(names[i]), .ruling = ruling, .failure = &failed};
    return &list[i];
}

static struct decisions decide(const struct row *row)
{
    struct decisions decisions = {
        .addresses = list, .fresh_count = row->fresh, .filtered = row->filtered};
    struct suppress_source source = {.first = row->first,
                                     .tried = row->tried,
                                     .tried_on = row->tried_then < 0 ? NULL : tried_then,
                                     .tried_context = (void *)&row->tried_then};
    struct suppress_options options = {.policy = &patterns.policy,
                                       .may_brake = row->is_not_forbidden,
                                       .brake_stays = row->stays,
                                       .blind = row->blind};
    size_t n = 0;
    failed.last_seen = row->failed_at;
    for (size_t i = 0; i < row->fresh; i++)
        add(n++, RULING_LISTED)->fresh = true;
    for (size_t i = 0; i < row->old; i++)
        add(n++, RULING_LISTED);
    for (size_t i = 0; i < row->removed; i++)
        add(n++, RULING_NONE)->removed = true;
    for (size_t i = 0; i < row->allowed; i++)
        add(n++, RULING_HELD)->removed = true;
    decisions.address_count = n;
    decisions.before_count = n - row->fresh;
    brakes_decide(&decisions, &source, &options);
    return decisions;
}

#define NIGHT .first = TODAY, .failed_at = TODAY + 5, .is_not_forbidden = true
#define LATER .first = TODAY + DAY, .failed_at = TODAY + 5, .is_not_forbidden = true

static void test_rows(void **state)
{
    static const struct row rows[] = {
        /* in this run */
        {NIGHT, .fresh = 101, .tried = 1009, .tried_then = -1, .want = BRAKE_MORE},
        {NIGHT, .fresh = 101, .tried = 1010, .tried_then = -1, .answered = true},
        {NIGHT, .fresh = 100, .tried = 100, .tried_then = 100, .answered = true},
        {NIGHT, .fresh = 101, .tried = 1009, .tried_then = 9000, .want = BRAKE_MORE},
        /* before it: what this run tried says nothing */
        {LATER, .fresh = 101, .tried = 9000, .tried_then = 1009, .want = BRAKE_MORE},
        {LATER, .fresh = 101, .tried = 200, .tried_then = 1010, .answered = true},
        {LATER, .fresh = 101, .tried = 0, .tried_then = -1, .answered = true},
        /* fewer */
        {NIGHT, .old = 899, .removed = 101, .tried_then = -1, .want = BRAKE_FEWER},
        {NIGHT, .old = 909, .removed = 101, .tried_then = -1, .answered = true},
        {NIGHT, .old = 0, .removed = 100, .tried_then = -1, .answered = true},
        {NIGHT, .old = 0, .removed = 101, .tried_then = -1, .want = BRAKE_FEWER},
        {NIGHT, .old = 0, .removed = 50, .allowed = 500, .tried_then = -1, .answered = true},
        /* until somebody answers, or there is nothing to answer */
        {NIGHT, .fresh = 1, .tried = 5000, .tried_then = -1, .stays = true, .want = BRAKE_STAYS},
        {NIGHT, .removed = 1, .old = 5000, .tried_then = -1, .stays = true, .want = BRAKE_STAYS},
        {NIGHT, .old = 5000, .tried_then = -1, .stays = true, .answered = true},
        {NIGHT, .old = 5000, .tried_then = -1, .stays = true, .filtered = true},
        /* --force */
        {.fresh = 101, .tried = 200, .tried_then = 200, .answered = true},
        {.fresh = 101, .tried = 200, .tried_then = -1, .stays = true, .answered = true},
        {.fresh = 101, .tried_then = -1, .stays = true, .filtered = true, .answered = true},
        {.removed = 500, .tried_then = -1, .answered = true},
        /* nothing was read */
        {NIGHT, .old = 3, .tried_then = -1, .blind = true, .want = BRAKE_BLIND},
        {.tried_then = -1, .blind = true, .want = BRAKE_BLIND},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct decisions decisions = decide(&rows[i]);
        if (decisions.brake != rows[i].want || decisions.brake_answered != rows[i].answered)
            fail_msg("row %zu: brake %d, not %d; answered %d", i, decisions.brake, rows[i].want,
                     decisions.brake_answered);
        assert_int_equal(decisions.lost_count, rows[i].removed);
        assert_int_equal(decisions.before_count, rows[i].old + rows[i].removed + rows[i].allowed);
    }
}

/* What the lists themselves hold counts, whatever the evidence says. */
static void test_lists(void **state)
{
    static const struct {
        size_t on_list, listed, held;
        enum brake_why want;
    } rows[] = {{300, 0, 0, BRAKE_FEWER},  {300, 199, 0, BRAKE_FEWER}, {300, 200, 0, BRAKE_NONE},
                {300, 0, 250, BRAKE_NONE}, {100, 0, 0, BRAKE_NONE},    {3000, 2700, 0, BRAKE_NONE}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct map lists;
        struct decisions decisions = {.addresses = list,
                                      .address_count = rows[i].listed + rows[i].held};
        struct suppress_source source = {.latest = INT64_MIN};
        struct suppress_options options = {
            .policy = &patterns.policy, .may_brake = true, .lists = &lists};
        map_init(&lists, 1);
        for (size_t n = 0; n < rows[i].on_list; n++)
            map_add(&lists, sv_from(names[n]), NULL);
        for (size_t n = 0; n < decisions.address_count; n++)
            (void)add(n, n < rows[i].listed ? RULING_LISTED : RULING_HELD);
        brakes_decide(&decisions, &source, &options);
        assert_int_equal(decisions.brake, rows[i].want);
        assert_int_equal(decisions.before_count, rows[i].on_list);
        map_release(&lists);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_lists)};
    for (size_t i = 0; i < ADDRESSES; i++)
        (void)snprintf(names[i], sizeof names[i], "a%zu@x.example", i);
    return cmocka_run_group_tests(tests, load_patterns, release_patterns);
}
