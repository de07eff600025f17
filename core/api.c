/* api.c - the functions of isolde.h: check the arguments, then call the room concerned. */
#include "loader.h"

#include <stdlib.h>
#include <string.h>

static struct isolde_space *checked(const isolde_space *space) {
    struct isolde_space *live = space_check(space);
    if (live == NULL)
        error_set(ISOLDE_EINVALID, NULL,
                  "invalid space %p: not one that isolde_space_new returned, "
                  "or closed",
                  (const void *)space);
    return live;
}

/* Every use of a space from outside is bracketed, so that a close in between is refused.  NULL: the
 * space is closed, or never was one. */
static struct isolde_space *enter(const isolde_space *space) {
    struct isolde_space *live = checked(space);
    return live != NULL && calls_visit(live) == 0 ? live : NULL;
}

/* The same for a handle.  *SPACE stays NULL for one of the host's images. */
static bool enter_handle(const void *handle, struct isolde_space **space) {
    const struct image *image = image_check(handle);
    struct isolde_space *of = image ? image->space : space_check(handle);
    if (of == NULL && image == NULL)
        error_invalid_handle(handle, NULL);
    if (of == NULL)
        return image != NULL;
    *space = calls_visit(of) == 0 ? of : NULL;
    return *space != NULL;
}

isolde_space *isolde_space_new(const char *name, const struct isolde_options *options) {
    return space_new(name, options);
}

int isolde_space_close(isolde_space *space) {
    struct isolde_space *live = checked(space);
    return live ? space_close(live) : -1;
}

int isolde_space_link(isolde_space *space, isolde_space *from, const char *const *sonames) {
    VISIT user = enter(space);
    VISIT provider = user ? enter(from) : NULL;
    return provider ? link_declare(user, provider, sonames) : -1;
}

int isolde_space_lend(isolde_space *space, const char *path, const char *const *prefixes) {
    VISIT user = enter(space);
    return user ? host_lend(user, path, prefixes) : -1;
}

void *isolde_dlopen(isolde_space *space, const char *file, int mode) {
    VISIT live = enter(space);
    return live ? space_open(live, file, mode, NULL) : NULL;
}

int isolde_run(isolde_space *space, const char *file, char *const argv[], char *const envp[],
               int *status) {
    struct isolde_space *live = checked(space);
    if (live == NULL)
        return -1;
    if (file == NULL || *file == '\0' || argv == NULL || argv[0] == NULL || status == NULL) {
        error_set(
            ISOLDE_EINVALID, NULL,
            "isolde_run needs a file, argv with at least argv[0], and where to put the status");
        return -1;
    }
    if (isolde_call_enter(live) < 0)
        return -1;
    int result = program_run(live, file, argv, envp, status);
    isolde_call_leave(live);
    return result;
}

static bool symbol_given(const char *symbol) {
    if (symbol != NULL)
        return true;
    error_set(ISOLDE_EINVALID, NULL, "the symbol's name or version is NULL");
    return false;
}

static __attribute__((noinline)) void *look_up(void *handle, const struct query *query) {
    VISIT space = NULL;
    return enter_handle(handle, &space) ? space_symbol(handle, query, NULL) : NULL;
}

void *isolde_dlsym(void *handle, const char *symbol) {
    if (!symbol_given(symbol))
        return NULL;
    struct query query = query_for(symbol, NULL, CLASS_ANY);
    query.newest = true;
    void *address = space_symbol_read(handle, &query);
    return LIKELY(address != NULL) ? address : look_up(handle, &query);
}

void *isolde_dlvsym(void *handle, const char *symbol, const char *version_name) {
    if (!symbol_given(symbol) || !symbol_given(version_name))
        return NULL;
    struct version version = {version_name, NULL, hash_sysv(version_name), true, false};
    struct query query = query_for(symbol, &version, CLASS_ANY);
    void *address = space_symbol_read(handle, &query);
    return LIKELY(address != NULL) ? address : look_up(handle, &query);
}

int isolde_dlclose(void *handle) {
    VISIT space = NULL;
    return enter_handle(handle, &space) ? space_close_handle(handle, false) : -1;
}

char *isolde_dlerror(void) { return error_take(); }

const struct isolde_error *isolde_last_error(void) { return error_last(); }

int isolde_dladdr(const void *address, Dl_info *info) {
    struct image *image = addresses_find((uintptr_t)address);
    if (image == NULL) {
        void *target = caller_entry_target((uintptr_t)address);
        return glibc.dladdr(target ? target : address, info);
    }
    const ElfW(Sym) *symbol = symbol_nearest(image, (uintptr_t)address);
    *info = (Dl_info){
        .dli_fname = image->map.l_name,
        .dli_fbase = (void *)image->start,
        .dli_sname = symbol ? image->dynamic.strings + symbol->st_name : NULL,
        .dli_saddr = symbol ? (void *)(image->map.l_addr + symbol->st_value) : NULL,
    };
    return 1;
}

void *isolde_space_symbol(isolde_space *space, const char *symbol) {
    VISIT live = symbol_given(symbol) ? enter(space) : NULL;
    if (live == NULL)
        return NULL;
    struct query query = query_for(symbol, NULL, CLASS_ANY);
    query.newest = true;
    struct binding binding;
    world_enter();
    space_lock_to_change(live);
    bool found = symbol_in_scope(&live->global, 0, &query, &binding) ||
                 symbol_in_scope(&live->images, 0, &query, &binding);
    void *address = found ? space_bound_address(binding.image, live, &query, &binding) : NULL;
    space_unlock_changed(live);
    world_leave();
    return address;
}

const char *isolde_space_name(const isolde_space *space) {
    const struct isolde_space *live = space_check(space);
    return live ? live->name : NULL;
}

unsigned long isolde_space_id(const isolde_space *space) {
    const struct isolde_space *live = space_check(space);
    return live ? live->id : 0;
}

isolde_space *isolde_space_of(const void *address) {
    const struct image *image = addresses_find((uintptr_t)address);
    return image ? image->space : NULL;
}

size_t isolde_spaces(isolde_space **spaces, size_t capacity) {
    return space_list(spaces, capacity);
}

/* ---- the snapshot of a space's images
 * ------------------------------------------------------------ */

struct listed {
    const struct image *image;
    const struct image *handle;    /* what the space's dlopen has returned for it */
    const struct image *needed_by; /* of a host image: the first of the space that asked for it */
};

struct snapshot {
    struct listed *list;
    size_t count, capacity;
};

static int list_image(struct snapshot *snapshot, const struct image *image,
                      const struct image *needed_by) {
    for (size_t i = 0; i < snapshot->count; i++)
        if (snapshot->list[i].image == image)
            return 0;
    struct listed *list =
        array_grow(snapshot->list, snapshot->count, &snapshot->capacity, sizeof *list);
    if (list == NULL)
        return -1;
    snapshot->list = list;
    list[snapshot->count++] = (struct listed){image, image, needed_by};
    return 0;
}

/* The space's own images in load order, then what they take from the host. */
static int list_images(struct snapshot *snapshot, const struct isolde_space *space) {
    for (size_t i = 0; i < space->images.count; i++)
        if (space->images.list[i]->live && list_image(snapshot, space->images.list[i], NULL) < 0)
            return -1;
    for (size_t i = 0, own = snapshot->count; i < own; i++) {
        const struct image *image = snapshot->list[i].image;
        for (size_t j = 0; j < image->dependencies.count; j++)
            if (image->dependencies.list[j]->space == NULL &&
                list_image(snapshot, image->dependencies.list[j], image) < 0)
                return -1;
    }
    for (size_t i = 0; i < space->borrowed.count; i++)
        if (list_image(snapshot, space->borrowed.list[i]->borrows, NULL) < 0)
            return -1;
    for (size_t i = 0; i < snapshot->count; i++)
        for (size_t j = 0; j < space->borrowed.count; j++)
            if (space->borrowed.list[j]->borrows == snapshot->list[i].image)
                snapshot->list[i].handle = space->borrowed.list[j];
    return 0;
}

static const char *needed_by(const struct listed *listed) {
    return listed->needed_by ? listed->needed_by->map.l_name : listed->image->needed_by;
}

static const char *pack(char **at, const char *text) {
    if (text == NULL)
        return NULL;
    char *copy = *at;
    *at = stpcpy(copy, text) + 1;
    return copy;
}

static const char *owner(const struct image *image) {
    return image->linked ? image->linked->space->name : NULL;
}

static size_t length(const char *text) { return text ? strlen(text) + 1 : 0; }

static struct isolde_image_info describe(const struct listed *listed, char **text) {
    const struct image *image = listed->image, *mapped = image->linked ? image->linked : image;
    return (struct isolde_image_info){
        .path = pack(text, image->map.l_name),
        .soname = pack(text, image->soname),
        .needed_by = pack(text, needed_by(listed)),
        .why = pack(text, image->why),
        .linked_from = pack(text, owner(image)),
        .handle = (void *)listed->handle,
        .base = mapped->map.l_addr,
        .start = mapped->start,
        .end = mapped->end,
        .shared = image->space == NULL,
        .opens = listed->handle->opens,
    };
}

static struct isolde_image_info *describe_all(const struct snapshot *snapshot) {
    size_t size = (snapshot->count + 1) * sizeof(struct isolde_image_info);
    for (size_t i = 0; i < snapshot->count; i++) {
        const struct image *image = snapshot->list[i].image;
        size += length(image->map.l_name) + length(image->soname) +
                length(needed_by(&snapshot->list[i])) + length(image->why) + length(owner(image));
    }
    struct isolde_image_info *infos = malloc(size);
    if (infos == NULL) {
        error_set(ISOLDE_EMEMORY, NULL, "out of memory");
        return NULL;
    }
    char *text = (char *)(infos + snapshot->count + 1);
    for (size_t i = 0; i < snapshot->count; i++)
        infos[i] = describe(&snapshot->list[i], &text);
    return infos;
}

struct isolde_image_info *isolde_images(isolde_space *space, size_t *count) {
    VISIT live = enter(space);
    if (live == NULL)
        return NULL;
    struct snapshot snapshot = {0};
    world_enter();
    pthread_mutex_lock(&live->lock);
    struct isolde_image_info *infos = NULL;
    if (list_images(&snapshot, live) == 0)
        infos = describe_all(&snapshot);
    pthread_mutex_unlock(&live->lock);
    world_leave();
    *count = snapshot.count;
    free(snapshot.list);
    return infos;
}
