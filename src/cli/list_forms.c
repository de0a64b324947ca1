/* Finds the templates that -s asks for. Options are read before patterns, since they say which
 * patterns are loaded; so a name that no format of ours has is looked up here, and what can only
 * be wrong with a template is said here. */
#include "list_forms.h"

#include "bouncelog/base/buf.h"
#include "options/nearest.h"
#include "options/types.h"

static int unknown_format(const struct options *options, size_t list,
                          const struct patterns *patterns, struct err *err)
{
    sv name = options->lists[list].template;
    struct nearest near = nearest_to(name);
    struct buf known = {0};
    for (int i = 0; i < LIST_FORMAT_COUNT; i++) {
        sv format = sv_from(list_format_name((enum list_format)i));
        buf_printf(&known, "%s%.*s", i ? ", " : "", SV_FMT(format));
        nearest_offer(&near, format);
    }
    for (size_t i = 0; i < patterns->list_count; i++) {
        buf_printf(&known, ", %.*s", SV_FMT(patterns->lists[i].name));
        nearest_offer(&near, patterns->lists[i].name);
    }
    (void)err_set(err, ERR_USAGE, "--suppress '%s:%.*s': unknown format '%.*s'%s%.*s%s (%s)",
                  options->lists[list].path, SV_FMT(name), SV_FMT(name),
                  near.word.len ? "; did you mean '" : "", SV_FMT(near.word),
                  near.word.len ? "'?" : "", buf_cstr(&known));
    buf_release(&known);
    return place_error(options->lists[list].place, err);
}

int list_forms_check_name(const struct list_template *template, struct err *err)
{
    enum list_format format;
    if (!list_format_from_name(template->name, &format))
        return 0;
    (void)err_set(err, ERR_CONFIG, "'%.*s' is a format of bouncelog; call the template otherwise",
                  SV_FMT(template->name));
    return place_error(template->place, err);
}

static int find_form(struct list_form *form, const struct options *options, size_t list,
                     const struct patterns *patterns, struct err *err)
{
    sv name = options->lists[list].template;
    *form = (struct list_form){.format = options->lists[list].format};
    if (form->format != LIST_TEMPLATE)
        return 0;
    for (size_t i = 0; i < patterns->list_count && !form->template; i++)
        if (sv_eq(patterns->lists[i].name, name))
            form->template = &patterns->lists[i];
    if (!form->template)
        return unknown_format(options, list, patterns, err);
    if (!options->hash)
        return 0;
    (void)err_set(err, ERR_USAGE,
                  "--suppress '%s:%.*s': this format needs addresses, and --hash leaves none",
                  options->lists[list].path, SV_FMT(name));
    return place_error(options->lists[list].place, err);
}

int list_forms_find(struct list_form *forms, const struct options *options,
                    const struct patterns *patterns, struct err *err)
{
    for (size_t i = 0; i < patterns->list_count; i++)
        if (list_forms_check_name(&patterns->lists[i], err) < 0)
            return -1;
    for (size_t i = 0; i < options->list_count; i++)
        if (find_form(&forms[i], options, i, patterns, err) < 0)
            return -1;
    return 0;
}
