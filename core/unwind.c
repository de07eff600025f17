/* unwind.c - making exceptions, backtrace() and private unwinders find our images.
 *
 * The unwinder of the process is the host's libgcc_s.  From gcc 12 it asks glibc's _dl_find_object
 * for the object at an address; its slot for that function is pointed here, and so is that of a
 * program that has an unwinder linked in: glibc's answer first, then the address table, both
 * without a lock and at a cost that does not depend on the number of images.  Unwinders that
 * modules bring themselves reach it, and dl_iterate_phdr, through the shims.  glibc 2.35 and gcc 12
 * are the oldest pair this works with. */
#include "loader.h"

#include <string.h>

/* Objects ever added and removed, for dlpi_adds and dlpi_subs: caches in unwinders rest on them. */
static atomic_ullong added, removed;

void unwind_count(unsigned more, unsigned fewer) {
    atomic_fetch_add(&added, more);
    atomic_fetch_add(&removed, fewer);
}

typedef int find_object(void *address, struct dl_find_object *result);

/* What the slot held before: glibc's function, or that of another copy of this library (the program
 * may have been linked with the archive, and Python loaded the shared one), whose images must be
 * found as well. */
static _Atomic(find_object *) earlier = _dl_find_object;

int unwind_find_object(void *address, struct dl_find_object *result) {
    if (atomic_load(&earlier)(address, result) == 0)
        return 0;
    struct image *image = addresses_find((uintptr_t)address);
    if (image == NULL || image->eh_frame_header == NULL)
        return -1;
    *result = (struct dl_find_object){
        .dlfo_map_start = (void *)image->start,
        .dlfo_map_end = (void *)image->end,
        .dlfo_link_map = &image->map,
        .dlfo_eh_frame = (void *)image->eh_frame_header,
    };
    return 0;
}

static void release(struct isolde_space **space) {
    pthread_mutex_unlock(&(*space)->lock);
    world_leave();
}

static void unhold(struct isolde_space **space) {
    if (*space != NULL)
        space_unhold(*space);
}

struct iteration {
    int (*visit)(struct dl_phdr_info *, size_t, void *);
    void *data;
    unsigned long long added, removed;
};

static int visit_host(struct dl_phdr_info *info, size_t size, void *data) {
    struct iteration *iteration = data;
    struct dl_phdr_info copy = *info;
    iteration->added = copy.dlpi_adds += atomic_load(&added);
    iteration->removed = copy.dlpi_subs += atomic_load(&removed);
    return iteration->visit(&copy, size < sizeof copy ? size : sizeof copy, iteration->data);
}

static int visit_image(const struct image *image, struct iteration *iteration) {
    if (image->linked != NULL)
        image = image->linked;
    struct dl_phdr_info info = {
        .dlpi_addr = image->map.l_addr,
        .dlpi_name = image->map.l_name,
        .dlpi_phdr = image->headers,
        .dlpi_phnum = (ElfW(Half))image->header_count,
        .dlpi_adds = iteration->added,
        .dlpi_subs = iteration->removed,
        .dlpi_tls_modid = image->tls.module < 0 ? 0 : (size_t)~image->tls.module,
        .dlpi_tls_data = image->tls.module >= 0 && (size_t)image->tls.module < isolde_thread.count
                             ? isolde_thread.blocks[image->tls.module]
                             : NULL,
    };
    return iteration->visit(&info, sizeof info, iteration->data);
}

static int visit_space(struct isolde_space *space, struct iteration *iteration) {
    int result = 0;
    world_enter();
    pthread_mutex_lock(&space->lock);
    __attribute__((cleanup(release), unused)) struct isolde_space *locked = space;
    for (size_t i = 0; i < space->images.count && result == 0; i++)
        result = visit_image(space->images.list[i], iteration);
    return result;
}

/* dl_iterate_phdr(3) as a space sees it: the host's objects, then the space's images. */
int unwind_iterate(struct isolde_space *space, int (*visit)(struct dl_phdr_info *, size_t, void *),
                   void *data) {
    struct iteration iteration = {.visit = visit, .data = data};
    int result = glibc.dl_iterate_phdr(visit_host, &iteration);
    return result ? result : visit_space(space, &iteration);
}

/* The same as the host sees it: every space.  A host's profiler or unwinder must know them all. */
int unwind_iterate_all(int (*visit)(struct dl_phdr_info *, size_t, void *), void *data) {
    struct iteration iteration = {.visit = visit, .data = data};
    int result = glibc.dl_iterate_phdr(visit_host, &iteration);
    __attribute__((cleanup(unhold))) struct isolde_space *space = NULL;
    while (result == 0) {
        struct isolde_space *next = space_hold_next(space);
        unhold(&space);
        space = next;
        if (space == NULL)
            break;
        result = visit_space(space, &iteration);
    }
    return result;
}

static void take_over(struct link_map *unwinder) {
    uintptr_t before = host_slot(unwinder, "_dl_find_object");
    struct dl_find_object found;
    bool stub = before == 0 ||
                (_dl_find_object((void *)before, &found) == 0 && found.dlfo_link_map == unwinder);
    if (!stub && before != (uintptr_t)unwind_find_object)
        atomic_store(&earlier, (find_object *)before);
    host_patch(unwinder, "_dl_find_object", (uintptr_t)unwind_find_object);
}

/* Makes the unwinder in the host's object NAME, if there is one, ask us; NULL is the program. */
static void serve(const char *name) {
    void *unwinder = glibc.dlopen(name, RTLD_LAZY | RTLD_LOCAL);
    if (unwinder == NULL)
        glibc.dlerror(); /* a process without it cannot unwind at all */
    else
        take_over(unwinder);
}

/* Threads that come at the same time all do it, which harms nothing: none may go on, and throw,
 * before it is done, and none may wait for another, who may be waiting for a lock of glibc's that
 * the first one holds. */
void unwind_start(void) {
    static atomic_bool done;
    if (atomic_load(&done))
        return;
    serve(NULL); /* linked with -static-libgcc */
    serve("libgcc_s.so.1");
    atomic_store(&done, true);
}
