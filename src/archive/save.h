/* save: what the files that save a run share. */
#ifndef BOUNCELOG_ARCHIVE_SAVE_H
#define BOUNCELOG_ARCHIVE_SAVE_H

#include "state.h"

struct save {
    struct archive *archive;
    struct scan_result *scan;
    struct input *input;
    const struct decisions *decisions;
    const struct regrets *regrets;
    struct err *err;
    struct buf value; /* of the item that is being made */
};

/* Stores save->value under our own origin; is_new: the key is known not to be there. */
int save_put(struct save *save, enum item_kind kind, sv key, bool is_new) MUST_CHECK;

/* Of a journal, the log under `key`. */
int save_place(struct save *save, const struct source *source, sv key) MUST_CHECK;
/* Evidence that has changed, with where each address stands on the lists now. */
int save_addresses(struct save *save) MUST_CHECK;
int save_domains(struct save *save) MUST_CHECK;
/* The lines that were read; those of before go when there are enough. */
int lines_save(struct save *save) MUST_CHECK;
/* How much of each log was a mail log's. */
int save_shares(struct save *save) MUST_CHECK;
/* Deliveries, for bounces that will come as mail; and those that were taken back. */
int save_sent(struct save *save) MUST_CHECK;
int save_taken(struct save *save) MUST_CHECK;
/* What failed, for backtests. */
int save_trials(struct save *save) MUST_CHECK;
/* Who was listed, and lived. */
int save_regrets(struct save *save) MUST_CHECK;
int save_counting(struct save *save) MUST_CHECK;
/* Events of the run; those of before go when they are too old. */
int save_events(struct save *save) MUST_CHECK;
/* A brake that holds is remembered, one that was answered forgotten. */
int save_brake(struct save *save) MUST_CHECK;

#endif
