/* Each enumeration of names.h has its names once, in a list there; here they become a table, a
 * function from value to name and one from name to value. The names are those of the JSON
 * outputs (docs/schemas), of pattern files and of histories, so a name that has been written
 * once stays. */
#include "bouncelog/model/names.h"

#include <assert.h>

#define NAMES_TEXT(constant, name) name,

static bool find(const char *const *names, size_t count, sv name, size_t *at)
{
    for (*at = 0; *at < count; (*at)++)
        if (sv_eq(name, sv_from(names[*at])))
            return true;
    return false;
}

/* clang-format off */
#define DEFINE_NAMES(type, LIST, COUNT)                                                            \
    static const char *const type##_names[] = {LIST(NAMES_TEXT)};                                  \
    sv type##_name(enum type value)                                                                \
    {                                                                                              \
        assert((size_t)value < COUNT);                                                             \
        return sv_from(type##_names[value]);                                                       \
    }                                                                                              \
    bool type##_from_name(sv name, enum type *value)                                               \
    {                                                                                              \
        size_t at;                                                                                 \
        if (!find(type##_names, COUNT, name, &at))                                                 \
            return false;                                                                          \
        *value = (enum type)at;                                                                    \
        return true;                                                                               \
    }
/* clang-format on */

DEFINE_NAMES(outcome, OUTCOME_NAMES, OUTCOME_COUNT)
DEFINE_NAMES(tier, TIER_NAMES, TIER_COUNT)
DEFINE_NAMES(proof, PROOF_NAMES, PROOF_COUNT)
DEFINE_NAMES(severity, SEVERITY_NAMES, SEVERITY_COUNT)
DEFINE_NAMES(scope, SCOPE_NAMES, SCOPE_COUNT)
DEFINE_NAMES(stage, STAGE_NAMES, STAGE_COUNT)
DEFINE_NAMES(origin, ORIGIN_NAMES, ORIGIN_COUNT)
DEFINE_NAMES(action, ACTION_NAMES, ACTION_COUNT)
DEFINE_NAMES(basis, BASIS_NAMES, BASIS_COUNT)
DEFINE_NAMES(role, ROLE_NAMES, ROLE_COUNT)
DEFINE_NAMES(notice_kind, NOTICE_KIND_NAMES, NOTICE_KIND_COUNT)
