/* Looks up what pattern files say about categories, MTAs, reply codes (RFC 5321 section 4.2) and
 * enhanced status codes (RFC 3463). A status code is looked up as it is and then with an X for
 * its class: IANA registers X.1.1, and a few rows differ between 4.1.2 and 5.1.2. Tables are
 * short and asked once for a reply, so most are searched from the front. Histories store an MTA
 * as a number: the first four numbers are those of version 1.0.0, any other MTA is stored by
 * name. */
#include "bouncelog/model/taxonomy.h"

#include "bouncelog/base/mem.h"

uint8_t taxonomy_category(const struct taxonomy *taxonomy, sv name)
{
    for (size_t i = 0; i < taxonomy->category_count; i++)
        if (sv_eq(taxonomy->categories[i].name, name))
            return (uint8_t)i;
    return CATEGORY_NONE;
}

const struct code_entry *taxonomy_code(const struct taxonomy *taxonomy, int code)
{
    for (size_t i = 0; i < taxonomy->code_count; i++)
        if (taxonomy->codes[i].code == code)
            return &taxonomy->codes[i];
    return NULL;
}

const struct enhanced_entry *taxonomy_enhanced(const struct taxonomy *taxonomy, sv enhanced)
{
    if (enhanced.len < 5 || enhanced.len > 15)
        return NULL;
    const uint32_t *at = map_get(&taxonomy->enhanced_by_key, enhanced);
    if (!at) {
        char any_class[16];
        memcpy(any_class, enhanced.ptr, enhanced.len);
        any_class[0] = 'X';
        at = map_get(&taxonomy->enhanced_by_key, sv_make(any_class, enhanced.len));
    }
    return at ? &taxonomy->enhanced[*at] : NULL;
}

sv taxonomy_code_class(int code)
{
    switch (code / 100) {
    case 2:
        return SV("success");
    case 3:
        return SV("intermediate");
    case 4:
        return SV("transient");
    default: /* what is no code at all is no success either: MTAs give up on it */
        return SV("permanent");
    }
}

sv taxonomy_category_name(const struct taxonomy *taxonomy, uint8_t category)
{
    return category < taxonomy->category_count ? taxonomy->categories[category].name : SV_EMPTY;
}

uint8_t taxonomy_mta(const struct taxonomy *taxonomy, sv name)
{
    for (size_t i = 0; i < taxonomy->mta_count; i++)
        if (sv_eq(taxonomy->mtas[i], name))
            return (uint8_t)i;
    return MTA_UNKNOWN;
}

sv taxonomy_mta_name(const struct taxonomy *taxonomy, uint8_t mta)
{
    return mta < taxonomy->mta_count ? taxonomy->mtas[mta] : SV("unknown");
}

/* By their numbers in version 1.0.0. */
static const char *const numbered[MTA_STORED_END] = {"unknown", "postfix", "exim", "sendmail"};

uint64_t taxonomy_mta_stored(const struct taxonomy *taxonomy, uint8_t mta)
{
    sv name = taxonomy_mta_name(taxonomy, mta);
    for (uint64_t i = 0; i < MTA_STORED_END; i++)
        if (sv_eq(name, sv_from(numbered[i])))
            return i;
    return MTA_STORED_NAMED;
}

uint8_t taxonomy_mta_of_stored(const struct taxonomy *taxonomy, uint64_t number, sv name)
{
    return taxonomy_mta(taxonomy, number < MTA_STORED_END ? sv_from(numbered[number]) : name);
}

void taxonomy_release(struct taxonomy *taxonomy)
{
    mem_free(taxonomy->codes);
    mem_free(taxonomy->enhanced);
    map_release(&taxonomy->enhanced_by_key);
    arena_release(&taxonomy->arena);
    *taxonomy = (struct taxonomy){0};
}
