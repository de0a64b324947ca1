/* Values of a history, as another host or a damaged disk may have them. What is taken can be
 * packed and read again, and nothing is lost or added by it; it can be added to what is there. */
#include "archive/state.h"
#include "bouncelog/base/mem.h"
#include "bouncelog/ledger/duplicates.h"
#include "fuzz.h"

static const struct taxonomy *taxonomy(void)
{
    return &fuzz_patterns()->taxonomy;
}

/* Each reads the bytes, adds what they are packed to, and says whether they could be read. */
typedef bool repack(sv bytes, struct buf *out);

static bool repack_stream(sv bytes, struct buf *out)
{
    struct stream stream;
    struct mark mark;
    bool taken = stream_unpack(&stream, &mark, bytes) == 0;
    if (taken)
        stream_pack(out, &stream, &mark);
    return taken;
}

static bool repack_period(sv bytes, struct buf *out)
{
    struct period period, sum;
    period_init(&period);
    period_init(&sum);
    bool taken = period_unpack(&period, bytes, taxonomy()) == 0;
    if (taken) {
        period_merge(&sum, &period);
        period_pack(out, &period, taxonomy());
    }
    period_release(&sum);
    period_release(&period);
    return taken;
}

static void count_destination(void *context, sv name, enum activity_kind kind,
                              const struct hour_activity *hours, size_t hour_count)
{
    size_t *count = context;
    fuzz_check(kind < ACTIVITY_KINDS && (name.ptr || !name.len), "a name of a kind");
    for (size_t i = 1; i < hour_count; i++)
        fuzz_check(hours[i - 1].hour < hours[i].hour, "hours in order");
    ++*count;
}

static bool repack_reach(sv bytes, struct buf *out)
{
    struct tally tally, sum;
    size_t count = 0;
    tally_init(&tally);
    tally_init(&sum);
    bool taken = tally_unpack_destinations(&tally, bytes, 20000) == 0;
    fuzz_check((activity_each(bytes, 20000, count_destination, &count) == 0) == taken,
               "in passing or as a whole");
    if (taken) {
        tally_merge(&sum, &tally);
        tally_pack_destinations(out, &tally);
    }
    tally_release(&sum);
    tally_release(&tally);
    return taken;
}

static bool repack_suspect(sv bytes, struct buf *out)
{
    struct address_record record = {0};
    bool taken = address_record_unpack(&record, bytes, taxonomy()) == 0;
    if (taken) {
        address_record_pack(out, &record, taxonomy());
        fuzz_check(address_record_unpack(&record, buf_sv(out), taxonomy()) == 0, "added to itself");
        (void)address_record_forget_text(&record, SV("joe@example.com"));
        address_record_forget_before(&record, 1795478400);
    }
    address_record_release(&record);
    return taken;
}

static void pass(void *context, sv address)
{
    (void)context;
    (void)address;
}

static bool repack_trials(sv bytes, struct buf *out)
{
    struct trials trials, sum;
    struct arena arena = {0};
    struct buf without = {0};
    trials_init(&trials);
    trials_init(&sum);
    bool taken = trials_unpack(&trials, bytes) == 0;
    fuzz_check((trials_each_address(bytes, pass, NULL) == 0) || !taken, "in passing as well");
    for (size_t i = 0; taken && i < trials.count; i++) {
        struct event event;
        trial_event(&trials, &trials.list[i], taxonomy(), &arena, &event);
        fuzz_check(event.attempt.outcome < OUTCOME_COUNT, "an outcome");
    }
    if (taken) {
        trials_add_day(&sum, &trials, 20000);
        trials_pack(out, &trials);
        (void)!trials_forget(&without, bytes, SV("joe@example.com"));
    }
    buf_release(&without);
    arena_release(&arena);
    trials_release(&sum);
    trials_release(&trials);
    return taken;
}

/* Bytes that can be read are erased from, and can be read then. */
static bool repack_regrets(sv bytes, struct buf *out)
{
    struct buf without = {0};
    bool taken = archive_reads_regrets(bytes);
    int erased = archive_forget_regrets(&without, bytes, SV("joe@example.com"));
    fuzz_check(taken == (erased >= 0), "read or erased from");
    fuzz_check(erased <= 0 || archive_reads_regrets(buf_sv(&without)), "erased from, it reads");
    if (taken)
        buf_add(out, bytes);
    buf_release(&without);
    return taken;
}

static bool repack_ledger(sv bytes, struct buf *out)
{
    struct ledger *ledger = ledger_new(&(struct ledger_options){.messages_max = 64});
    bool taken = ledger_unpack(ledger, bytes, taxonomy()) == 0;
    if (taken)
        ledger_pack(out, ledger, taxonomy());
    ledger_free(ledger);
    return taken;
}

static bool repack_twins(sv bytes, struct buf *out)
{
    struct duplicates *duplicates = mem_zero(1, sizeof *duplicates);
    bool taken = duplicates_unpack(duplicates, bytes) == 0;
    if (taken)
        duplicates_pack(out, duplicates);
    duplicates_release(duplicates);
    mem_free(duplicates);
    return taken;
}

/* The same bytes in any order: sets and rings have none. */
static bool same_bytes(sv a, sv b)
{
    int64_t counts[256] = {0};
    for (size_t i = 0; i < a.len; i++)
        counts[(unsigned char)a.ptr[i]]++;
    for (size_t i = 0; i < b.len; i++)
        counts[(unsigned char)b.ptr[i]]--;
    for (size_t i = 0; i < COUNT_OF(counts); i++)
        if (counts[i])
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static repack *const kinds[] = {repack_stream, repack_period, repack_reach,  repack_suspect,
                                    repack_ledger, repack_twins,  repack_trials, repack_regrets};
    sv input = {(const char *)data, size};
    repack *kind = kinds[fuzz_choice(&input) % COUNT_OF(kinds)];
    struct buf once = {0}, twice = {0};
    if (kind(input, &once)) {
        fuzz_check(kind(buf_sv(&once), &twice), "what was packed can be read");
        fuzz_check(same_bytes(buf_sv(&once), buf_sv(&twice)), "packed again it says the same");
    }
    buf_release(&once);
    buf_release(&twice);
    return 0;
}
