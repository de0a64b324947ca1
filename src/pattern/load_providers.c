/* Loads patterns/providers.yaml and keep-hosts.yaml: what names of hosts tell.
 *
 * The first provider that mentions a suffix has it, so that a site's files go before ours; within a
 * file no suffix stands twice. */
#include "load.h"

static int load_suffixes(struct document *document, const yaml_node_t *node, sv key,
                         struct map *map, struct map *seen, sv provider, struct err *err)
{
    yaml_node_t *list;
    if (document_list(document, node, key, false, &list, err) < 0)
        return -1;
    for (size_t i = 0; list && i < document_items(list); i++) {
        const yaml_node_t *item = document_item(document, list, i);
        sv name;
        bool added;
        if (document_view(document, item, &name, err) < 0 ||
            load_once(document, item, "host name", name, seen, err) < 0)
            return -1;
        sv *value = map_add(map, name, &added);
        if (added)
            *value = provider;
    }
    return 0;
}

struct seen {
    struct map providers, mx, domains;
};

static int load_one(struct patterns *patterns, struct document *document, const yaml_node_t *node,
                    struct seen *seen, struct err *err)
{
    sv provider;
    if (document_check_keys(document, node, "provider mx domains", err) < 0 ||
        document_text(document, node, SV("provider"), true, &provider, err) < 0 ||
        load_once(document, document_at(document, node, SV("provider")), "provider", provider,
                  &seen->providers, err) < 0)
        return -1;
    if (!document_get(document, node, SV("mx")) && !document_get(document, node, SV("domains")))
        return document_error(document, node, err, "'mx' is missing; write mx: [SUFFIX]");
    map_add(&patterns->providers, provider, NULL);
    if (load_suffixes(document, node, SV("mx"), &patterns->providers_by_mx, &seen->mx, provider,
                      err) < 0)
        return -1;
    return load_suffixes(document, node, SV("domains"), &patterns->providers_by_domain,
                         &seen->domains, provider, err);
}

int load_providers(struct patterns *patterns, struct document *document, bool site, struct err *err)
{
    (void)site;
    yaml_node_t *list, *root = document_root(document);
    struct seen seen;
    if (document_check_keys(document, root, "providers", err) < 0 ||
        document_list(document, root, SV("providers"), true, &list, err) < 0)
        return -1;
    map_init(&seen.providers, sizeof(struct place));
    map_init(&seen.mx, sizeof(struct place));
    map_init(&seen.domains, sizeof(struct place));
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < document_items(list); i++)
        rc = load_one(patterns, document, document_item(document, list, i), &seen, err);
    map_release(&seen.providers);
    map_release(&seen.mx);
    map_release(&seen.domains);
    return rc;
}

int load_keep_hosts(struct patterns *patterns, struct document *document, bool site,
                    struct err *err)
{
    (void)site;
    yaml_node_t *list, *root = document_root(document);
    struct map seen;
    if (document_check_keys(document, root, "keep", err) < 0 ||
        document_list(document, root, SV("keep"), true, &list, err) < 0)
        return -1;
    map_init(&seen, sizeof(struct place));
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < document_items(list); i++) {
        const yaml_node_t *item = document_item(document, list, i);
        sv label;
        rc = document_view(document, item, &label, err);
        if (rc == 0)
            rc = load_once(document, item, "label", label, &seen, err);
        if (rc == 0)
            map_add(&patterns->keep_hosts, label, NULL);
    }
    map_release(&seen);
    return rc;
}
