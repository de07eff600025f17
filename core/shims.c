/* shims.c - what a few libc functions mean when an image of a space calls them.
 *
 * A reference that would bind to one of these names in the shared group binds to the shim instead
 * (host.c).  The dl* family acts on the caller's space; the caller is known because each image is
 * bound to an entry of its own (callers.c), which passes the image behind the function's arguments.
 * Others let threads.c count what keeps an image mapped, and handlers.c keep forks apart from
 * libc's lists. */
#include "loader.h"
#include "thread.h"

#include <stdlib.h>
#include <string.h>
#include <threads.h>

extern int __cxa_atexit(void (*function)(void *), void *argument, void *dso);
extern int __cxa_at_quick_exit(void (*function)(void *), void *dso);
extern void __cxa_finalize(void *dso);
extern int __register_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void),
                             void *dso);

static bool valid_mode(int mode) {
    if (mode & RTLD_BINDING_MASK)
        return true;
    error_set(ISOLDE_EINVALID, NULL, "invalid mode for dlopen(): neither RTLD_LAZY nor RTLD_NOW");
    return false;
}

static void *shim_dlopen(const char *file, int mode, struct image *caller) {
    return valid_mode(mode) ? space_open(caller->space, file, mode, caller) : NULL;
}

/* A space for dlmopen(LM_ID_NEWLM): like the caller's, and gone with its last image. */
static struct isolde_space *sibling(const struct isolde_space *parent) {
    struct isolde_options options = {.size = sizeof options};
    if (parent != NULL) {
        options.search_path = (const char *const *)parent->search_path;
        options.shared = (const char *const *)parent->shared;
        options.host = parent->host;
        options.lazy = parent->lazy;
    } else {
        options.shared = (const char *const *)process_shared;
        options.host = process_host;
    }
    struct isolde_space *space = space_new(NULL, &options);
    if (space != NULL)
        space->ends_when_empty = true;
    return space;
}

/* Visited, so that nobody who closes the last image in it ends it meanwhile. */
static struct isolde_space *namespace(Lmid_t id, const struct image *caller) {
    struct isolde_space *space =
        id == LM_ID_NEWLM ? sibling(caller->space) : space_with_id((unsigned long)id);
    if (space != NULL &&
        calls_visit_with_id(space, id == LM_ID_NEWLM ? space->id : (unsigned long)id))
        return space;
    if (id != LM_ID_NEWLM)
        error_set(ISOLDE_EINVALID, NULL, "invalid target namespace %ld in dlmopen()", (long)id);
    return NULL;
}

/* CALLER may be an image of the host: then LM_ID_BASE is not ours to open in (preload.c). */
void *shim_dlmopen(Lmid_t id, const char *file, int mode, struct image *caller) {
    if (!valid_mode(mode))
        return NULL;
    if (id == LM_ID_BASE)
        return space_open(caller->space, file, mode, caller);
    if (id == LM_ID_NEWLM && (file == NULL || *file == '\0')) {
        error_set(ISOLDE_EINVALID, NULL, "dlmopen(LM_ID_NEWLM, ...) needs the name of a library");
        return NULL;
    }
    VISIT space = namespace(id, caller);
    if (space == NULL)
        return NULL;
    void *handle = space_open(space, file, mode, caller);
    if (handle == NULL)
        atomic_store(&space->end_wanted, true);
    return handle;
}

/* Without the space's lock (readers.c).  NULL: it takes that. */
static void *look_up_read(struct image *caller, void *handle, const struct query *query) {
    if (handle != RTLD_DEFAULT && handle != RTLD_NEXT)
        return space_symbol_read(handle, query);
    if (caller->space->host || query->run != NULL)
        return NULL;
    struct binding binding;
    struct thread_rest *rest = thread_rest();
    enum readers_entry entry = readers_enter(rest, caller->space);
    bool found = entry != READERS_REFUSED &&
                 (handle == RTLD_NEXT ? symbol_next : symbol_default)(caller, query, &binding) &&
                 binding_is_plain(query, &binding);
    if (entry == READERS_ENTERED)
        readers_leave(rest);
    return found ? (void *)binding_address(&binding) : NULL;
}

static void *look_up(struct image *caller, void *handle, const struct query *query) {
    void *read = look_up_read(caller, handle, query);
    if (LIKELY(read != NULL))
        return read;
    if (handle != RTLD_DEFAULT && handle != RTLD_NEXT)
        return space_symbol(handle, query, caller);
    struct binding binding;
    struct isolde_space *space = caller->space;
    if (space->host)
        host_refresh();
    world_enter();
    space_lock_to_change(space);
    bool found = (handle == RTLD_NEXT ? symbol_next : symbol_default)(caller, query, &binding);
    void *address = found ? space_bound_address(caller, space, query, &binding) : NULL;
    space_unlock_changed(space);
    world_leave();
    if (!found)
        error_set(ISOLDE_ESYMBOL,
                  &(struct error_detail){.file = caller->map.l_name, .symbol = query->name},
                  "%s in space '%s': undefined symbol: %s", caller->map.l_name, space->name,
                  query->name);
    return address;
}

static bool is_ours(const void *handle) {
    return slot_was_ours(handle); /* a closed one too: glibc must never see it */
}

/* A handle of glibc's, which the image was given by the host. */
static bool is_glibcs(const void *handle) {
    return handle != RTLD_DEFAULT && handle != RTLD_NEXT && !is_ours(handle);
}

static void *shim_dlsym(void *handle, const char *name, struct image *caller) {
    if (is_glibcs(handle))
        return glibc.dlsym(handle, name);
    struct query query = query_for(name, NULL, CLASS_ANY);
    query.newest = true;
    query.run = caller->run;
    return look_up(caller, handle, &query);
}

static void *shim_dlvsym(void *handle, const char *name, const char *version_name,
                         struct image *caller) {
    if (is_glibcs(handle))
        return glibc.dlvsym(handle, name, version_name);
    struct version version = {version_name, NULL, hash_sysv(version_name), true, false};
    struct query query = query_for(name, &version, CLASS_ANY);
    query.run = caller->run;
    return look_up(caller, handle, &query);
}

static int shim_dlclose(void *handle) {
    return is_ours(handle) ? space_close_handle(handle, true) : glibc.dlclose(handle);
}

static char *shim_dlerror(void) {
    char *message = error_take();
    return message ? message : glibc.dlerror();
}

static int shim_dladdr(const void *address, Dl_info *info) { return isolde_dladdr(address, info); }

int shim_dladdr1(const void *address, Dl_info *info, void **extra, int flags) {
    struct image *image = addresses_find((uintptr_t)address);
    if (image == NULL)
        return glibc.dladdr1(address, info, extra, flags);
    if (flags == RTLD_DL_LINKMAP)
        *extra = &image->map;
    else if (flags == RTLD_DL_SYMENT)
        *extra = (void *)symbol_nearest(image, (uintptr_t)address);
    return isolde_dladdr(address, info);
}

struct folder_list {
    Dl_serinfo *info; /* NULL: only measure */
    char *text;
    size_t size;
    unsigned count;
};

static int add_folder(const char *folder, const char *why, void *data) {
    struct folder_list *list = data;
    size_t length = strlen(folder) + 1;
    (void)why;
    if (list->info != NULL) {
        list->info->dls_serpath[list->count] = (Dl_serpath){.dls_name = list->text};
        memcpy(list->text, folder, length);
        list->text += length;
    }
    list->count++;
    list->size += length + sizeof(Dl_serpath);
    return 0;
}

static void list_folders(const struct image *image, bool measure, Dl_serinfo *info) {
    struct folder_list list = {.size = offsetof(Dl_serinfo, dls_serpath)};
    search_paths(image->space, image, add_folder, &list);
    if (measure) {
        info->dls_size = list.size;
        info->dls_cnt = list.count;
        return;
    }
    list.info = info;
    list.text = (char *)&info->dls_serpath[info->dls_cnt];
    list.count = 0;
    search_paths(image->space, image, add_folder, &list);
}

static int tell(struct image *image, int request, void *answer) {
    switch (request) {
    case RTLD_DI_LMID:
        *(Lmid_t *)answer = (Lmid_t)image->space->id;
        return 0;
    case RTLD_DI_LINKMAP:
        *(struct link_map **)answer = &image->map;
        return 0;
    case RTLD_DI_ORIGIN: {
        const char *path = image->map.l_name, *slash = strrchr(path, '/');
        memcpy(answer, path, (size_t)(slash - path));
        ((char *)answer)[slash - path] = '\0';
        return 0;
    }
    case RTLD_DI_SERINFOSIZE:
    case RTLD_DI_SERINFO:
        list_folders(image, request == RTLD_DI_SERINFOSIZE, answer);
        return 0;
    case RTLD_DI_TLS_MODID:
        *(size_t *)answer = (size_t)tls_module_of(image);
        return 0;
    case RTLD_DI_TLS_DATA:
        *(void **)answer = tls_block_here(image);
        return 0;
    default:
        error_set(ISOLDE_EINVALID, NULL, "unsupported dlinfo request %d", request);
        return -1;
    }
}

int shim_dlinfo(void *handle, int request, void *answer) {
    struct image *image = image_check(handle);
    if (image != NULL && image->borrows != NULL && request != RTLD_DI_LMID)
        image = image->borrows;
    if (image != NULL && image->space != NULL)
        return tell(image->linked ? image->linked : image, request, answer);
    struct isolde_space *space = image ? NULL : space_check(handle);
    if (space != NULL && request == RTLD_DI_LMID) {
        *(Lmid_t *)answer = (Lmid_t)space->id;
        return 0;
    }
    if (image == NULL && is_ours(handle)) {
        error_set(ISOLDE_EINVALID, NULL, "invalid handle %p in dlinfo(): closed", handle);
        return -1;
    }
    return glibc.dlinfo(image ? (void *)image->glibc : handle, request, answer);
}

static int shim_dl_iterate_phdr(int (*visit)(struct dl_phdr_info *, size_t, void *), void *data,
                                struct image *caller) {
    return unwind_iterate(caller->space, visit, data);
}

static int shim_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                               void *(*start)(void *), void *argument, struct image *caller) {
    return threads_create(caller, thread, attributes, start, argument);
}

struct c11_start {
    thrd_start_t start;
    void *argument;
};

static void *c11_begins(void *data) {
    struct c11_start begin = *(struct c11_start *)data;
    free(data);
    return (void *)(intptr_t)begin.start(begin.argument);
}

/* C11 threads are POSIX threads in glibc; thrd_join reads the int back. */
static int shim_thrd_create(thrd_t *thread, thrd_start_t start, void *argument,
                            struct image *caller) {
    struct c11_start *begin = malloc(sizeof *begin);
    if (begin == NULL)
        return thrd_nomem;
    *begin = (struct c11_start){start, argument};
    if (threads_create(caller, thread, NULL, c11_begins, begin) == 0)
        return thrd_success;
    free(begin);
    return thrd_error;
}

static int shim_pthread_key_create(pthread_key_t *key, void (*run)(void *), struct image *caller) {
    return keys_create(caller, key, run);
}

static int shim_tss_create(tss_t *key, tss_dtor_t run, struct image *caller) {
    return keys_create(caller, key, run) == 0 ? thrd_success : thrd_error;
}

static void shim_tss_delete(tss_t key) { keys_delete(key); }

static int shim_tss_set(tss_t key, void *value) {
    return keys_set(key, value) == 0 ? thrd_success : thrd_error;
}

/* POSITION: which argument, counted from 0, is the calling image; 0: it takes none. */
static const struct shim {
    const char *name;
    void *function, *real;
    unsigned position;
} shims[] = {
    {"dlopen", shim_dlopen, dlopen, 2},
    {"dlmopen", shim_dlmopen, dlmopen, 3},
    {"dlsym", shim_dlsym, dlsym, 2},
    {"dlvsym", shim_dlvsym, dlvsym, 3},
    {"dlclose", shim_dlclose, dlclose, 0},
    {"dlerror", shim_dlerror, dlerror, 0},
    {"dladdr", shim_dladdr, dladdr, 0},
    {"dladdr1", shim_dladdr1, dladdr1, 0},
    {"dlinfo", shim_dlinfo, dlinfo, 0},
    {"dl_iterate_phdr", shim_dl_iterate_phdr, dl_iterate_phdr, 2},
    {"_dl_find_object", unwind_find_object, _dl_find_object, 0},
    {"__tls_get_addr", isolde_tls_get_addr, isolde_tls_get_addr, 0},
    {"__cxa_thread_atexit_impl", threads_at_exit, threads_at_exit, 0},
    {"__cxa_atexit", handlers_at_exit, __cxa_atexit, 0},
    {"__cxa_at_quick_exit", handlers_at_quick_exit, __cxa_at_quick_exit, 0},
    {"__cxa_finalize", handlers_finalise, __cxa_finalize, 0},
    {"__register_atfork", handlers_at_fork, __register_atfork, 0},
    {"pthread_create", shim_pthread_create, pthread_create, 4},
    {"thrd_create", shim_thrd_create, thrd_create, 3},
    {"pthread_key_create", shim_pthread_key_create, pthread_key_create, 2},
    /* libstdc++'s weak reference */
    {"__pthread_key_create", shim_pthread_key_create, pthread_key_create, 2},
    {"pthread_key_delete", keys_delete, pthread_key_delete, 0},
    {"pthread_getspecific", keys_get, pthread_getspecific, 0},
    {"pthread_setspecific", keys_set, pthread_setspecific, 0},
    {"tss_get", keys_get, tss_get, 0},
    {"tss_set", shim_tss_set, tss_set, 0},
    {"tss_create", shim_tss_create, tss_create, 2},
    {"tss_delete", shim_tss_delete, tss_delete, 0},
};

enum { BUCKETS = 64 };
static struct {
    uint32_t hash;
    const struct shim *shim;
} table[BUCKETS]; /* open addressing by GNU hash */

/* Before host_start. */
__attribute__((constructor(102))) static void make_table(void) {
    for (size_t i = 0; i < sizeof shims / sizeof *shims; i++) {
        uint32_t hash = query_for(shims[i].name, NULL, CLASS_ANY).gnu;
        size_t at = hash % BUCKETS;
        while (table[at].shim != NULL)
            at = (at + 1) % BUCKETS;
        table[at].hash = hash;
        table[at].shim = &shims[i];
    }
}

bool shim_may_be(uint32_t hash) {
    size_t at = hash % BUCKETS;
    while (table[at].shim != NULL && table[at].hash != hash)
        at = (at + 1) % BUCKETS;
    return table[at].shim != NULL;
}

uintptr_t shim_find(const struct query *query) {
    for (size_t at = query->gnu % BUCKETS; table[at].shim != NULL; at = (at + 1) % BUCKETS)
        if (table[at].hash == query->gnu && strcmp(table[at].shim->name, query->name) == 0)
            return (uintptr_t)table[at].shim->function;
    return 0;
}

/* A binding to a shim that wants to know its caller becomes IMAGE's own entry to it, or, where no
 * image asks, the function that the shim stands for. */
int shim_settle(struct image *image, struct binding *binding) {
    if (binding->symbol != NULL || binding->address == 0)
        return 0;
    const struct shim *shim = shims;
    const struct shim *end = shims + sizeof shims / sizeof *shims;
    while (shim < end && (uintptr_t)shim->function != binding->address)
        shim++;
    if (shim == end)
        return 0;
    if (image == NULL || image->space == NULL)
        binding->address = (uintptr_t)shim->real;
    else if (shim->position != 0)
        binding->address = caller_entry(image, shim->function, shim->position);
    return binding->address != 0 ? 0 : -1;
}
