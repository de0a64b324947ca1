/* Who is told of which day: readers of one pass hear what each of them would hear alone. */
#include "suppress/readers.h"

#include "testing.h"

enum { HOURS_A_DAY = 24, DAYS = 10 };

struct asked {
    int64_t first, last;
    size_t count;
};

/* A name on each day that is asked for; where days are not told apart, all of them in one visit. */
static void each_activity(void *context, int64_t first, int64_t last, activity_visitor *visit,
                          void *visitor)
{
    struct asked *asked = context;
    struct hour_activity hours[DAYS];
    asked->first = first;
    asked->last = last;
    asked->count++;
    for (int32_t day = 0; day < DAYS; day++)
        hours[day] = (struct hour_activity){.hour = day * HOURS_A_DAY + 23, .delivered = 1};
    for (int64_t day = first; day <= last && day < DAYS; day++)
        visit(visitor, SV("x.example"), ACTIVITY_DOMAIN, &hours[day], 1);
}

static void all_at_once(void *context, int64_t first, int64_t last, activity_visitor *visit,
                        void *visitor)
{
    struct hour_activity hours[] = {{.hour = 0, .delivered = 1},
                                    {.hour = (DAYS - 1) * HOURS_A_DAY, .delivered = 1}};
    (void)context;
    (void)first;
    (void)last;
    visit(visitor, SV("x.example"), ACTIVITY_DOMAIN, hours, COUNT_OF(hours));
    visit(visitor, SV("y.example"), ACTIVITY_DOMAIN, hours, 1);
}

struct heard {
    int64_t days[DAYS];
    size_t names;
};

static void hear(void *context, sv name, enum activity_kind kind, const struct hour_activity *hours,
                 size_t count)
{
    struct heard *heard = context;
    (void)name;
    assert_int_equal(kind, ACTIVITY_DOMAIN);
    heard->names++;
    for (size_t i = 0; i < count; i++)
        heard->days[hours[i].hour / HOURS_A_DAY]++;
}

static void test_days(void **state)
{
    struct asked asked = {0};
    struct heard heard[2] = {0};
    struct suppress_source source = {
        .each_activity = each_activity, .activity_context = &asked, .by_day = true};
    struct reader readers[] = {{2, 4, hear, &heard[0]}, {4, 7, hear, &heard[1]}};
    (void)state;
    readers_read(readers, 2, &source);
    assert_true(asked.count == 1 && asked.first == 2 && asked.last == 7);
    for (int64_t day = 0; day < DAYS; day++) {
        assert_int_equal(heard[0].days[day], day >= 2 && day <= 4);
        assert_int_equal(heard[1].days[day], day >= 4 && day <= 7);
    }
    readers_read(readers, 0, &source);
    assert_int_equal(asked.count, 1);
}

/* Without a history nobody knows of more than there is, and all of it is told. */
static void test_all(void **state)
{
    struct heard heard[2] = {0};
    struct suppress_source source = {.each_activity = all_at_once};
    struct reader readers[] = {{20, 30, hear, &heard[0]}, {0, 0, hear, &heard[1]}};
    (void)state;
    readers_read(readers, 2, &source);
    for (size_t i = 0; i < 2; i++)
        assert_true(heard[i].names == 2 && heard[i].days[0] == 2 && heard[i].days[DAYS - 1] == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_days), cmocka_unit_test(test_all)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
