/* taxonomy: what a failure can mean (patterns/categories.yaml), who writes logs (patterns/mta/),
 * what each reply code (patterns/codes.yaml) and enhanced status code (patterns/enhanced.yaml)
 * stands for.
 *
 * Filled by the pattern room at start, then immutable and shared by all threads for the run. A
 * category is its index in `categories`; CATEGORY_NONE is "no category" (a delivery). */
#ifndef BOUNCELOG_MODEL_TAXONOMY_H
#define BOUNCELOG_MODEL_TAXONOMY_H

#include "bouncelog/base/map.h"
#include "bouncelog/model/names.h"

enum { CATEGORY_MAX = 64, CATEGORY_NONE = 255 };

/* An MTA is its index in `mtas`: the names of the pattern files. */
enum { MTA_UNKNOWN = 0, MTA_MAX = 16 };

struct category {
    sv name, meaning, remedy;
    enum severity severity; /* when nothing was said; SEVERITY_NONE: as said */
    enum scope scope;
    uint32_t layers; /* bits of the layers of rules that may say it beside those of its scope */
};

/* RFC 5321 section 4.2.1 and relatives: the first digit's meaning, in words. */
struct code_entry {
    int code;
    sv name; /* the code in digits */
    sv class_name, source, meaning, remedy;
    sv seed_meaning, seed_remedy; /* empty unless the owner's document names the code */
    uint8_t category;             /* fall-back, or CATEGORY_NONE */
};

/* RFC 3463 and the IANA registry; `key` is "X.1.1", or "4.1.2" where one class differs. */
struct enhanced_entry {
    sv key, name, codes, source, trap;
    uint8_t category;
};

struct taxonomy {
    struct category categories[CATEGORY_MAX];
    size_t category_count;
    uint8_t roles[ROLE_COUNT]; /* the category that has the role; never CATEGORY_NONE */
    sv mtas[MTA_MAX];          /* [MTA_UNKNOWN] is "unknown" */
    size_t mta_count;
    struct code_entry *codes;
    size_t code_count;
    struct enhanced_entry *enhanced;
    size_t enhanced_count;
    struct map enhanced_by_key; /* key -> uint32_t index */
    struct arena arena;         /* owns every text above */
};

/* CATEGORY_NONE when there is no such category. */
uint8_t taxonomy_category(const struct taxonomy *taxonomy, sv name);
/* NULL when unknown. */
const struct code_entry *taxonomy_code(const struct taxonomy *taxonomy, int code);
/* The row of the exact code, else of its X form, else NULL. */
const struct enhanced_entry *taxonomy_enhanced(const struct taxonomy *taxonomy, sv enhanced);
/* "success", "intermediate", "transient" or "permanent" by first digit; "unknown" otherwise. */
sv taxonomy_code_class(int code);
/* The category's name, or an empty view for CATEGORY_NONE. */
sv taxonomy_category_name(const struct taxonomy *taxonomy, uint8_t category);
/* MTA_UNKNOWN when there is no such MTA. */
uint8_t taxonomy_mta(const struct taxonomy *taxonomy, sv name);
sv taxonomy_mta_name(const struct taxonomy *taxonomy, uint8_t mta);
/* The number that stored bytes have for an MTA. Version 1.0.0 numbered the MTAs it knew; all others
 * have MTA_STORED_NAMED, and their name beside it. MTA_STORED_END ends a list of them. */
enum { MTA_STORED_END = 4, MTA_STORED_NAMED = 5 };
uint64_t taxonomy_mta_stored(const struct taxonomy *taxonomy, uint8_t mta);
/* And back; name: beside MTA_STORED_NAMED, else not looked at. */
uint8_t taxonomy_mta_of_stored(const struct taxonomy *taxonomy, uint64_t number, sv name);
void taxonomy_release(struct taxonomy *taxonomy);

#endif
