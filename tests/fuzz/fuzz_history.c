/* The history of another host, of items that are made up, merged and reported on: it is refused
 * with a word, or taken as a whole. Merging it again changes nothing.
 *
 * The input is a list of items: kind, length of the key, key, length of the value (two bytes),
 * value; an odd kind byte above 127 is an item of a third host. */
#include <unistd.h>

#include "bouncelog/archive/archive.h"
#include "bouncelog/output/output.h"
#include "fuzz.h"

enum { NOW = 1795478400 };

static struct archive *must_open(const char *path, enum history_use use)
{
    struct archive_options options = {
        .path = path, .use = use, .patterns = fuzz_patterns(), .now = NOW, .what = "fuzz"};
    struct archive *archive;
    struct err err = {0};
    if (archive_open(&archive, &options, &err) == 0)
        return archive;
    fuzz_check(err.kind == ERR_HISTORY && err.text[0], "a history that is refused says why");
    return NULL;
}

static sv cut(sv *input, size_t len)
{
    sv part = sv_sub(*input, 0, len < input->len ? len : input->len);
    *input = sv_skip(*input, part.len);
    return part;
}

static size_t cut_number(sv *input, size_t bytes)
{
    sv part = cut(input, bytes);
    size_t number = 0;
    for (size_t i = 0; i < part.len; i++)
        number = number << 8 | (unsigned char)part.ptr[i];
    return number;
}

static bool make_other(const char *path, sv input)
{
    struct history *history;
    struct err err = {0};
    unlink(path);
    fuzz_check(history_open(&history, path, HISTORY_CREATE, 0, &err) == 0, err.text);
    fuzz_check(history_begin(history, NOW, "fuzz", &err) == 0, err.text);
    while (input.len) {
        size_t kind = cut_number(&input, 1);
        sv origin = kind > 127 ? SV("0123456789abcdef") : history_origin(history);
        sv key = cut(&input, cut_number(&input, 1));
        sv value = cut(&input, cut_number(&input, 2));
        fuzz_check(
            history_put(history, (enum item_kind)(kind & 31), key, origin, value, false, &err) == 0,
            err.text);
    }
    fuzz_check(history_commit(history, &err) == 0, err.text);
    history_close(history);
    return true;
}

static void report_on(const char *path)
{
    struct archive *archive = must_open(path, HISTORY_READ);
    struct archive_window window = {INT64_MIN, INT64_MAX};
    struct archive_view view;
    struct suppress_source evidence;
    struct decisions decisions;
    struct archive_overview overview;
    struct report report;
    struct err err = {0};
    const struct patterns *patterns = fuzz_patterns();
    struct suppress_options wanted = {.taxonomy = &patterns->taxonomy, .policy = &patterns->policy};
    struct report_options options = {
        .taxonomy = &patterns->taxonomy, .top = 10, .version = SV("0"), .generated_at = NOW};
    if (!archive)
        return;
    if (archive_view(archive, window, &view, &evidence, &err) == 0) {
        suppress_decide(&decisions, &evidence, &wanted);
        report_make(&report,
                    &(struct report_source){.lines = &view.period->lines,
                                            .tally = &view.period->tally,
                                            .decisions = &decisions,
                                            .inputs = view.inputs,
                                            .input_count = view.input_count,
                                            .before_holds_all = true,
                                            .totals = archive_totals(archive)},
                    &options);
        struct outfile *out = outfile_open(fuzz_path(".summary"), &err);
        fuzz_check(out != NULL, err.text);
        output_summary(out, &report);
        fuzz_check(outfile_commit(out, &err) == 0, err.text);
        struct buf text = {0};
        add_file(&text, fuzz_path(".summary"));
        fuzz_check_json(buf_sv(&text));
        buf_release(&text);
        report_release(&report);
        decisions_release(&decisions);
    } else {
        fuzz_check(err.kind == ERR_HISTORY && err.text[0], "what is damaged is told");
    }
    (void)!archive_overview(archive, &overview, &err);
    archive_close(archive);
}

static void merge(const char *into, const char *other)
{
    enum merged merged, again;
    struct err err = {0};
    struct archive *archive = must_open(into, HISTORY_CREATE);
    fuzz_check(archive != NULL, "a history that is new can be opened");
    bool taken = archive_merge(archive, other, &merged, &err) == 0;
    fuzz_check(taken || (err.kind == ERR_HISTORY && err.text[0]), "what is refused says why");
    if (taken) {
        fuzz_check(archive_merge(archive, other, &again, &err) == 0 && again != MERGED,
                   "merging again changes nothing");
        fuzz_check(archive_commit(archive, &err) == 0, err.text);
    }
    archive_close(archive);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char into[96], other[96];
    (void)snprintf(into, sizeof into, "%s", fuzz_path(".into"));
    (void)snprintf(other, sizeof other, "%s", fuzz_path(".other"));
    (void)fuzz_path(".into.lock");
    (void)fuzz_path(".other.lock");
    unlink(into);
    make_other(other, (sv){(const char *)data, size});
    merge(into, other);
    report_on(into);
    report_on(other);
    return 0;
}
