/* lookup.c - dlsym(3) on the handles of a space. */
#include "loader.h"
#include "thread.h"

static bool outside_its_tls(const struct image *image, size_t offset) {
    return image->space != NULL && (image->tls.module < 0 || offset > image->tls.memory_size);
}

/* IMAGE: who asks, or whom the handle names; NULL: neither is an image of a space. */
void *space_bound_address(struct image *image, struct isolde_space *space,
                          const struct query *query, struct binding *binding) {
    exceptions_unite(query, binding);
    if (shim_settle(image, binding) < 0 ||
        (space != NULL && symbol_unify(space, query, binding) < 0) || binding_check(binding) < 0)
        return NULL;
    if (binding->symbol == NULL || ELF64_ST_TYPE(binding->symbol->st_info) != STT_TLS)
        return (void *)binding_address(binding);
    if (outside_its_tls(binding->image, binding->symbol->st_value)) {
        image_refuse(binding->image, "a thread-local symbol lies outside the PT_TLS segment");
        return NULL;
    }
    unsigned long index[2] = {(unsigned long)tls_module_of(binding->image),
                              binding->symbol->st_value};
    return isolde_tls_get_addr(index);
}

static void *symbol_missing(const char *where, const struct isolde_space *space,
                            const struct query *query) {
    struct error_detail detail = {.file = where,
                                  .symbol = query->name,
                                  .version = query->version ? query->version->name : NULL};
    error_set(ISOLDE_ESYMBOL, &detail, "%s%s%s%s: undefined symbol: %s%s%s", where,
              space ? " in space '" : "", space ? space->name : "", space ? "'" : "", query->name,
              query->version ? ", version " : "", query->version ? query->version->name : "");
    return NULL;
}

static bool in_global_scope(struct isolde_space *space, const struct query *query,
                            struct binding *binding) {
    return host_lookup_lent(space, query, binding) ||
           symbol_in_scope(&space->global, 0, query, binding) ||
           host_lookup_shared(space, &space->global, query, binding) ||
           (space->host && host_lookup_any(space, query, binding));
}

/* A link's handle leads to the dependencies as well: only look-ups that pass by see just the image.
 */
static bool behind_link(struct image *link, const struct query *query, struct binding *binding) {
    struct image *image = link->linked;
    struct scope alone = {.list = &image, .count = 1};
    const struct scope *list = image->search_list.count ? &image->search_list : &alone;
    if (!symbol_in_scope(list, 0, query, binding) &&
        !host_lookup_listed(link->space, list, query, binding) &&
        !host_lookup_listed(link->space, &image->dependencies, query, binding))
        return false;
    if (binding->link == NULL && binding->image != NULL)
        binding->link = link;
    return true;
}

static bool in_image_and_dependencies(struct image *image, const struct query *query,
                                      struct binding *binding) {
    const struct isolde_space *space = image->space;
    const struct scope *list = &image->search_list;
    if (UNLIKELY(image->linked != NULL))
        return behind_link(image, query, binding);
    struct scope alone = {.list = &image, .count = 1};
    if (space == NULL || list->count == 0)
        list = &alone;
    return (space != NULL && symbol_in_scope(list, 0, query, binding)) ||
           host_lookup_listed(space, list, query, binding) ||
           host_lookup_listed(space, &image->dependencies, query, binding);
}

/* The same without a lock (readers.c), and without counting as a use of the space.  NULL: it takes
 * one, or there is none. */
void *space_symbol_read(void *handle, const struct query *query) {
    struct thread_rest *rest = isolde_thread.rest;
    struct image *image = image_check(handle);
    struct isolde_space *space = image ? image->space : space_check(handle);
    struct binding binding;
    if (space == NULL || (image == NULL && space->host) || query->run != NULL ||
        !readers_try(rest, space))
        return NULL;
    /* Only now do they stay. */
    bool stays = image ? image->live && image->space == space && image->borrows == NULL
                       : space->live && !space->host;
    bool found = stays && atomic_load(&space->stage) == SPACE_OPEN &&
                 (image ? in_image_and_dependencies(image, query, &binding)
                        : in_global_scope(space, query, &binding)) &&
                 binding_is_plain(query, &binding);
    readers_leave(rest);
    return found ? (void *)binding_address(&binding) : NULL;
}

/* Lets later look-ups of this thread and others do without the lock. */
static void invite_readers(struct isolde_space *space) {
    struct thread_rest *rest = thread_rest();
    if (readers_enter(rest, space) == READERS_ENTERED)
        readers_leave(rest);
}

/* dlsym(3) on a handle of ours.  NULL and an error where there is none. */
void *space_symbol(void *handle, const struct query *query, struct image *asker) {
    struct image *image = image_check(handle);
    struct isolde_space *space = image ? image->space : space_check(handle);
    struct binding binding;
    if (image != NULL && image->borrows != NULL) {
        image = image->borrows;
        space = NULL;
    }
    if (image == NULL && space == NULL) {
        error_invalid_handle(handle, query->name);
        return NULL;
    }
    if (space == NULL)
        return in_image_and_dependencies(image, query, &binding)
                   ? space_bound_address(asker, NULL, query, &binding)
                   : symbol_missing(image_name(image), NULL, query);
    if (space->host)
        host_refresh();
    world_enter();
    space_lock_to_change(space);
    bool found = image ? in_image_and_dependencies(image, query, &binding)
                       : in_global_scope(space, query, &binding);
    void *address =
        found ? space_bound_address(asker ? asker : image, space, query, &binding) : NULL;
    if (!found)
        symbol_missing(image ? image->map.l_name : "the global scope", space, query);
    space_unlock_changed(space);
    world_leave();
    invite_readers(space);
    return address;
}
