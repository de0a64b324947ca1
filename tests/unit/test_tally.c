/* tally: counters that add up, and merges whose order does not matter. */
#include <stdlib.h>

#include "bouncelog/ledger/ledger.h"
#include "bouncelog/tally/tally.h"
#include "loaded.h"

/* Lines that one worker saw: every seventh is a sample of this kind, every eleventh of that. */
static void fill(struct line_tally *tally, size_t source, int64_t from, int64_t to)
{
    sv file = source ? SV("mail.log") : SV("exim.log");
    for (int64_t line = from; line < to; line++) {
        char text[32];
        int n = snprintf(text, sizeof text, "s%zu l%lld", source, (long long)line);
        tally->total++;
        if (line % 7 == 0) {
            tally->unparsed++;
            samples_add(&tally->unparsed_samples, file, line, sv_make(text, (size_t)n));
        } else if (line % 3 == 0) {
            tally->delivery++;
            if (line % 11 == 0)
                samples_add(&tally->ambiguous_samples, file, line, sv_make(text, (size_t)n));
        } else if (line % 2 == 0) {
            tally->context++;
        } else {
            tally->other++;
        }
    }
}

static void expect_samples(const struct samples *got, const struct samples *want)
{
    assert_int_equal(got->count, want->count);
    assert_int_equal(got->kept, want->kept);
    for (size_t i = 0; i < want->kept; i++) {
        expect_sv(got->list[i].file, want->list[i].file, SV_EMPTY);
        assert_int_equal(got->list[i].line, want->list[i].line);
        expect_sv(sv_make(got->list[i].text, got->list[i].len),
                  sv_make(want->list[i].text, want->list[i].len), SV_EMPTY);
        assert_int_equal(got->list[i].text[got->list[i].len], 0);
    }
}

static void expect_tally(const struct line_tally *got, const struct line_tally *want)
{
    assert_int_equal(got->total, want->total);
    assert_int_equal(got->delivery, want->delivery);
    assert_int_equal(got->context, want->context);
    assert_int_equal(got->other, want->other);
    assert_int_equal(got->unparsed, want->unparsed);
    expect_samples(&got->unparsed_samples, &want->unparsed_samples);
    expect_samples(&got->ambiguous_samples, &want->ambiguous_samples);
}

/* Six parts of two sources, merged in every order and in two shapes of tree: as if one had read
 * all. */
static void test_merge_in_any_order(void **state)
{
    enum { PARTS = 6 };
    static const int64_t cuts[PARTS][3] = {{0, 1, 9},  {0, 9, 10},  {0, 10, 100},
                                           {1, 1, 50}, {1, 50, 50}, {1, 50, 77}};
    static struct line_tally parts[PARTS], whole;
    (void)state;
    for (size_t i = 0; i < PARTS; i++) {
        fill(&parts[i], (size_t)cuts[i][0], cuts[i][1], cuts[i][2]);
        fill(&whole, (size_t)cuts[i][0], cuts[i][1], cuts[i][2]);
    }
    assert_true(whole.unparsed_samples.count > SAMPLES_MAX);
    for (unsigned order = 0; order < 720; order++) {
        static struct line_tally left, right, empty;
        size_t rest[PARTS] = {0, 1, 2, 3, 4, 5};
        unsigned code = order;
        left = right = empty;
        for (size_t n = PARTS, taken = 0; n; n--, taken++) {
            size_t pick = code % n;
            code /= (unsigned)n;
            line_tally_merge(taken < 3 ? &left : &right, &parts[rest[pick]]);
            rest[pick] = rest[n - 1];
        }
        static struct line_tally both;
        both = left;
        line_tally_merge(&both, &right);
        expect_tally(&both, &whole);
        line_tally_merge(&right, &left);
        expect_tally(&right, &whole);
        line_tally_merge(&right, &empty); /* nothing changes nothing */
        expect_tally(&right, &whole);
    }
}

static void test_samples(void **state)
{
    static struct samples samples;
    char text[SAMPLE_BYTES + 10];
    (void)state;
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < SAMPLES_MAX + 5; i++)
        samples_add(&samples, SV("mail.log"), (int64_t)i, sv_make(text, SAMPLE_BYTES - 5 + i));
    assert_int_equal(samples.count, SAMPLES_MAX + 5);
    assert_int_equal(samples.kept, SAMPLES_MAX);
    for (size_t i = 0; i < SAMPLES_MAX; i++) {
        assert_int_equal(samples.list[i].line, i);
        assert_int_equal(samples.list[i].len, i < 5 ? SAMPLE_BYTES - 5 + i : SAMPLE_BYTES);
    }
}

struct step {
    enum outcome outcome;
    enum severity severity;
    const char *category, *to, *host, *sender;
    int64_t time;
    int code;
    const char *enhanced, *text, *provider;
};

static const struct step steps[] = {
    {OUTCOME_DELIVERED, SEVERITY_NONE, NULL, "a@X.example", "mx1", "n@s.example", 3600, 250,
     "2.0.0", "Ok", "gmx"},
    {OUTCOME_DELIVERED, SEVERITY_NONE, NULL, "b@x.example", "mx1", "", 3601, 0, "", "", NULL},
    {OUTCOME_DEFERRED, SEVERITY_TRANSIENT, "greylisted", "a@x.example", "MX1", NULL, 7199, 450,
     "4.7.1", "later", "gmx"},
    {OUTCOME_DEFERRED, SEVERITY_PERMANENT, "reputation", "c@y.example", "mx2", "n@S.example", 7200,
     554, "", "go away", NULL},
    {OUTCOME_BOUNCED, SEVERITY_PERMANENT, "recipient_unknown", "C@y.example", "mx2", "n@s.example",
     7201, 550, "5.1.1", "first", NULL},
    {OUTCOME_BOUNCED, SEVERITY_PERMANENT, "recipient_unknown", "d@y.example", "mx2", "n@s.example",
     7202, 550, "5.1.1", "second", NULL},
    {OUTCOME_BOUNCED, SEVERITY_TRANSIENT, "recipient_unknown", "d@y.example", "mx2", "n@s.example",
     -1, 450, "5.1.1", "third", "gmx"},
    {OUTCOME_EXPIRED, SEVERITY_TRANSIENT, "expired", "e@y.example", "mx2", "n@s.example", 7203, 452,
     "4.2.2", "full", NULL},
    {OUTCOME_HANDED_OVER, SEVERITY_NONE, NULL, "f@z.example", "mx2", "n@s.example", 7204, 250, "",
     "queued", NULL},
    {OUTCOME_DISCARDED, SEVERITY_NONE, NULL, "g@z.example", "mx2", "n@s.example", 7205, 0, "", "",
     NULL},
    {OUTCOME_REFUSED, SEVERITY_PERMANENT, "recipient_unknown", "h@us.example", "mx2", "", 7206, 550,
     "5.1.1", "no such user here", NULL},
    {OUTCOME_BOUNCED, SEVERITY_PERMANENT, "unclassified", "root", "", "n@s.example", 7207, 599, "",
     "xyzzy", NULL},
};

/* Every `parts`th of them, from `part` on. */
static void count_part(struct tally *tally, size_t part, size_t parts)
{
    tally_init(tally);
    tally->cells.counts = true;
    for (size_t i = part; i < COUNT_OF(steps); i += parts) {
        const struct step *step = &steps[i];
        struct event event = {
            .attempt = {.kind = RECORD_ATTEMPT,
                        .outcome = step->outcome,
                        .severity = step->severity,
                        .time = step->time,
                        .line = (int64_t)i,
                        .host = sv_from(step->host),
                        .provider = step->provider ? sv_from(step->provider) : SV_EMPTY,
                        .recipient = sv_from(step->to),
                        .reply = {step->code, sv_from(step->enhanced), sv_from(step->text)},
                        .verdict = {.category = step->category ? category_of(step->category)
                                                               : CATEGORY_NONE}},
            .sender_known = step->sender != NULL,
            .sender = sv_from(step->sender ? step->sender : "")};
        event.sender_key = hash_address(event.sender, &event.sender_domain_key);
        ledger_fingerprint(&event.attempt);
        tally_prefetch(tally, &event.attempt);
        tally_event(tally, &patterns.taxonomy, &event);
    }
}

/* "name count delivered deferred bounced expired; ..." in the order of first mention. */
static void expect_names(const struct map *map, const char *want)
{
    struct buf got = {0};
    for (size_t i = 0; i < map_count(map); i++) {
        const struct outcomes *o = map_value_at(map, i);
        buf_printf(&got, "%s%.*s %lld %lld %lld %lld %lld", i ? "; " : "",
                   SV_FMT(map_key_at(map, i)), (long long)o->count, (long long)o->delivered,
                   (long long)o->deferred, (long long)o->bounced, (long long)o->expired);
    }
    expect_sv(buf_sv(&got), sv_from(want), SV_EMPTY);
    buf_release(&got);
}

static void expect_category(const struct tally *tally, const char *name, int64_t count,
                            int64_t transient, int64_t permanent, int64_t recipients,
                            const char *sample)
{
    const struct category_tally *category = &tally->categories[category_of(name)];
    assert_int_equal(category->count, count);
    assert_int_equal(category->transient, transient);
    assert_int_equal(category->permanent, permanent);
    assert_int_equal((int64_t)category->addresses.count, recipients);
    assert_string_equal(category->sample_text, sample);
}

static void count_steps(struct tally *tally)
{
    count_part(tally, 0, 1);
}

static int by_bytes(const void *a, const void *b)
{
    return sv_cmp(*(const sv *)a, *(const sv *)b);
}

/* The bytes of a tally, in an order of their own: maps keep the order of first mention. */
static void add_sorted(struct buf *out, const struct map *map)
{
    sv rows[128];
    size_t count = map_count(map);
    assert_true(count <= COUNT_OF(rows));
    for (size_t i = 0; i < count; i++) {
        const struct map_entry *entry = map->order[i];
        rows[i] = sv_make(entry->value, map->value_size + entry->key_len);
    }
    qsort(rows, count, sizeof *rows, by_bytes);
    for (size_t i = 0; i < count; i++)
        buf_add(out, rows[i]);
}

/* Where mail of one kind failed for several reasons, their order is that of the events. */
static void add_cells(struct buf *out, const struct cells *cells)
{
    struct arena arena = {0};
    sv rows[64];
    size_t count = 0;
    for (size_t i = 0; i < map_count(&cells->map); i++) {
        const struct cell *cell = map_value_at(&cells->map, i);
        struct buf row = {0};
        buf_printf(&row, "%.*s: %lld %lld %lld %lld ", SV_FMT(map_key_at(&cells->map, i)),
                   (long long)cell->transient, (long long)cell->permanent, (long long)cell->first,
                   (long long)cell->last);
        buf_add(&row, sv_make((const char *)cell->attempts, sizeof cell->attempts));
        buf_add(&row, sv_make((const char *)&cell->messages, sizeof cell->messages));
        rows[count++] = arena_copy(&arena, buf_sv(&row));
        for (const struct cell_reason *reason = cell->reasons; reason; reason = reason->next) {
            buf_clear(&row);
            buf_printf(&row, "%.*s %d: %lld %lld %lld %lld %lld %lld %d %.*s %.*s\n",
                       SV_FMT(map_key_at(&cells->map, i)), reason->category,
                       (long long)reason->count, (long long)reason->transient,
                       (long long)reason->permanent, (long long)reason->first,
                       (long long)reason->last, (long long)reason->reply_time, reason->code,
                       SV_FMT(reason->enhanced), SV_FMT(reason->reply));
            rows[count++] = arena_copy(&arena, buf_sv(&row));
        }
        buf_release(&row);
        assert_true(count < COUNT_OF(rows) / 2);
    }
    qsort(rows, count, sizeof *rows, by_bytes);
    for (size_t i = 0; i < count; i++)
        buf_add(out, rows[i]);
    arena_release(&arena);
}

static void describe(struct buf *out, const struct tally *tally)
{
    struct recipient_counts recipients = tally_recipients(tally);
    int64_t sum = 0, taken = 0;
    buf_add(out, sv_make((const char *)tally->attempts, sizeof tally->attempts));
    buf_add(out, sv_make((const char *)tally->codes, sizeof tally->codes));
    buf_printf(out, "%lld %lld %lld %lld %lld %lld %lld\n", (long long)tally->transient,
               (long long)tally->permanent, (long long)tally->first, (long long)tally->last,
               (long long)recipients.attempted, (long long)recipients.delivered,
               (long long)recipients.failed);
    for (size_t i = 0; i < CATEGORY_MAX; i++) {
        const struct category_tally *category = &tally->categories[i];
        if (category->count)
            buf_printf(out, "%zu %lld %lld %lld %zu %d %s %s\n", i, (long long)category->count,
                       (long long)category->transient, (long long)category->permanent,
                       category->addresses.count, category->sample_code, category->sample_enhanced,
                       category->sample_text);
        if (category->count)
            buf_printf(out, "seen %lld %lld\n", (long long)category->seen.first,
                       (long long)category->seen.last);
    }
    buf_add(out, sv_make((const char *)&tally->messages, sizeof tally->messages));
    buf_add(out, sv_make((const char *)&tally->notifications, sizeof tally->notifications));
    for (int kind = 0; kind < STREAM_KINDS; kind++)
        add_sorted(out, &tally->streams.kinds[kind]);
    for (size_t i = 0; i < map_count(&tally->paths); i++) {
        const struct path *path = map_value_at(&tally->paths, i);
        taken += path->taken_last;
    }
    buf_printf(out, "%zu paths, %lld\n", map_count(&tally->paths), (long long)taken);
    add_sorted(out, &tally->enhanced);
    add_sorted(out, &tally->provider_days);
    for (size_t i = 0; i < map_count(&tally->providers); i++) {
        const struct provider_tally *provider = map_value_at(&tally->providers, i);
        sum += provider->sum.outcomes.count * 1000 + provider->sum.outcomes.bounced;
    }
    buf_printf(out, "%zu providers, %lld\n", map_count(&tally->providers), (long long)sum);
    buf_add(out, sv_make((const char *)tally->replies, sizeof tally->replies));
    add_sorted(out, &tally->recipient_domains);
    add_sorted(out, &tally->sender_domains);
    add_sorted(out, &tally->hosts);
    add_sorted(out, &tally->hours);
    add_sorted(out, &tally->rules);
    add_sorted(out, &tally->shapes);
    for (size_t i = 0; i < tally->unclassified.kept; i++)
        buf_add(out, sv_from(tally->unclassified.list[i].text));
    add_cells(out, &tally->cells);
}

/* Packed, unpacked and merged in any order, parts are as good as the whole. */
static void test_parts_make_a_whole(void **state)
{
    struct tally whole;
    struct buf want = {0};
    (void)state;
    count_steps(&whole);
    describe(&want, &whole);
    for (size_t parts = 1; parts <= 5; parts++)
        for (size_t shift = 0; shift < parts; shift++) {
            struct period sum;
            struct buf got = {0};
            period_init(&sum);
            for (size_t i = 0; i < parts; i++) {
                struct period part = {0}, again;
                struct buf bytes = {0}, destination = {0};
                count_part(&part.tally, (i + shift) % parts, parts);
                period_pack(&bytes, &part, &patterns.taxonomy);
                tally_pack_destinations(&destination, &part.tally);
                period_release(&part);
                period_init(&again);
                assert_int_equal(tally_unpack_destinations(&again.tally, buf_sv(&destination), 0),
                                 0);
                buf_release(&destination);
                assert_int_equal(period_unpack(&again, buf_sv(&bytes), &patterns.taxonomy), 0);
                buf_release(&bytes);
                period_settle(&again, INT64_MAX);
                period_merge(&sum, &again);
                period_release(&again);
            }
            describe(&got, &sum.tally);
            expect_sv(buf_sv(&got), buf_sv(&want), SV("the whole"));
            buf_release(&got);
            period_release(&sum);
        }
    buf_release(&want);
    tally_release(&whole);
}

/* Damaged bytes are refused or read as something, and never more than that. */
static void test_damaged_periods(void **state)
{
    struct period period = {0};
    struct buf bytes = {0};
    (void)state;
    count_part(&period.tally, 0, 1);
    period_pack(&bytes, &period, &patterns.taxonomy);
    period_release(&period);
    for (size_t i = 0; i < bytes.len; i++) {
        period_init(&period);
        assert_int_equal(period_unpack(&period, sv_make(bytes.ptr, i), &patterns.taxonomy), -1);
        period_release(&period);
        for (unsigned bit = 0; bit < 8; bit += 3) {
            bytes.ptr[i] = (char)(bytes.ptr[i] ^ (1 << bit));
            period_init(&period);
            (void)!period_unpack(&period, buf_sv(&bytes), &patterns.taxonomy);
            period_release(&period);
            bytes.ptr[i] = (char)(bytes.ptr[i] ^ (1 << bit));
        }
    }
    buf_release(&bytes);
}

static void test_events(void **state)
{
    static const int64_t attempts[OUTCOME_COUNT] = {2, 2, 4, 1, 1, 1, 1};
    struct tally tally;
    (void)state;
    count_steps(&tally);
    assert_memory_equal(tally.attempts, attempts, sizeof attempts);
    assert_int_equal(tally.transient, 3);
    assert_int_equal(tally.permanent, 4);
    assert_int_equal(tally.transient + tally.permanent, attempts[OUTCOME_DEFERRED] +
                                                            attempts[OUTCOME_BOUNCED] +
                                                            attempts[OUTCOME_EXPIRED]);
    assert_int_equal(tally.first, -1);
    assert_int_equal(tally.last, 7207);
    expect_category(&tally, "recipient_unknown", 4, 1, 3, 3, "third");
    expect_category(&tally, "greylisted", 1, 1, 0, 1, "later");
    expect_category(&tally, "reputation", 1, 0, 1, 1, "go away");
    expect_category(&tally, "expired", 1, 1, 0, 1, "full");
    expect_category(&tally, "unclassified", 1, 0, 1, 1, "xyzzy");
    expect_category(&tally, "mailbox_full", 0, 0, 0, 0, "");
    assert_true(tally.codes[250] == 2 && tally.codes[450] == 2 && tally.codes[550] == 3 &&
                tally.codes[554] == 1 && tally.codes[452] == 1 && tally.codes[599] == 1);
    assert_int_equal(tally.codes[0], 0);
    assert_int_equal(*(int64_t *)map_get(&tally.enhanced, SV("5.1.1")), 4);
    assert_int_equal(*(int64_t *)map_get(&tally.enhanced, SV("2.0.0")), 1);
    assert_int_equal(map_count(&tally.enhanced), 4);
    expect_names(&tally.hosts, "mx1 3 2 1 0 0; mx2 8 0 1 3 1");
    expect_names(&tally.recipient_domains, "x.example 3 2 1 0 0; y.example 5 0 1 3 1; "
                                           "z.example 2 0 0 0 0; us.example 1 0 0 0 0");
    expect_names(&tally.sender_domains, "s.example 9 1 1 4 1; <> 2 1 0 0 0");
    expect_names(&tally.hours, "1970-01-01T01:00:00Z 3 2 1 0 0; 1970-01-01T02:00:00Z 8 0 1 3 1; "
                               "1969-12-31T23:00:00Z 1 0 0 1 0");
    expect_names(&tally.providers, "gmx 3 1 1 1 0");
    expect_names(&tally.provider_days, "gmx\n1970-01-01 2 1 1 0 0; gmx\n1969-12-31 1 0 0 1 0");
    const int64_t(*replies)[CATEGORY_MAX + 1] = tally.replies[MTA_UNKNOWN];
    assert_int_equal(replies[OUTCOME_DELIVERED][CATEGORY_MAX], 2);
    assert_int_equal(replies[OUTCOME_BOUNCED][category_of("recipient_unknown")], 3);
    assert_int_equal(replies[OUTCOME_REFUSED][category_of("recipient_unknown")], 1);
    assert_int_equal(replies[OUTCOME_EXPIRED][category_of("expired")], 1);
    assert_int_equal(replies[OUTCOME_DISCARDED][CATEGORY_MAX], 1);
    /* a, b, c, d, e, g, root: neither what was handed over nor what we refused */
    struct recipient_counts recipients = tally_recipients(&tally);
    assert_int_equal(recipients.attempted, 7);
    assert_int_equal(recipients.delivered, 2);
    assert_int_equal(recipients.failed, 5);
    assert_int_equal(tally.unclassified.count, 1);
    assert_int_equal(tally.unclassified.list[0].line, 11);
    assert_int_equal(map_count(&tally.blocks), 2); /* greylisted at mx1, reputation at mx2 */
    tally_release(&tally);
    assert_int_equal(map_count(&tally.hosts), 0);
}

/* A part of the mail is counted as if there were no other. */
static void test_parts_of_mail(void **state)
{
    const sv x = SV("x.example"), s = SV("s.example"), gmx = SV("gmx");
    const struct {
        struct cut cut;
        int64_t attempts, bounced, senders;
    } parts[] = {
        {{{NULL, 0}, {NULL, 0}, {NULL, 0}}, 12, 4, 2}, {{{&s, 1}, {NULL, 0}, {NULL, 0}}, 9, 4, 1},
        {{{NULL, 0}, {&gmx, 1}, {NULL, 0}}, 3, 1, 1},  {{{NULL, 0}, {NULL, 0}, {&x, 1}}, 3, 0, 2},
        {{{&s, 1}, {&gmx, 1}, {&x, 1}}, 1, 0, 1},      {{{&x, 1}, {NULL, 0}, {NULL, 0}}, 0, 0, 0},
    };
    struct tally tally;
    (void)state;
    count_steps(&tally);
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        struct tally part;
        int64_t attempts = 0;
        tally_init(&part);
        assert_int_equal(cells_cut(&part, &tally.cells, &parts[i].cut, 0), 0);
        for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
            attempts += part.attempts[outcome];
        assert_int_equal(attempts, parts[i].attempts);
        assert_int_equal(part.attempts[OUTCOME_BOUNCED], parts[i].bounced);
        assert_int_equal((int64_t)map_count(&part.sender_domains), parts[i].senders);
        if (i == 0) {
            assert_int_equal(part.transient, tally.transient);
            assert_int_equal(part.permanent, tally.permanent);
            assert_memory_equal(&part.messages, &tally.messages, sizeof part.messages);
        }
        tally_release(&part);
    }
    tally_release(&tally);
}

static void test_nothing(void **state)
{
    struct tally tally;
    (void)state;
    tally_init(&tally);
    assert_true(tally.first > tally.last);
    struct recipient_counts recipients = tally_recipients(&tally);
    assert_int_equal(recipients.attempted + recipients.delivered + recipients.failed, 0);
    tally_release(&tally);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merge_in_any_order),
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_parts_make_a_whole),
        cmocka_unit_test(test_damaged_periods),
        cmocka_unit_test(test_parts_of_mail),
        cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, load_patterns, release_patterns);
}
