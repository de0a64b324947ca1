/* The options --sender, --provider and --recipient-domain of `report`.
 *
 * A history keeps counts by sender domain, recipient domain and provider, so a pattern of a sender
 * is one of its domain: `*@news.shop.example`, which the same option of scan takes, or the domain
 * alone. A name that nothing can match is an error: the empty report of a slip looks like good
 * news. */
#include "cut.h"

#include "bouncelog/base/bytes.h"
#include "bouncelog/base/mailbox.h"
#include "cli.h"
#include "options/nearest.h"

enum { SENDERS, PROVIDERS, DOMAINS, PROVIDERS_SAID = 12 };

bool cut_asked(const struct options *options)
{
    return options->cut_senders.count || options->cut_providers.count || options->cut_domains.count;
}

static sv spelled(struct cut_choice *choice, sv domain)
{
    char key[MAILBOX_MAX];
    return arena_copy(&choice->texts, mailbox_domain_key(sv_sub(domain, 0, sizeof key), key));
}

static int read_sender(struct cut_choice *choice, sv text, sv *name, struct err *err)
{
    size_t at = sv_rfind_byte(text, '@');
    bool whole = at != SV_NPOS;
    if (whole && (!sv_eq(sv_sub(text, 0, at), SV("*")) || at + 1 == text.len))
        return err_set(err, ERR_USAGE,
                       "--sender '%.*s': a history keeps counts by sender domain, not by sender: "
                       "'*@news.shop.example' or news.shop.example",
                       SV_FMT(text));
    *name = spelled(choice, whole ? sv_skip(text, at + 1) : text);
    return 0;
}

static int read_domain(struct cut_choice *choice, sv text, sv *name, struct err *err)
{
    if (sv_find_byte(text, '@') != SV_NPOS)
        return err_set(err, ERR_USAGE,
                       "--recipient-domain '%.*s': expected a domain, e.g. gmail.com (of an "
                       "address: bouncelog why)",
                       SV_FMT(text));
    *name = spelled(choice, text);
    return 0;
}

int cut_read(struct cut_choice *choice, const struct options *options, struct err *err)
{
    const struct texts *senders = &options->cut_senders, *domains = &options->cut_domains;
    const struct texts *providers = &options->cut_providers;
    for (size_t i = 0; i < senders->count; i++)
        if (read_sender(choice, senders->list[i], &choice->names[SENDERS][i], err) < 0)
            return -1;
    for (size_t i = 0; i < domains->count; i++)
        if (read_domain(choice, domains->list[i], &choice->names[DOMAINS][i], err) < 0)
            return -1;
    for (size_t i = 0; i < providers->count; i++)
        choice->names[PROVIDERS][i] = providers->list[i];
    choice->cut = (struct cut){{choice->names[SENDERS], senders->count},
                               {choice->names[PROVIDERS], providers->count},
                               {choice->names[DOMAINS], domains->count}};
    choice->shown.asked = (struct cut){{senders->list, senders->count},
                                       {providers->list, providers->count},
                                       {domains->list, domains->count}};
    return 0;
}

void cut_release(struct cut_choice *choice)
{
    arena_release(&choice->texts);
}

static void offer(struct nearest *near, const struct map *names)
{
    for (size_t i = 0; i < map_count(names); i++)
        nearest_offer(near, map_key_at(names, i));
}

static void list_some(struct buf *out, const struct map *names)
{
    size_t said = 0, count = map_count(names);
    for (size_t i = 0; i < count && said < PROVIDERS_SAID; i++)
        if (map_key_at(names, i).len)
            buf_printf(out, "%s%.*s", said++ ? ", " : "", SV_FMT(map_key_at(names, i)));
}

static int unknown_provider(sv name, const struct setup *setup, const struct archive_part *part,
                            struct err *err)
{
    struct nearest near = nearest_to(name);
    struct buf some = {0};
    offer(&near, part->providers);
    offer(&near, &setup->patterns.providers);
    list_some(&some, part->providers);
    if (near.word.len)
        err_set(err, ERR_USAGE, "--provider '%.*s': unknown provider; did you mean '%.*s'?",
                SV_FMT(name), SV_FMT(near.word));
    else
        err_set(err, ERR_USAGE, "--provider '%.*s': unknown provider%s%.*s%s", SV_FMT(name),
                some.len ? " (these days have mail to " : "", SV_FMT(buf_sv(&some)),
                some.len ? ")" : "");
    buf_release(&some);
    return -1;
}

int cut_check_providers(const struct setup *setup, const struct archive_part *part, struct err *err)
{
    const struct texts *names = &setup->options->cut_providers;
    for (size_t i = 0; i < names->count; i++)
        if (!map_get(&setup->patterns.providers, names->list[i]) &&
            !map_get(part->providers, names->list[i]))
            return unknown_provider(names->list[i], setup, part, err);
    return 0;
}

int cut_check(const struct options *options, struct err *err)
{
    static const char all[] = "of all mail, so it does not go with --sender, --provider or "
                              "--recipient-domain";
    if (!cut_asked(options))
        return 0;
    if (options->list_count)
        return err_set(err, ERR_USAGE, "--suppress: a list is %s", all);
    if (options->metrics)
        return err_set(err, ERR_USAGE, "--prometheus: a file of metrics is %s", all);
    for (size_t i = 0; i < options->conditions.count; i++)
        if (!condition_is_of_cut(options->conditions.list[i]))
            return err_set(err, ERR_USAGE, "--fail-on '%.*s': a history keeps this only %s",
                           SV_FMT(options->conditions.list[i]), all);
    return 0;
}

void cut_tell_gaps(const struct report *report)
{
    struct buf words = {0};
    for (size_t i = 0; report_cut_gap(report, i, &words); i++) {
        say("%.*s", SV_FMT(buf_sv(&words)));
        buf_clear(&words);
    }
    buf_release(&words);
}
