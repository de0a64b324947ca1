/* ledger: records of lines in, events of messages out. Each table is a small log; the events that
 * must come out are written as one line each (add_event says how). */
#include <time.h>

#include "bouncelog/base/hash.h"
#include "bouncelog/ledger/ledger.h"
#include "testing.h"

/* One line of a log: only what matters stands there. */
struct step {
    enum record_kind kind;
    sv id;
    enum outcome outcome;
    sv to, original, sender, text, forwarded;
    int count; /* of recipients, of a sender's line */
    bool null_sender, notification, arrival, frees_itself, ambiguous, skipped, has_sender;
    sv host, transport, relay;
};

#define ATTEMPT(queue_id, what, recipient, ...)                                                    \
    {                                                                                              \
        .kind = RECORD_ATTEMPT, .id = SV(queue_id), .outcome = OUTCOME_##what,                     \
        .to = SV(recipient), __VA_ARGS__                                                           \
    }
#define FROM(queue_id, address, ...)                                                               \
    {                                                                                              \
        .kind = RECORD_SENDER, .id = SV(queue_id), .sender = SV(address), __VA_ARGS__              \
    }
#define QUEUED(queue_id)                                                                           \
    {                                                                                              \
        .kind = RECORD_QUEUED, .id = SV(queue_id), .arrival = true                                 \
    }
#define BEGUN(queue_id)                                                                            \
    {                                                                                              \
        .kind = RECORD_QUEUED, .id = SV(queue_id)                                                  \
    }
#define EXPIRED(queue_id)                                                                          \
    {                                                                                              \
        .kind = RECORD_EXPIRED, .id = SV(queue_id)                                                 \
    }
#define REMOVED(queue_id)                                                                          \
    {                                                                                              \
        .kind = RECORD_REMOVED, .id = SV(queue_id)                                                 \
    }

struct run {
    struct buf events;
    uint64_t messages[64]; /* fingerprints, numbered in the order of their first event */
    size_t message_count;
    bool begun; /* of the latest event */
};

static size_t number_of(struct run *run, uint64_t message)
{
    size_t i = 0;
    while (i < run->message_count && run->messages[i] != message)
        i++;
    if (i == run->message_count)
        run->messages[run->message_count++] = message;
    return i + 1;
}

/* "line: outcome recipient (original) from sender #message [text] cause !": `!` suppressible. */
static void add_event(void *context, struct event *event)
{
    struct run *run = context;
    const struct record *a = &event->attempt;
    sv outcome = event->withdrawn ? SV("withdrawn") : outcome_name(a->outcome);
    buf_printf(&run->events, "%lld: %.*s %.*s", (long long)a->line, SV_FMT(outcome),
               SV_FMT(a->recipient));
    if (a->original.len)
        buf_printf(&run->events, " (%.*s)", SV_FMT(a->original));
    if (event->sender_known)
        buf_printf(&run->events, " from <%.*s>", SV_FMT(event->sender));
    buf_printf(&run->events, " #%zu", number_of(run, event->message));
    if (a->reply.text.len)
        buf_printf(&run->events, " [%.*s]", SV_FMT(a->reply.text));
    if (event->cause != CATEGORY_NONE)
        buf_printf(&run->events, " cause %d", event->cause);
    buf_add(&run->events, event->suppressible ? SV(" !\n") : SV("\n"));
    run->begun = event->begun;
    if (event->sender_known)
        assert_true(event->sender_key == hash_nocase(event->sender));
    assert_true(a->address_key == hash_nocase(a->recipient));
    expect_sv(event->file, SV("mail.log"), SV_EMPTY);
    assert_int_equal(a->kind, RECORD_ATTEMPT);
}

static struct record record_of(const struct step *step, int64_t line)
{
    return (struct record){
        .kind = step->kind,
        .mta = 1,
        .outcome = step->outcome,
        .ambiguous = step->ambiguous,
        .skipped = step->skipped,
        .has_sender = step->has_sender,
        .null_sender = step->null_sender,
        .notification = step->notification,
        .arrival = step->arrival,
        .frees_itself = step->frees_itself,
        .recipients_expected = step->count,
        .time = 1000 * line,
        .line = line,
        .host = step->host.len ? step->host : SV("mx1"),
        .queue_id = step->id,
        .sender = step->sender,
        .recipient = step->to,
        .original = step->original,
        .relay = {.host = step->relay, .ip = SV_EMPTY},
        .transport = step->transport,
        .dsn = SV_EMPTY,
        .delay_s = -1,
        .forwarded_id = step->forwarded,
        .reply = {0, SV_EMPTY, step->text},
        .verdict = {.category = (uint8_t)(step->text.len ? line : CATEGORY_NONE)}};
}

/* Applied as the pipeline does it: what the record's views show is gone afterwards. */
static void apply(struct ledger *ledger, struct record record)
{
    static char turns[2][512]; /* so that the next record does not fill the gap */
    char *bytes = turns[record.line % 2], file[] = "mail.log", *to = bytes;
    sv *views[] = {&record.host,      &record.queue_id,     &record.sender,
                   &record.recipient, &record.original,     &record.relay.host,
                   &record.transport, &record.forwarded_id, &record.reply.text};
    for (size_t i = 0; i < COUNT_OF(views); i++) {
        sv copy = {to, views[i]->len};
        to = sv_put(to, *views[i]);
        *views[i] = copy;
    }
    ledger_apply(ledger, sv_from(file), &record);
    memset(bytes, '?', sizeof turns[0]);
    memset(file, '?', sizeof file - 1);
}

static struct ledger_counts play(const struct step *steps, size_t count, size_t messages_max,
                                 struct run *run)
{
    static const sv filters[] = {SV("amavis"), SV("filter.example.org")};
    struct ledger_options options = {messages_max, filters, COUNT_OF(filters), add_event, run};
    struct ledger *ledger = ledger_new(&options);
    for (size_t i = 0; i < count; i++) {
        struct record record = record_of(&steps[i], (int64_t)i + 1);
        if (i % 2) /* fingerprinted by a worker, or by the ledger itself */
            ledger_fingerprint(&record);
        ledger_prefetch(ledger, &record);
        ledger_prefetch_more(ledger, &record);
        apply(ledger, record);
    }
    struct ledger_counts counts = ledger_counts(ledger);
    ledger_free(ledger);
    return counts;
}

static void expect_events(const struct step *steps, size_t count, const char *events,
                          int64_t unresolved)
{
    struct run run = {0};
    struct ledger_counts counts = play(steps, count, 0, &run);
    expect_sv(buf_sv(&run.events), sv_from(events), SV_EMPTY);
    assert_int_equal(counts.unresolved_expiries, unresolved);
    assert_int_equal(counts.evicted, 0);
    buf_release(&run.events);
}
#define EXPECT_EVENTS(events, unresolved, ...)                                                     \
    do {                                                                                           \
        static const struct step steps_[] = {__VA_ARGS__};                                         \
        expect_events(steps_, COUNT_OF(steps_), events, unresolved);                               \
    } while (0)

static void test_sender(void **state)
{
    (void)state;
    EXPECT_EVENTS("3: bounced a@x from <n@s> #1 !\n"
                  "4: delivered b@x #2\n" /* the sender is not in the log */
                  "6: bounced b@x from <> #2\n"
                  "8: bounced c@x from <N2@S> #3 !\n",
                  0, QUEUED("A"), FROM("A", "n@s"), ATTEMPT("A", BOUNCED, "a@x"),
                  ATTEMPT("B", DELIVERED, "b@x"), FROM("B", "", .null_sender = true),
                  ATTEMPT("B", BOUNCED, "b@x"), FROM("C", "N2@S"), ATTEMPT("C", BOUNCED, "c@x"));
    /* A line may name it itself; what the message's own line said is better. */
    EXPECT_EVENTS("1: bounced a@x from <f@s> #1 !\n"
                  "3: bounced a@x from <g@s> #2 !\n",
                  0, ATTEMPT("A", BOUNCED, "a@x", .has_sender = true, .sender = SV("f@s")),
                  FROM("B", "g@s"),
                  ATTEMPT("B", BOUNCED, "a@x", .has_sender = true, .sender = SV("f@s")));
    /* Hosts are told apart, and an id without a sender's line is not the one before. */
    EXPECT_EVENTS("2: bounced a@x #1 !\n"
                  "3: bounced a@x from <n@s> #2 !\n",
                  0, FROM("A", "n@s"), ATTEMPT("A", BOUNCED, "a@x", .host = SV("mx2")),
                  ATTEMPT("A", BOUNCED, "a@x"));
}

static void test_expiry(void **state)
{
    (void)state;
    /* Those last deferred, each with its own last words; the time is the expiry's. */
    EXPECT_EVENTS("2: deferred a@x from <n@s> #1 [full] !\n"
                  "3: deferred b@x from <n@s> #1 [later] !\n"
                  "4: deferred c@x from <n@s> #1 [grey] !\n"
                  "5: delivered c@x from <n@s> #1 [ok]\n"
                  "6: deferred A@X from <n@s> #1 [still full] !\n"
                  "7: bounced d@x from <n@s> #1 [gone] !\n"
                  "8: expired A@X from <n@s> #1 [still full] cause 6 !\n"
                  "8: expired b@x from <n@s> #1 [later] cause 3 !\n",
                  0, FROM("A", "n@s"), ATTEMPT("A", DEFERRED, "a@x", .text = SV("full")),
                  ATTEMPT("A", DEFERRED, "b@x", .text = SV("later")),
                  ATTEMPT("A", DEFERRED, "c@x", .text = SV("grey")),
                  ATTEMPT("A", DELIVERED, "c@x", .text = SV("ok")),
                  ATTEMPT("A", DEFERRED, "A@X", .text = SV("still full")),
                  ATTEMPT("A", BOUNCED, "d@x", .text = SV("gone")), EXPIRED("A"), EXPIRED("A"),
                  REMOVED("A"));
    /* Nobody to be found: counted once a message; the expiry's own line may name the sender. */
    EXPECT_EVENTS("4: deferred a@x from <n@s> #1 !\n", 2, EXPIRED("A"), EXPIRED("A"),
                  {.kind = RECORD_EXPIRED, .id = SV("B"), .sender = SV("n@s")},
                  ATTEMPT("B", DEFERRED, "a@x"));
    /* Removed without an expiry (postsuper -d): nothing expires. */
    EXPECT_EVENTS("1: deferred a@x #1 !\n"
                  "2: withdrawn a@x #1 !\n",
                  1, ATTEMPT("A", DEFERRED, "a@x"), REMOVED("A"), EXPIRED("A"));
    /* Words that only say that an earlier failure still holds do not replace it. */
    EXPECT_EVENTS(
        "1: deferred a@x #1 [full] !\n"
        "3: expired a@x #1 [full] cause 1 !\n",
        0, ATTEMPT("A", DEFERRED, "a@x", .text = SV("full")),
        ATTEMPT("A", DEFERRED, "a@x", .text = SV("retry time not reached"), .skipped = true),
        EXPIRED("A"));
}

/* Ids that differ in their last character are of two messages. */
static void test_alike_ids(void **state)
{
    (void)state;
    EXPECT_EVENTS("2: deferred a@x from <n@s> #1 !\n"
                  "4: delivered a@x from <n@s> #1\n",
                  0, FROM("200000DA", "n@s"), ATTEMPT("200000DA", DEFERRED, "a@x"),
                  REMOVED("200000D1"), ATTEMPT("200000DA", DELIVERED, "a@x"));
}

/* Exim logs an expiry per address; the reason is on an earlier line. */
static void test_expiry_of_one(void **state)
{
    (void)state;
    EXPECT_EVENTS("1: deferred a@x #1 [full] !\n"
                  "2: deferred b@x #1 [later] !\n"
                  "3: expired a@x #1 [full] cause 1 !\n"
                  "4: expired c@x #1 [timeout] !\n" /* its deferral is not in the log */
                  "5: expired b@x #1 [later] cause 2 !\n",
                  0, ATTEMPT("A", DEFERRED, "a@x", .text = SV("full")),
                  ATTEMPT("A", DEFERRED, "b@x", .text = SV("later")),
                  ATTEMPT("A", EXPIRED, "a@x", .text = SV("timeout")),
                  ATTEMPT("A", EXPIRED, "c@x", .text = SV("timeout")), EXPIRED("A"));
    EXPECT_EVENTS(
        "1: deferred a@x from <f@s> #1 [full] !\n"
        "2: expired a@x from <f@s> #1 [full] cause 1 !\n",
        0,
        ATTEMPT("A", DEFERRED, "a@x", .text = SV("full"), .has_sender = true, .sender = SV("f@s")),
        ATTEMPT("A", EXPIRED, "a@x", .text = SV("timeout"), .has_sender = true,
                .sender = SV("f@s")));
}

static void test_handed_over(void **state)
{
    (void)state;
    /* The other queue's id was seen before (re-injection is logged first). */
    EXPECT_EVENTS("4: handed_over a@x from <n@s> #1\n"
                  "5: delivered a@x from <n@s> #2\n",
                  0, FROM("A", "n@s"), QUEUED("B"), FROM("B", "n@s"),
                  ATTEMPT("A", DELIVERED, "a@x", .forwarded = SV("B")),
                  ATTEMPT("B", DELIVERED, "a@x", .forwarded = SV("REMOTE1")));
    /* An id that is seen only later is a coincidence... */
    EXPECT_EVENTS("2: delivered a@x from <n@s> #1\n"
                  "4: delivered a@x from <n@s> #2\n",
                  0, FROM("A", "n@s"), ATTEMPT("A", DELIVERED, "a@x", .forwarded = SV("B")),
                  FROM("B", "n@s"), ATTEMPT("B", DELIVERED, "a@x"));
    /* ...and so is one that was there before this message was announced, */
    EXPECT_EVENTS("3: delivered a@x from <n@s> #1\n", 0, QUEUED("B"), FROM("A", "n@s"),
                  ATTEMPT("A", DELIVERED, "a@x", .forwarded = SV("B")));
    /* but not when the log begins in the middle of this message's life. */
    EXPECT_EVENTS("2: handed_over a@x #1\n", 0, QUEUED("B"),
                  ATTEMPT("A", DELIVERED, "a@x", .forwarded = SV("B")));
    /* On another host of ours it counts, too; its own id never does. */
    EXPECT_EVENTS("3: handed_over a@x from <n@s> #1\n"
                  "4: delivered b@x from <n@s> #1\n",
                  0, FROM("A", "n@s"), {.kind = RECORD_QUEUED, .id = SV("B"), .host = SV("mx2")},
                  ATTEMPT("A", DELIVERED, "a@x", .forwarded = SV("B")),
                  ATTEMPT("A", DELIVERED, "b@x", .forwarded = SV("A")));
    /* Transports and hosts that the configuration names. Failures there are failures. */
    EXPECT_EVENTS("1: handed_over a@x #1\n"
                  "2: handed_over a@x #1\n"
                  "3: bounced a@x #1 !\n"
                  "4: delivered a@x #1\n",
                  0, ATTEMPT("A", DELIVERED, "a@x", .transport = SV("Amavis")),
                  ATTEMPT("A", DELIVERED, "a@x", .relay = SV("FILTER.example.org")),
                  ATTEMPT("A", BOUNCED, "a@x", .transport = SV("amavis")),
                  ATTEMPT("A", DELIVERED, "a@x", .transport = SV("amavis2")));
    /* A filter on our own host that says what the MTA behind it answered; anybody else's may keep
     * it. */
    EXPECT_EVENTS("1: handed_over a@x #1 [from MTA(smtp): ok]\n"
                  "2: delivered a@x #1 [from MTA(smtp): ok]\n"
                  "3: delivered a@x #1\n",
                  0,
                  ATTEMPT("A", DELIVERED, "a@x", .relay = SV("127.0.0.1"), .forwarded = SV("B"),
                          .text = SV("from MTA(smtp): ok")),
                  ATTEMPT("A", DELIVERED, "a@x", .relay = SV("mx.x"), .forwarded = SV("B"),
                          .text = SV("from MTA(smtp): ok")),
                  ATTEMPT("A", DELIVERED, "a@x", .relay = SV("127.0.0.1"), .forwarded = SV("B")));
}

/* A queue id that was free and comes again is another message. */
static void test_reuse(void **state)
{
    (void)state;
    EXPECT_EVENTS("2: deferred a@x from <n@s> #1 !\n"
                  "3: withdrawn a@x from <n@s> #1 !\n"
                  "4: bounced a@x #2 !\n" /* neither the old sender nor the old deferral */
                  "7: bounced b@x from <m@s> #3 !\n",
                  1, FROM("A", "n@s"), ATTEMPT("A", DEFERRED, "a@x"), REMOVED("A"),
                  ATTEMPT("A", BOUNCED, "a@x"), REMOVED("A"), FROM("A", "m@s"),
                  ATTEMPT("A", BOUNCED, "b@x"), REMOVED("A"), EXPIRED("A"));
    /* Twice `removed` is one more use, not a crash. */
    EXPECT_EVENTS("4: bounced a@x #1 !\n", 0, FROM("A", "n@s"), REMOVED("A"), REMOVED("A"),
                  ATTEMPT("A", BOUNCED, "a@x"));
}

/* What our own MTA tells a sender never speaks against the address it is sent to. */
static void test_notifications(void **state)
{
    (void)state;
    EXPECT_EVENTS("2: bounced n@s from <> #1\n"
                  "4: bounced n@s from <p@s> #2\n" /* said to be one: whatever its sender */
                  "6: bounced n@s from <> #3\n"    /* nobody was seen to hand it in */
                  "9: bounced n@s from <> #4 !\n"  /* somebody was: a list may use <> */
                  "11: bounced n@s from <> #5 !\n",
                  0, FROM("A", "", .null_sender = true, .notification = true),
                  ATTEMPT("A", BOUNCED, "n@s"), FROM("B", "p@s", .notification = true),
                  ATTEMPT("B", BOUNCED, "n@s"), FROM("C", "", .null_sender = true),
                  ATTEMPT("C", BOUNCED, "n@s"), QUEUED("D"), FROM("D", "", .null_sender = true),
                  ATTEMPT("D", BOUNCED, "n@s"), FROM("E", "", .null_sender = true, .arrival = true),
                  ATTEMPT("E", BOUNCED, "n@s"));
}

/* Only a line that says that a message came into being proves that nothing went before. */
static void test_begun(void **state)
{
    static const struct {
        struct step step;
        bool begun;
    } cases[] = {
        {QUEUED("A"), true},
        {BEGUN("A"), true},
        {FROM("A", "n@s", .arrival = true), true},
        {FROM("A", "", .null_sender = true, .notification = true), true},
        {FROM("A", "n@s", .count = 2), false}, /* a run of the queue */
        {REMOVED("A"), false},
        {EXPIRED("A"), false},
        {ATTEMPT("A", DEFERRED, "a@x"), false},
        {BEGUN("B"), false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct run run = {0};
        struct step steps[] = {cases[i].step, ATTEMPT("A", BOUNCED, "b@x", .original = SV("o@x"))};
        play(steps, COUNT_OF(steps), 0, &run);
        assert_int_equal(run.begun, cases[i].begun);
        buf_release(&run.events);
    }
    /* What only began was handed in by nobody we saw. */
    EXPECT_EVENTS("3: bounced n@s from <> #1\n", 0, BEGUN("A"), FROM("A", "", .null_sender = true),
                  ATTEMPT("A", BOUNCED, "n@s"));
}

static void test_suppressible(void **state)
{
    (void)state;
    EXPECT_EVENTS("1: bounced a@x #1\n" /* the line can be read in two ways */
                  "2: bounced b@x #1 !\n"
                  "3: deferred b@x #1 !\n"
                  "4: delivered b@x #1\n"
                  "5: discarded b@x #1\n"
                  "6: refused b@x #1\n",
                  0, ATTEMPT("A", BOUNCED, "a@x", .ambiguous = true), ATTEMPT("A", BOUNCED, "b@x"),
                  ATTEMPT("A", DEFERRED, "b@x"), ATTEMPT("A", DELIVERED, "b@x"),
                  ATTEMPT("A", DISCARDED, "b@x"), ATTEMPT("A", REFUSED, "b@x"));
}

static void test_expansion(void **state)
{
    static const struct step steps[] = {
        ATTEMPT("A", BOUNCED, "a@x", .original = SV("one@o")),
        ATTEMPT("A", BOUNCED, "A@X", .original = SV("ONE@o")),
        ATTEMPT("A", BOUNCED, "a@x", .original = SV("two@o")),
        ATTEMPT("A", BOUNCED, "b@x", .original = SV("two@o")),
        ATTEMPT("A", BOUNCED, "c@x", .original = SV("two@o")),
        ATTEMPT("B", BOUNCED, "b@x", .original = SV("one@o")),
        /* an alias that keeps a copy, which is logged without an original: in both orders */
        ATTEMPT("B", DELIVERED, "Keep@o"),
        ATTEMPT("B", BOUNCED, "b@x", .original = SV("keep@o")),
        ATTEMPT("B", BOUNCED, "b@x", .original = SV("copy@o")),
        ATTEMPT("B", DELIVERED, "copy@o"),
        ATTEMPT("B", DELIVERED, "other@o"),
        /* the copy was one of another use of the id */
        ATTEMPT("C", DELIVERED, "keep@o"),
        REMOVED("C"),
        ATTEMPT("C", DELIVERED, "other@o"),
        ATTEMPT("C", BOUNCED, "b@x", .original = SV("keep@o")),
    };
    struct run run = {0};
    struct ledger_options options = {.handler = add_event, .context = &run};
    struct ledger *ledger = ledger_new(&options);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        struct record record = record_of(&steps[i], (int64_t)i + 1);
        ledger_apply(ledger, SV("mail.log"), &record);
    }
    assert_int_equal(run.message_count, 4);
    assert_false(ledger_expanded(ledger, run.messages[3], hash_nocase(SV("keep@o"))));
    assert_false(ledger_expanded(ledger, run.messages[0], hash_nocase(SV("one@o"))));
    assert_true(ledger_expanded(ledger, run.messages[0], hash_nocase(SV("Two@O"))));
    assert_false(ledger_expanded(ledger, run.messages[1], hash_nocase(SV("one@o"))));
    assert_false(ledger_expanded(ledger, run.messages[1], hash_nocase(SV("two@o"))));
    assert_true(ledger_expanded(ledger, run.messages[1], hash_nocase(SV("keep@o"))));
    assert_true(ledger_expanded(ledger, run.messages[1], hash_nocase(SV("copy@o"))));
    assert_false(ledger_expanded(ledger, run.messages[1], hash_nocase(SV("other@o"))));
    assert_false(ledger_expanded(ledger, run.messages[0], hash_nocase(SV("keep@o"))));
    ledger_free(ledger);
    ledger_free(NULL);
    buf_release(&run.events);
}

/* Room for two: free ones go first, then those not touched; open deferrals lost are counted. */
static void ignore_event(void *context, struct event *event)
{
    *(size_t *)context += event->attempt.original.len > 0;
}

/* Each recipient of a large message may have an original of its own: the time must not grow with
 * the square of their number (it would be a minute and more). */
static void test_many_originals(void **state)
{
    enum { MANY = 300000, SECONDS_MAX = 20 };
    (void)state;
    size_t count = 0;
    struct ledger_options options = {.handler = ignore_event, .context = &count};
    struct ledger *ledger = ledger_new(&options);
    clock_t start = clock();
    for (unsigned i = 0; i < MANY; i++) {
        char to[32], original[32];
        struct record record = {.kind = RECORD_ATTEMPT,
                                .host = SV("h"),
                                .queue_id = SV("A"),
                                .outcome = OUTCOME_DELIVERED};
        (void)snprintf(to, sizeof to, "%u@x", i);
        (void)snprintf(original, sizeof original, "%u@o", i);
        record.recipient = sv_from(to);
        record.original = i % 2 ? sv_from(original) : SV_EMPTY;
        ledger_apply(ledger, SV("file"), &record);
    }
    ledger_free(ledger);
    assert_int_equal(count, MANY / 2);
    assert_true(clock() - start < (clock_t)SECONDS_MAX * CLOCKS_PER_SEC);
}

static void test_eviction(void **state)
{
    static const struct step free_first[] = {
        ATTEMPT("A", DEFERRED, "a@x"),
        FROM("B", "n@s"),
        REMOVED("B"),
        FROM("C", "n@s"), /* in B's place */
        REMOVED("C"),
        FROM("D", "n@s"), /* in C's */
        EXPIRED("A"),
    };
    static const struct step least_used[] = {
        ATTEMPT("A", DEFERRED, "a@x"),
        ATTEMPT("B", DEFERRED, "b@x"),
        ATTEMPT("A", DEFERRED, "a@x"),
        FROM("C", "n@s"), /* in B's place: A was touched */
        EXPIRED("A"),
        EXPIRED("B"),
    };
    static const struct step nothing_lost[] = {
        ATTEMPT("A", BOUNCED, "a@x"),
        FROM("B", "n@s"),
        FROM("C", "n@s"),
        FROM("D", "n@s"),
    };
    /* sendmail counts an alias as one recipient: what seemed done was not. */
    static const struct step open_again[] = {
        FROM("A", "n@s", .count = 1, .frees_itself = true),
        ATTEMPT("A", DELIVERED, "a@x"),
        ATTEMPT("A", DEFERRED, "b@x"),
        FROM("B", "n@s"),
        FROM("C", "n@s"), /* in B's place */
        EXPIRED("A"),
    };
    struct run run = {0};
    (void)state;
    struct ledger_counts counts = play(free_first, COUNT_OF(free_first), 2, &run);
    expect_sv(buf_sv(&run.events), SV("1: deferred a@x #1 !\n7: expired a@x #1 !\n"), SV_EMPTY);
    assert_true(counts.evicted == 0 && counts.unresolved_expiries == 0);
    buf_clear(&run.events);
    counts = play(least_used, COUNT_OF(least_used), 2, &run);
    expect_sv(buf_sv(&run.events),
              SV("1: deferred a@x #1 !\n2: deferred b@x #2 !\n3: deferred a@x #1 !\n"
                 "5: expired a@x #1 !\n"),
              SV_EMPTY);
    assert_true(counts.evicted == 1 && counts.unresolved_expiries == 1);
    counts = play(nothing_lost, COUNT_OF(nothing_lost), 2, &run);
    assert_true(counts.evicted == 0 && counts.unresolved_expiries == 0);
    buf_clear(&run.events);
    counts = play(open_again, COUNT_OF(open_again), 2, &run);
    expect_sv(buf_sv(&run.events),
              SV("2: delivered a@x from <n@s> #1\n3: deferred b@x from <n@s> #1 !\n"
                 "6: expired b@x from <n@s> #1 !\n"),
              SV_EMPTY);
    assert_true(counts.evicted == 0 && counts.unresolved_expiries == 0);
    buf_release(&run.events);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sender),         cmocka_unit_test(test_expiry),
        cmocka_unit_test(test_alike_ids),      cmocka_unit_test(test_expiry_of_one),
        cmocka_unit_test(test_handed_over),    cmocka_unit_test(test_reuse),
        cmocka_unit_test(test_notifications),  cmocka_unit_test(test_suppressible),
        cmocka_unit_test(test_expansion),      cmocka_unit_test(test_eviction),
        cmocka_unit_test(test_many_originals), cmocka_unit_test(test_begun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
