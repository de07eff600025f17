/* unwind.c - making exceptions, backtrace() and private unwinders find our images.
 *
 * The unwinder of the process is the host's libgcc_s.  From gcc 12 it asks glibc's _dl_find_object
 * for the object at an address; its slot for that function is pointed here, and so is that of a
 * program that has an unwinder linked in: glibc's answer first, then the address table, both
 * without a lock and at a cost that does not depend on the number of images.  Unwinders that
 * modules bring themselves reach it, and dl_iterate_phdr, through the shims.  glibc 2.35 and gcc 12
 * are the oldest pair this works with. */
#include "loader.h"
#include "thread.h"

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
        .dlpi_tls_data = tls_block_here(image),
    };
    return iteration->visit(&info, sizeof info, iteration->data);
}

/* What a thread tells a callback of, innermost first.  No lock is held meanwhile: a callback may
 * open, close and fork.  The count of the image, and that its space has one thread more, keep them:
 * a dlclose elsewhere waits, one in a callback leaves the unmapping to the end of the iteration. */
struct telling {
    struct isolde_space *space;
    struct image *image; /* NULL: none yet */
    size_t index;        /* where it was in the list */
    struct telling *outer;
};
static __thread struct telling *telling;

/* Also when the callback is left by an exception. */
static void end_telling(struct telling *now) {
    struct isolde_space *space = now->space;
    telling = now->outer;
    if (now->image != NULL)
        atomic_fetch_sub(&now->image->told, 1);
    atomic_fetch_sub(&space->threads, 1);
    if (atomic_load(&space->sweep_wanted) && thread_rest() != NULL)
        space_sweep(space);
    space_proceed(space);
}

bool unwind_tells(void) { return telling != NULL; }

/* One that another thread finalises is as good as gone. */
static bool stays(const struct image *image) {
    return image->state != IMAGE_DYING || pthread_equal(image->finaliser, pthread_self());
}

/* Where to go on in the list, out of which images may have gone since, but not the last one told.
 */
static size_t next_index(const struct telling *now) {
    const struct scope *images = &now->space->images;
    if (now->image == NULL)
        return 0;
    size_t i = now->index;
    while (i >= images->count || images->list[i] != now->image)
        i--;
    return i + 1;
}

static bool next_image(struct telling *now) {
    struct isolde_space *space = now->space;
    struct image *before = now->image;
    world_enter();
    pthread_mutex_lock(&space->lock);
    size_t i = next_index(now);
    while (i < space->images.count && !stays(space->images.list[i]))
        i++;
    now->index = i;
    now->image = i < space->images.count ? space->images.list[i] : NULL;
    if (now->image != NULL)
        atomic_fetch_add(&now->image->told, 1);
    if (before != NULL)
        atomic_fetch_sub(&before->told, 1);
    pthread_mutex_unlock(&space->lock);
    world_leave();
    return now->image != NULL;
}

/* dl_iterate_phdr(3) as a space sees it: the host's objects, then the space's images. */
int unwind_iterate(struct isolde_space *space, int (*visit)(struct dl_phdr_info *, size_t, void *),
                   void *data) {
    struct iteration iteration = {.visit = visit, .data = data};
    int result = glibc.dl_iterate_phdr(visit_host, &iteration);
    if (result != 0)
        return result;
    __attribute__((cleanup(end_telling))) struct telling now = {.space = space, .outer = telling};
    telling = &now;
    atomic_fetch_add(&space->threads, 1);
    while (result == 0 && next_image(&now))
        result = visit_image(now.image, &iteration);
    return result;
}

/* What the host's own code iterates over: every image, in the order they were shown.  The lock is
 * the innermost of all, and nothing is allocated under it: profilers iterate with the lock of their
 * malloc held.  A visitor may iterate again. */
static pthread_mutex_t shown_lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static struct image *first_shown, *last_shown;

void unwind_lock(void) { pthread_mutex_lock(&shown_lock); }
void unwind_unlock(void) { pthread_mutex_unlock(&shown_lock); }

/* The child's thread has another id, by which the lock knows its owner. */
void unwind_reset_after_fork(void) {
    shown_lock = (pthread_mutex_t)PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
}

void unwind_show(struct image *image) {
    unwind_lock();
    image->shown = true;
    image->shown_before = last_shown;
    *(last_shown ? &last_shown->shown_after : &first_shown) = image;
    last_shown = image;
    unwind_unlock();
}

void unwind_hide(struct image *image) {
    if (!image->shown)
        return;
    unwind_lock();
    struct image *before = image->shown_before, *after = image->shown_after;
    *(before ? &before->shown_after : &first_shown) = after;
    *(after ? &after->shown_before : &last_shown) = before;
    image->shown = false;
    unwind_unlock();
}

static void unlock_shown(const int *unused) {
    (void)unused;
    unwind_unlock();
}

/* The same as the host sees it: every space.  A host's profiler or unwinder must know them all. */
int unwind_iterate_all(int (*visit)(struct dl_phdr_info *, size_t, void *), void *data) {
    struct iteration iteration = {.visit = visit, .data = data};
    int result = glibc.dl_iterate_phdr(visit_host, &iteration);
    unwind_lock();
    __attribute__((cleanup(unlock_shown), unused)) int locked = 0;
    for (struct image *image = first_shown; image != NULL && result == 0;
         image = image->shown_after)
        result = visit_image(image, &iteration);
    return result;
}

static void (*heaptrack)(void);

/* heaptrack puts its own malloc before libc's, and takes its name out of LD_PRELOAD. */
static void find_profilers(void) {
    if (!host_has_other_allocator())
        return;
    heaptrack = (void (*)(void))glibc.dlsym(RTLD_DEFAULT, "heaptrack_invalidate_module_cache");
    if (heaptrack == NULL)
        glibc.dlerror();
}

/* heaptrack reads the list again after a dlopen that it sees, and when it is told to. */
void unwind_tell_profilers(void) {
    if (heaptrack != NULL)
        heaptrack();
}

/* The child is still in the callbacks of the thread that has forked. */
void unwind_recount_after_fork(struct isolde_space *space) {
    for (size_t i = 0; i < space->images.count; i++)
        atomic_store(&space->images.list[i]->told, 0);
    for (const struct telling *t = telling; t != NULL; t = t->outer)
        if (t->space == space) {
            atomic_fetch_add(&space->threads, 1);
            if (t->image != NULL)
                atomic_fetch_add(&t->image->told, 1);
        }
}

/* Makes the unwinder in the host's object UNWINDER, if there is one, ask us. */
static void take_over(const struct image *unwinder) {
    uintptr_t before = host_slot(unwinder, "_dl_find_object");
    bool unbound = before >= unwinder->start && before < unwinder->end; /* a stub of its own */
    if (before == 0)
        return;
    if (!unbound && before != (uintptr_t)unwind_find_object)
        atomic_store(&earlier, (find_object *)before);
    host_patch(unwinder, "_dl_find_object", (uintptr_t)unwind_find_object);
}

static atomic_bool served;

/* Those that the host has by now, which is nearly always all there are. */
void unwind_start(void) {
    const struct image *program = host_program();
    const struct image *unwinder = host_find("libgcc_s.so.1");
    if (program != NULL)
        take_over(program); /* linked with -static-libgcc */
    if (unwinder != NULL)
        take_over(unwinder);
    atomic_store(&served, unwinder != NULL);
    find_profilers();
}

/* Threads that come at the same time all do it, which harms nothing: none may go on, and throw,
 * before it is done, and none may wait for another, who may be waiting for a lock of glibc's that
 * the first one holds. */
void unwind_require(void) {
    if (atomic_load(&served))
        return;
    const struct image *unwinder = host_load("libgcc_s.so.1", NULL);
    if (unwinder == NULL)
        error_take(); /* a process without it cannot unwind at all */
    else
        take_over(unwinder);
    atomic_store(&served, true);
}
