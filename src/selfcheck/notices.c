/* Runs the examples of patterns/notices.yaml: whole mails, which the reader of mails reads. The
 * form must be the first that takes its hit, with the fields of the first recipient; it may take no
 * miss. Of daemons and quotes the pattern alone is asked. */
#include <stdarg.h>
#include <stdio.h>

#include "bouncelog/notify/notice.h"
#include "bouncelog/selfcheck/selfcheck.h"

struct check {
    const struct patterns *patterns;
    selfcheck_handler *handler;
    void *context;
    struct matcher *matcher;
    struct notice_reader *reader;
    struct arena arena;
    struct selfcheck_counts *counts;
};

__attribute__((format(printf, 3, 4))) static void fault(struct check *check, struct place place,
                                                        const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    check->counts->faults++;
    check->handler(check->context, place, text);
}

static void count(struct check *check, const struct examples *examples)
{
    check->counts->patterns++;
    check->counts->examples += examples->hit_count + examples->miss_count;
}

static void check_layer(struct check *check, const struct layer *layer)
{
    count(check, &layer->examples);
    for (size_t i = 0; i < layer->examples.hit_count; i++) {
        const struct example *hit = &layer->examples.hits[i];
        if (regex_match(layer->regex, check->matcher, hit->text) != REGEX_YES)
            fault(check, hit->place, "'%.*s' does not take its hit", SV_FMT(layer->name));
    }
    for (size_t i = 0; i < layer->examples.miss_count; i++) {
        const struct example *miss = &layer->examples.misses[i];
        if (regex_match(layer->regex, check->matcher, miss->text) != REGEX_NO)
            fault(check, miss->place, "'%.*s' takes its miss", SV_FMT(layer->name));
    }
}

static sv field_of(const struct notice *notice, enum field field)
{
    const struct notice_recipient *first = notice->recipients;
    if (field == FIELD_HOST)
        return notice->reporting_mta;
    if (!notice->recipient_count)
        return SV_EMPTY;
    return field == FIELD_RECIPIENT    ? first->final
           : field == FIELD_ORIGINAL   ? first->original
           : field == FIELD_TEXT       ? first->diagnostic
           : field == FIELD_DSN        ? first->status
           : field == FIELD_RELAY_HOST ? first->remote_mta
                                       : SV_EMPTY;
}

static struct notice read_mail(struct check *check, const struct example *example)
{
    struct notice notice;
    arena_clear(&check->arena);
    notice_read(check->reader, example->text, &check->arena, &notice);
    if (notice.limits)
        fault(check, example->place, "the example is more than is read of a mail");
    return notice;
}

static void check_hit(struct check *check, const struct notice_form *form,
                      const struct example *hit)
{
    struct notice notice = read_mail(check, hit);
    if (!sv_eq(notice.form, form->name)) {
        fault(check, hit->place, "'%.*s' does not take its hit; '%.*s' does", SV_FMT(form->name),
              SV_FMT(notice.form.len ? notice.form : SV("nothing")));
        return;
    }
    for (size_t i = 0; i < hit->field_count; i++) {
        enum field field;
        sv name = hit->fields[i].name, want = hit->fields[i].value;
        sv got = field_from_name(name, &field) ? field_of(&notice, field) : SV_EMPTY;
        if (!sv_eq(got, want))
            fault(check, hit->place, "'%.*s': '%.*s' is '%.*s', not '%.*s'", SV_FMT(form->name),
                  SV_FMT(name), SV_FMT(got), SV_FMT(want));
    }
}

static void check_form(struct check *check, const struct notice_form *form)
{
    count(check, &form->examples);
    for (size_t i = 0; i < form->examples.hit_count; i++)
        check_hit(check, form, &form->examples.hits[i]);
    for (size_t i = 0; i < form->examples.miss_count; i++)
        if (sv_eq(read_mail(check, &form->examples.misses[i]).form, form->name))
            fault(check, form->examples.misses[i].place, "'%.*s' takes its miss",
                  SV_FMT(form->name));
}

void selfcheck_notices(const struct patterns *patterns, selfcheck_handler *handler, void *context,
                       struct selfcheck_counts *counts)
{
    struct check check = {.patterns = patterns,
                          .handler = handler,
                          .context = context,
                          .matcher = matcher_new(),
                          .reader = notice_reader_new(patterns),
                          .counts = counts};
    for (size_t i = 0; i < patterns->daemon_count; i++)
        check_layer(&check, &patterns->daemons[i]);
    for (size_t i = 0; i < patterns->returned_count; i++)
        check_layer(&check, &patterns->returned[i]);
    for (size_t i = 0; check.reader && i < patterns->notice_count; i++)
        check_form(&check, &patterns->notices[i]);
    notice_reader_free(check.reader);
    matcher_free(check.matcher);
    arena_release(&check.arena);
}
