/* Loads a whole set of pattern files: reads them all, then each kind in turn, then its indexes.
 *
 * Kinds come in the order in which they name each other; families before all, so that any file can
 * name those of any other. */
#include "bouncelog/pattern/patterns.h"

#include "bouncelog/base/mem.h"
#include "families.h"
#include "files.h"
#include "load.h"

/* In this order, because later kinds name categories. */
static const struct {
    const char *key;
    loader *load;
} kinds[] = {
    {"categories", load_categories},
    {"codes", load_codes},
    {"enhanced", load_enhanced},
    {"policy", load_policy},
    {"providers", load_providers},
    {"keep", load_keep_hosts},
    {"remedies", load_remedies},
    {"mta", load_mta},
    {"headers", load_headers},
    {"layers", load_layers},
    {"objects", load_objects},
    {"months", load_months},
    {"times", load_times},
    {"wrappers", load_wrappers},
    {"senders", load_senders},
    {"rules", load_rules},
    {"daemons", load_notice_senders},
    {"returned", load_notice_quotes},
    {"notices", load_notices},
    {"lists", load_lists},
};

static int check_kind(struct document *document, struct err *err)
{
    yaml_node_t *root = document_root(document);
    struct names names =
        names_of_words("categories codes enhanced policy providers remedies keep "
                       "headers layers objects times wrappers months senders mta families rules "
                       "notices daemons returned lists");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (document_get(document, root, sv_from(kinds[i].key)))
            return 0;
    if (document_get(document, root, SV("families")))
        return document_check_keys(document, root, "families", err);
    if (document_get(document, root, SV("words"))) /* as it was called in 1.0 */
        return document_check_keys(document, root, "words", err);
    sv first = SV_EMPTY;
    if (document_pairs(root))
        document_pair(document, root, 0, &first);
    return document_error(document, root, err, "no key says what this file is%s",
                          suggest(&names, first).text);
}

/* All families, before anything can name them. */
static int load_families(struct patterns *patterns, struct document *documents,
                         const struct pattern_files *files, struct err *err)
{
    for (size_t i = 0; i < files->count; i++)
        if (families_collect(patterns, &documents[i], files->list[i].site, err) < 0)
            return -1;
    if (families_resolve(patterns, &patterns->families, err) < 0)
        return -1;
    for (size_t i = 0; i < files->count; i++)
        if (families_resolve(patterns, &documents[i].families, err) < 0)
            return -1;
    return 0;
}

static int load_kind(struct patterns *patterns, struct document *documents,
                     const struct pattern_files *files, size_t kind, struct err *err)
{
    struct document *last = NULL;
    for (size_t i = 0; i < files->count; i++) {
        yaml_node_t *root = document_root(&documents[i]);
        if (document_get(&documents[i], root, sv_from(kinds[kind].key)) &&
            kinds[kind].load(patterns, &documents[i], files->list[i].site, err) < 0)
            return -1;
        if (document_get(&documents[i], root, sv_from(kinds[kind].key)))
            last = &documents[i];
    }
    return kinds[kind].load == load_categories && last ? load_roles_check(patterns, last, err) : 0;
}

static int check_complete(struct patterns *patterns, const char *where, struct err *err)
{
    if (!patterns->taxonomy.category_count)
        return err_set(err, ERR_CONFIG, "%s: no file defines categories", where);
    if (!patterns->header_count)
        return err_set(err, ERR_CONFIG, "%s: no file defines header forms", where);
    for (size_t i = MTA_UNKNOWN + 1; i < patterns->taxonomy.mta_count; i++) {
        const struct mta_patterns *mta = &patterns->mtas[i];
        if (!mta->program_count && !mta->record_count)
            return err_set(err, ERR_CONFIG,
                           "%s:%d:%d: no line is ever read as '%.*s'; write its 'programs', or the "
                           "name of an MTA that has some",
                           mta->place.file, mta->place.line, mta->place.column,
                           SV_FMT(patterns->taxonomy.mtas[i]));
    }
    return 0;
}

static int load_documents(struct patterns *patterns, const struct pattern_files *files,
                          const char *where, struct err *err)
{
    struct document *documents = mem_zero(files->count, sizeof *documents);
    size_t parsed = 0;
    int rc = 0;
    for (; parsed < files->count && rc == 0; parsed++) {
        const struct pattern_file *file = &files->list[parsed];
        if (file->is_tree)
            document_of_tree(&documents[parsed], file->name, file->text, &patterns->arena);
        else
            rc = document_parse(&documents[parsed], file->name, file->text, &patterns->arena, err);
        if (rc < 0)
            break;
        documents[parsed].built_in = file->built_in;
        rc = document_verify(&documents[parsed], err);
        if (rc == 0)
            rc = check_kind(&documents[parsed], err);
    }
    if (rc == 0)
        rc = load_families(patterns, documents, files, err);
    for (size_t kind = 0; rc == 0 && kind < sizeof kinds / sizeof *kinds; kind++)
        rc = load_kind(patterns, documents, files, kind, err);
    while (parsed-- > 0)
        document_release(&documents[parsed]);
    mem_free(documents);
    if (rc == 0) {
        providers_index(patterns);
        for (size_t i = 0; i < patterns->taxonomy.mta_count; i++)
            gates_index(&patterns->mtas[i]);
    }
    return rc < 0 ? -1 : check_complete(patterns, where, err);
}

int patterns_load(struct patterns *patterns, const struct patterns_options *options,
                  struct err *err)
{
    *patterns = (struct patterns){.taxonomy = {.mtas = {SV("unknown")}, .mta_count = 1}};
    map_init(&patterns->taxonomy.enhanced_by_key, sizeof(uint32_t));
    map_init(&patterns->providers_by_mx, sizeof(sv));
    map_init(&patterns->providers_by_domain, sizeof(sv));
    map_init(&patterns->keep_hosts, 1);
    map_init(&patterns->months, sizeof(int));
    map_init(&patterns->families, sizeof(struct family));
    map_init(&patterns->providers, 1);
    memset(patterns->taxonomy.roles, CATEGORY_NONE, sizeof patterns->taxonomy.roles);
    map_init(&patterns->remedies, sizeof(sv));
    for (size_t i = 0; i < MTA_MAX; i++)
        map_init(&patterns->mtas[i].daemons, sizeof(uint32_t));
    struct pattern_files files = {0};
    int rc = 0;
    if (options->policy)
        rc = files_add(&files, options->policy, true, &patterns->arena, err);
    if (rc == 0)
        rc = files_collect(&files, options, &patterns->arena, err);
    if (rc == 0)
        rc = load_documents(patterns, &files, options->dir ? options->dir : "patterns", err);
    files_release(&files);
    if (rc < 0)
        patterns_release(patterns);
    return rc;
}

static void release_mta(struct mta_patterns *mta)
{
    for (size_t i = 0; i < mta->shape_count; i++) {
        regex_free(mta->shapes[i].regex);
        regex_free(mta->shapes[i].identity);
    }
    for (size_t i = 0; i < mta->frame_count; i++)
        regex_free(mta->frames[i].regex);
    mem_free(mta->gates);
    mem_free(mta->shapes);
    mem_free(mta->frames);
    mem_free(mta->stages);
    mem_free(mta->local_words);
    mem_free(mta->relay_words);
    mem_free(mta->stock_words);
    mem_free(mta->arrivals);
    for (size_t i = 0; i < mta->sign_count; i++)
        regex_free(mta->signs[i].regex);
    for (size_t i = 0; i < mta->mark_count; i++)
        regex_free(mta->marks[i].regex);
    mem_free(mta->signs);
    mem_free(mta->marks);
    mem_free(mta->records);
    mem_free(mta->programs);
    mem_free(mta->journal.units.list);
    mem_free(mta->journal.commands.list);
    mem_free(mta->journal.programs.list);
    mem_free(mta->journal.users.list);
    map_release(&mta->daemons);
}

void patterns_release(struct patterns *patterns)
{
    for (size_t i = 0; i < patterns->header_count; i++)
        regex_free(patterns->headers[i].regex);
    mem_free(patterns->headers);
    for (size_t i = 0; i < patterns->layer_count; i++)
        regex_free(patterns->layers[i].regex);
    mem_free(patterns->layers);
    mem_free(patterns->objects);
    for (size_t i = 0; i < patterns->time_count; i++)
        regex_free(patterns->times[i].regex);
    mem_free(patterns->times);
    for (size_t i = 0; i < patterns->sender_count; i++)
        regex_free(patterns->senders[i].regex);
    mem_free(patterns->senders);
    mem_free(patterns->wrappers);
    mem_free(patterns->lists);
    notices_release(patterns);
    map_release(&patterns->months);
    for (size_t i = 0; i < MTA_MAX; i++)
        release_mta(&patterns->mtas[i]);
    for (size_t i = 0; i < patterns->rule_count; i++) {
        regex_free(patterns->rules[i].regex);
        regex_free(patterns->rules[i].unless);
        regex_free(patterns->rules[i].for_a_time);
    }
    for (size_t i = 0; i < patterns->guard_count; i++)
        regex_free(patterns->guards[i].regex);
    mem_free(patterns->guards);
    mem_free(patterns->rules);
    map_release(&patterns->providers_by_mx);
    map_release(&patterns->providers_by_domain);
    map_release(&patterns->keep_hosts);
    map_release(&patterns->families);
    map_release(&patterns->providers);
    map_release(&patterns->remedies);
    taxonomy_release(&patterns->taxonomy);
    arena_release(&patterns->arena);
    *patterns = (struct patterns){0};
}
