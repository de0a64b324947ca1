/* report: a frozen, sorted snapshot of a run, ready to be written.
 *
 * The only place that ranks, rounds and trims; renderers take it as it is. With a redactor every
 * address in it, also inside replies and samples, is a fingerprint already.
 * All views live as long as the report and the decisions that it was made of. Thread: one. */
#ifndef BOUNCELOG_REPORT_REPORT_H
#define BOUNCELOG_REPORT_REPORT_H

#include "bouncelog/base/arena.h"
#include "bouncelog/model/input_status.h"
#include "bouncelog/report/cut.h"
#include "bouncelog/report/messages.h"
#include "bouncelog/report/redact.h"
#include "bouncelog/report/wall.h"
#include "bouncelog/suppress/regrets.h"
#include "bouncelog/suppress/suppress.h"
#include "bouncelog/tally/tally.h"

/* One bar of the timeline. */
struct period_row {
    int64_t start; /* by the wall clock (wall.h) */
    struct outcomes outcomes;
    int64_t failed; /* bounced and expired */
    int64_t others; /* neither delivered, deferred nor failed */
};

enum { PERIODS_MAX = 92 };

/* What happened when: by the hour up to two days, by the day of the wall clock beyond. An hour of
 * UTC belongs to the day in which it begins. */
struct timeline {
    struct period_row *rows; /* one after the other, the empty ones too */
    size_t count;
    int64_t step;            /* seconds that a row stands for */
    int64_t scale;           /* a round number that no row is above */
    struct outcomes earlier; /* what lies before the latest PERIODS_MAX rows */
    int64_t begins;          /* the first row: UTC of hours, the wall clock of days */
};

/* An hour of UTC. All in which something was tried follow one another, with empty ones between
 * them; of a gap of more than a day only the first hour and the last one, so that a line drawn
 * through them stays at nothing. */
struct hour_row {
    int64_t start;
    struct outcomes outcomes;
};

/* How a name fared over the days of UTC that the timeline touches: `count` numbers each. */
struct trend {
    int64_t most; /* attempts of a day */
    int64_t *attempts, *failures;
    size_t count;
};

enum { WEEKDAYS = 7, HOURS = 24 };

/* Deferrals by weekday (Monday first) and hour of the wall clock in which an hour of UTC begins. */
struct week_hours {
    int64_t deferred[WEEKDAYS][HOURS], most;
};

/* The last 24 hours against the days of 24 hours before them, up to COMPARED_DAYS of them. */
enum { COMPARED_DAYS = 7 };
struct latest_day {
    int64_t since, until; /* [since, until) */
    int64_t days;         /* that it is compared with; 0: there is nothing to compare with */
    struct outcomes latest, usual; /* usual: the median of each count */
};

/* How long mail waited that was not taken at once. */
struct retry_row {
    sv name; /* of a provider */
    struct retries retries;
    int64_t half_s,
        most_s; /* half of it, and nine tenths, waited no longer; 0: longer than a day */
};

/* Rates are shares of count, four decimals. */
struct ranking_row {
    sv name;
    struct outcomes outcomes;
    double bounce_rate; /* bounced and expired */
    double delivered_rate, deferred_rate;
    const struct trend *trend; /* NULL: unknown, or the timeline has no days */
};

struct ranking {
    struct ranking_row *rows;
    size_t count;
};

struct category_row {
    sv category, scope, remedy, sample_enhanced, sample_text;
    int64_t count, transient, permanent, recipients;
    int sample_code;
    sv meaning;
    int64_t first_seen, last_seen, last_24h; /* 0: at no time that can be */
};

struct code_row {
    int code; /* or */
    sv enhanced;
    sv class_name, meaning, remedy;
    int64_t count;
};

struct block_row {
    sv host, provider, category, list, remedy, sample;
    int64_t count;
    int64_t first_seen, last_seen, last_24h;
};

/* From when to when a provider refused or slowed one of our hosts. */
struct episode_row {
    sv kind, host, provider, list; /* kind: the category */
    int64_t first_seen, last_seen, count;
    bool ended;
    int64_t ended_at;       /* the hour in which mail was taken again; 0: it goes on */
    int64_t retry_after_s;  /* what the provider asks for; 0: it does not say */
    int64_t taken_per_hour; /* mails that were taken in the hour in which it began */
    bool first_contact;     /* it passes by itself */
};

struct count_row {
    sv name, meaning; /* meaning may be empty */
    int64_t count;
};

/* What is beyond these bounds is counted in `more`. */
enum { FIX_REMEDIES_MAX = 12, FIX_PLACES_MAX = 8, FIX_HOSTS_MAX = 4 };

/* Who refuses which of our hosts. */
struct fix_place {
    sv provider, list; /* empty: not known */
    struct count_row hosts[FIX_HOSTS_MAX];
    size_t host_count;
    int64_t count, more;
};

struct fix_remedy {
    sv remedy;
    struct fix_place places[FIX_PLACES_MAX]; /* of refusals of our hosts */
    size_t place_count;
    int64_t count, more;
};

/* A category of failures that we can mend ourselves: our reputation, messages, settings. */
struct fix_row {
    sv category, scope, meaning, sample;
    struct fix_remedy *remedies; /* each provider may want another */
    size_t remedy_count;
    int64_t count, more;
    int64_t first_seen, last_seen; /* 0: at no time that can be */
    bool past;                     /* not in the last 24 hours */
};

/* Attempts by who spoke to whom about what, in bounded number. */
struct reply_row {
    sv mta, outcome;
    sv category; /* none: nothing failed; other: all that is beyond the bound */
    int64_t count;
};

struct rule_row {
    sv rule, category; /* or a shape, without a category */
    int64_t count;
    bool fresh; /* a shape that was never seen before */
};

/* A row is made when it is asked for (report_suppression): there may be a million. */
struct suppression {
    sv key;         /* the address by its one spelling (mailbox.h), never a fingerprint of it */
    bool fresh;     /* it was on no list before... */
    bool complaint; /* the person asked for it: no server refused the mail */
    enum tier tier, before; /* ...or it was, with this tier; TIER_NONE: on any */
    sv address;             /* as it was mailed; of a domain: the domain */
    sv category, reason, enhanced, reply, rule, host, queue_id, file;
    sv final;                /* the final recipient, where the address is an original one */
    sv original;             /* what was mailed, where it expanded to more than this address */
    sv skipped;              /* why no list may carry it; empty: it may */
    bool probed, was_probed; /* lists leave it out until mail to it was sent; and did so before */
    int code;
    int64_t count, days, first_seen, last_seen, line;
};

/* Whose row it is. */
struct suppress_entry {
    sv address; /* struct suppression */
    const struct decision *decision;
};

/* Which of those to suppress the summary has; lists have all of them. */
enum suppress_part {
    SUPPRESS_ALL,
    SUPPRESS_NEW, /* on no list before */
    SUPPRESS_TOP, /* the first ones: no more than --top says */
};

/* Makes rows; one lives until the next one is made. */
struct row_source {
    const struct suppression *(*row)(void *context, const struct suppress_entry *entry);
    void *context;
};

/* Was listed, and is not any more, for whatever reason. */
struct removed_row {
    sv address;
    enum tier before; /* TIER_NONE: it was on any list */
    bool unsafe;      /* no list could carry it */
};

/* Would be listed, but a guard or a person says no. */
struct held_row {
    sv address, why;
};

/* Somebody called living addresses dead for a while (suppress.h). */
struct incident_row {
    const char *kind; /* provider, operator, domain, pool or ours */
    sv name;
    sv words;  /* "the provider google" */
    bool ours; /* shares of what failed on the way, not of addresses called dead */
    int64_t first, last;
    double share, usual; /* of what was decided */
    int64_t addresses;
};

/* Was listed, and has taken mail since. */
struct cleared_row {
    sv key, address;
    int64_t delivered_at;
};

/* Of those who were listed, for a rule or in all: who was mailed again, and who took it. */
struct regret_row {
    sv rule;
    int64_t listed, tested, accepted;
    double lower, upper; /* of accepted among tested, each at 95 % (base/binomial.h) */
    bool held;           /* the rule lists nobody new */
};
/* "1.2 %", "22 %". */
void report_add_percent(struct buf *out, double share);
/* "13 accepted: between 29 % and 62 % may be wrong", by the bounds of that share. */
void report_add_doubt(struct buf *out, int64_t accepted, double lower, double upper);
/* "12 of those on the lists were mailed again in the last 90 days, none accepted: at most 22 % may
 * be wrong". */
void regrets_say(struct buf *out, const struct regret_row *row, int64_t days);

struct sample_row {
    sv file, text;
    int64_t line;
};

struct sample_list {
    int64_t count;
    struct sample_row *rows;
    size_t kept;
};

/* Since a history began. */
struct totals {
    struct line_tally lines;
    int64_t unclassified, evicted, unresolved_expiries, strange_times;
    struct reply_row *replies;
    size_t reply_count;
};

/* What was found in mailboxes. */
struct mail_counts {
    size_t mails, bounces, complaints;
    size_t nameless; /* bounces that do not say for whom */
    size_t cut;      /* of which not all was read: too long, too many parts */
    size_t notices;  /* recipients of bounces and complaints... */
    size_t unproven; /* ...of which the logs do not show the delivery */
};

struct report {
    sv version;
    int64_t generated_at;
    const struct wall *wall; /* for people; NULL: UTC. Times are UTC where nothing else is said. */
    bool redacted;           /* there was a redactor */
    const struct report_cut *cut; /* NULL: it is about all mail */
    const struct input_status *inputs;
    size_t input_count;
    int64_t newest; /* time of the newest attempt that is known of; 0: none */
    bool has_window;
    int64_t first, last;
    struct line_tally lines; /* its samples: see below */
    int64_t attempts[OUTCOME_COUNT], attempts_total;
    int64_t attempts_tried; /* but for what a list of ours stopped; rates are of these */
    int64_t transient, permanent;
    struct recipient_counts recipients;
    struct message_report messages;
    const struct tally *tally; /* all that was counted, for conditions; outlives the report */
    struct category_row *categories;
    size_t category_count;
    struct code_row *codes, *enhanced;
    size_t code_count, enhanced_count;
    struct ranking providers, recipient_domains, sender_domains, hosts, hours;
    struct rule_row *rules, *shapes; /* shapes: of unclassified words */
    size_t rule_count, shape_count;
    bool knows_shapes; /* there is a history to say which shapes are fresh */
    size_t fresh_shape_count;
    struct block_row *blocks;
    size_t block_count;
    struct episode_row *episodes;
    size_t episode_count;
    struct suppress_entry *suppress; /* by address */
    size_t suppress_count;
    size_t fresh_count; /* of these */
    enum suppress_part suppress_part;
    size_t suppress_top;      /* SUPPRESS_TOP: so many */
    const sv *suppress_lists; /* where all of them stand... */
    size_t suppress_list_count;
    struct row_source suppress_rows; /* their rows */
    struct suppression *suppress_domains;
    size_t suppress_domain_count;
    struct held_row *held;
    size_t held_count;
    struct count_row *held_reasons; /* the first word of why */
    size_t held_reason_count;
    struct incident_row *incidents; /* the earliest first */
    size_t incident_count;
    struct cleared_row *cleared;
    size_t cleared_count;
    struct removed_row *removed;
    size_t removed_count;
    bool has_regrets; /* a history says how many of those listed live, of so many days */
    int64_t regret_days;
    struct regret_row regret;   /* of all rules */
    struct regret_row *regrets; /* the most reversals first */
    size_t regret_count;
    struct reversal *reversals; /* the latest first; redacted */
    size_t reversal_count;
    size_t probed_count; /* of suppress: lists leave them out for one mail */
    bool has_totals;     /* there is a history */
    struct totals totals;
    bool filtered; /* addresses that --recipients does not know are left alone */
    bool brake;    /* the lists stay as they are... */
    enum brake_why brake_why;
    size_t lost_count, before_count; /* of the lists of before: so many would go */
    int64_t unresolved_expiries, evicted;
    int64_t strange_times; /* attempts whose times cannot be */
    int64_t duplicates;    /* attempts that stand in two logs of one host, and were counted once */
    double bounce_rate;    /* of all attempts */
    bool has_mail;         /* mailboxes were read */
    struct mail_counts mail;
    struct sample_list unclassified, unparsed, ambiguous;
    double delivered_rate, deferred_rate; /* of all attempts */
    double understood_rate;               /* of the delivery lines, rounded down */
    int64_t input_errors;                 /* inputs that were not read whole */
    bool unparsed_too_many;               /* the counts may be too low for it */
    bool incomplete;                      /* ...or for that, lost input, forgotten messages */
    struct timeline timeline;
    struct hour_row *hour_rows;
    size_t hour_count;
    struct week_hours week_hours;
    struct latest_day latest_day;
    struct retry_row retries; /* of all providers; without a name */
    struct retry_row *retry_rows;
    size_t retry_count;
    int64_t taken_at_once;
    struct fix_row *fixes; /* what stops the sender comes first */
    size_t fix_count;
    struct count_row *suppress_categories, *suppress_skipped; /* why listed, why in no list */
    size_t suppress_category_count, suppress_skipped_count;
    int64_t suppress_listed; /* entries that lists carry */
    struct reply_row *replies;
    size_t reply_count;
    double seconds;
    struct arena arena;
};

struct report_options {
    const struct taxonomy *taxonomy;
    const struct redactor *redactor; /* NULL: addresses in clear */
    const struct wall *wall;         /* the zone in which people read it; NULL: UTC */
    size_t top;
    enum suppress_part suppress_part;
    const sv *lists; /* paths of suppression lists; must outlive the report */
    size_t list_count;
    sv version;
    int64_t generated_at;
    double seconds; /* that the run took */
};

/* What the report is made of. */
struct report_source {
    const struct line_tally *lines;
    const struct tally *tally;         /* must outlive the report */
    const struct decisions *decisions; /* they, and their evidence, must outlive the report */
    const struct input_status *inputs; /* must outlive the report */
    size_t input_count;
    int64_t unresolved_expiries, evicted;
    int64_t duplicates; /* attempts that stand in two logs of one host */
    /* Counters of before, their hours and shapes alone; NULL: nobody knows. They may hold what is
     * reported, too. */
    const struct tally *before;
    bool before_holds_all;
    const struct period *totals; /* since the history began; NULL: there is no history */
    int64_t newest; /* time of the newest attempt of the history; 0: none, or no history */
    const struct regrets *regrets; /* of the last days; NULL: there is no history... */
    int64_t regret_days;           /* ...so many */
    const struct map *held_rules;
    const struct mail_counts *mail; /* NULL: no mailbox was read */
    const struct report_cut *cut;   /* NULL: all mail; must outlive the report */
};

void report_make(struct report *report, const struct report_source *source,
                 const struct report_options *options);
void report_release(struct report *report);

/* The row of an entry of the report's; it lives until the next one is asked for. */
static inline const struct suppression *report_suppression(const struct report *report,
                                                           const struct suppress_entry *entry)
{
    return report->suppress_rows.row(report->suppress_rows.context, entry);
}

#endif
