/* journal: systemd's journal as a source of lines.
 *
 * Each entry becomes one line, `2026-11-23T21:46:11.123456+00:00 HOST NAME[PID]: MESSAGE`, in the
 * order of the journal. Only what stands in front of the first line break of a message counts: what
 * is behind it would be a line that nobody wrote. Other control bytes are passed on, as `journalctl
 * --all` does. Host and name are cleaned, so that they cannot be read as anything else. Whoever
 * opens the journal says how much of an entry is believed (`share`); each is a line in any case.
 *
 * Where the journal was read to is the cursor of the last entry that was given. With marks kept,
 * the next run goes on behind it. Where that entry is gone (vacuumed), it goes on with what there
 * is, and says so in the source's error. Whose journal it is, the cursor tells, not its folder. */
#ifndef BOUNCELOG_INPUT_JOURNAL_H
#define BOUNCELOG_INPUT_JOURNAL_H

#include "bouncelog/base/sv.h"

enum { CURSOR_MAX = 256 };

/* Who sent an entry: the name that it has chosen, and what journald notes itself. Empty: unknown.
 */
struct entry_sender {
    sv name;                                    /* cleaned, as the line has it */
    sv command, program, unit, transport, user; /* _COMM, _EXE, _SYSTEMD_UNIT, _TRANSPORT, _UID */
};

enum entry_share {
    ENTRY_WHOLE,
    ENTRY_HEADER,   /* its text is nobody's business here */
    ENTRY_NAMELESS, /* the name is not his: neither name nor text; counted in `disbelieved` */
};

/* Where a journal was read to. */
struct journal_place {
    sv name;   /* of its source: a choice of units is a part of it */
    sv folder; /* journal_options.folder; empty: this machine's */
    sv cursor;
    size_t mark; /* index of its mark */
};

struct journal_options {
    bool wanted;
    const char *folder; /* NULL: this machine's journal */
    const sv *units;    /* names or globs, without a suffix: of a service; none: all entries */
    size_t unit_count;
    uint64_t latest; /* so many entries, the newest ones; 0: all */
    int64_t
        since; /* seconds since 1970: entries of before need not be read; INT64_MIN: all count */
    enum entry_share (*share)(void *context, const struct entry_sender *sender);
    void *share_context; /* used by whichever thread reads */
    const struct journal_place *places;
    size_t place_count;
    /* A journal without a place begins behind this second, up to which the same lines were read
     * elsewhere; INT64_MIN: at its beginning. */
    int64_t begins_behind;
};

/* "systemd 252"; NULL: this build cannot read the journal. */
const char *input_journal_library(void);
/* The folders that are read, NULL after the last. */
const char *input_journal_folder(const struct journal_options *options, size_t index);

#endif
