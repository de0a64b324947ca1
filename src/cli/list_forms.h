/* list_forms: how each list of the options is written, once the templates of pattern files are
 * known. */
#ifndef BOUNCELOG_CLI_LIST_FORMS_H
#define BOUNCELOG_CLI_LIST_FORMS_H

#include "bouncelog/output/output.h"
#include "bouncelog/pattern/patterns.h"
#include "options/options.h"

/* Fills forms[options->list_count]. Fails where there is no such template, where it takes no
 * fingerprints, or where a template has the name of a format of ours. */
int list_forms_find(struct list_form *forms, const struct options *options,
                    const struct patterns *patterns, struct err *err) MUST_CHECK;
/* The same fault of each template alone; NULL: it has none. */
int list_forms_check_name(const struct list_template *template, struct err *err) MUST_CHECK;

#endif
