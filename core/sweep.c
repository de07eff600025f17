/* sweep.c - dlclose(3): what nothing holds any more is finalised and unmapped. */
#include "loader.h"
#include "thread.h"

#include <sched.h>
#include <stdlib.h>

static void mark(struct image *image) {
    if (image->space == NULL || image->visited)
        return;
    image->visited = true;
    for (size_t i = 0; i < image->dependencies.count; i++)
        mark(image->dependencies.list[i]);
    for (size_t i = 0; i < image->bound.count; i++)
        mark(image->bound.list[i]);
}

/* An image that outlives every root it was loaded for (a pinned one) still has names to bind:
 * lazily, in its destructors, through dlsym.  It becomes a root itself. */
static void give_scopes(struct isolde_space *space) {
    for (size_t i = 0; i < space->images.count; i++) {
        struct image *image = space->images.list[i];
        if (image->scope_count == 0 && image->state != IMAGE_DYING && scope_build(image) == 0)
            image_add_scope(image, &image->search_list);
    }
}

/* Those that stay must not bind to those that go, which other threads could make them do while
 * destructors run.  Those that go still find each other. */
static void part(struct isolde_space *space, const struct scope *dead) {
    for (size_t i = 0; i < space->images.count; i++)
        for (size_t j = 0; j < dead->count; j++)
            if (space->images.list[i]->state != IMAGE_DYING)
                image_remove_scope(space->images.list[i], &dead->list[j]->search_list);
    give_scopes(space);
}

/* What a callback of this very thread is told of goes when that is over. */
static bool is_told_here(const struct image *image) {
    if (atomic_load(&image->told) == 0 || !unwind_tells())
        return false;
    atomic_store(&image->space->sweep_wanted, true);
    return true;
}

static bool is_held(const struct image *image) {
    return image->opens > 0 || image->pinned || image->unique_definer ||
           atomic_load(&image->links) > 0 || image->state == IMAGE_INITIALISING ||
           image->state == IMAGE_DYING || image_wanted_by_threads(image) || is_told_here(image);
}

/* Moves the images that nothing holds any more to DEAD, latest initialised first. */
static int collect(struct isolde_space *space, struct scope *dead) {
    for (size_t i = 0; i < space->images.count; i++) {
        struct image *image = space->images.list[i];
        if (is_held(image))
            mark(image);
    }
    int result = 0;
    for (size_t i = 0; i < space->images.count; i++) {
        struct image *image = space->images.list[i];
        if (!image->visited && result == 0 && (result = scope_add(dead, image)) == 0) {
            image->state = IMAGE_DYING;
            image->finaliser = pthread_self();
            if (image->global)
                scope_remove(&space->global, image);
        }
        image->visited = false;
    }
    if (dead->count > 0) {
        qsort(dead->list, dead->count, sizeof *dead->list, image_latest_first);
        part(space, dead);
    }
    return result;
}

static void unmap(struct isolde_space *space, struct scope *dead) {
    if (space_all_end())
        dead->count = 0;
    if (dead->count == 0)
        return;
    debugger_before(space, RT_DELETE);
    for (size_t i = 0; i < dead->count; i++) {
        struct image *image = dead->list[i];
        image->live = 0;
        trace_unmapped(image);
        debugger_remove_image(space, image);
        unwind_hide(image);
        scope_remove(&space->images, image);
        space_drop_scope(space, &image->search_list);
        for (size_t j = 0; j < space->images.count; j++)
            scope_remove(&space->images.list[j]->bound, image);
    }
    unwind_count(0, (unsigned)dead->count);
    for (size_t i = 0; i < dead->count; i++)
        lifecycle_release(dead->list[i]);
    images_free(dead);
    debugger_after(space);
}

/* Finalises and unmaps what nothing holds any more, both without the space's lock in between.
 * Returns how many images, or -1.  LINKS receives the links among them. */
static int sweep_once(struct isolde_space *space, struct scope *links) {
    struct scope dead = {0};
    world_enter();
    space_lock_to_change(space);
    int result = collect(space, &dead);
    space_unlock_changed(space);
    world_leave();
    for (size_t i = 0; i < dead.count; i++)
        while (atomic_load(&dead.list[i]->told) > 0)
            sched_yield();
    for (size_t i = 0; i < dead.count; i++)
        lifecycle_finalise(dead.list[i]);
    result = result < 0 ? -1 : (int)dead.count;
    world_enter();
    space_lock_to_change(space);
    unmap(space, &dead);
    space_unlock_changed(space);
    world_leave();
    carrier_close_all();
    if (dead.count > 0)
        unwind_tell_profilers();
    for (size_t i = 0; i < dead.count && result >= 0; i++)
        result = scope_add(links, dead.list[i]) < 0 ? -1 : result;
    scope_free(&dead);
    return result;
}

/* Again, because destructors give up references too.  The caller releases LINKS. */
static int sweep(struct isolde_space *space, struct scope *links) {
    int count;
    atomic_fetch_add(&space->letting_go, 1);
    do
        count = sweep_once(space, links);
    while (count > 0);
    return count;
}

/* A child forked by a destructor has forgotten its parent's. */
static void count_down(atomic_uint *uses) {
    unsigned before = atomic_load(uses);
    while (before > 0 && !atomic_compare_exchange_weak(uses, &before, before - 1))
        continue;
}

/* SPACE may have been closed since the sweep, but not ended. */
static void release(struct isolde_space *space, struct scope *links) {
    link_release_all(links);
    scope_free(links);
    count_down(&space->letting_go);
    space_proceed(space);
}

/* Whether a host image is in the global scope for others than the images of RUN. */
static bool is_wanted(const struct isolde_space *space, const struct image *host,
                      const struct run *run) {
    for (size_t i = 0; i < space->images.count; i++) {
        const struct image *image = space->images.list[i];
        if (image->run != run && image->global && scope_has(&image->search_list, host))
            return true;
    }
    return false;
}

/* What the run has opened goes, closed or not; host images leave the global scope with it. */
static void let_go(struct isolde_space *space, const struct run *run) {
    for (size_t i = 0; i < space->images.count; i++) {
        struct image *image = space->images.list[i];
        if (image->run != run)
            continue;
        unique_forget(space, image);
        image->pinned = image->unique_definer = false;
        image->opens = 0;
        image->initialised = false;             /* what a run has left undone stays undone */
        if (image->state == IMAGE_INITIALISING) /* exit in a constructor */
            image->state = IMAGE_READY;
    }
    for (size_t i = space->global.count; i-- > 0;)
        if (space->global.list[i]->space == NULL && !is_wanted(space, space->global.list[i], run))
            scope_remove(&space->global, space->global.list[i]);
    space->run = NULL;
}

void space_end_program(struct isolde_space *space, const struct run *run) {
    world_enter();
    space_lock_to_change(space);
    let_go(space, run);
    space_unlock_changed(space);
    world_leave();
    struct scope links = {0};
    sweep(space, &links);
    release(space, &links);
}

void space_unhold(struct isolde_space *space) { count_down(&space->holds); }

/* Called when a thread, or a thread's destructor, has let go of an image.  Looks further only if a
 * close has had to leave an image to it.  A close of the space waits for it. */
void space_sweep(struct isolde_space *space) {
    struct thread_rest *rest = isolde_thread.rest;
    struct scope links = {0};
    if (!atomic_load(&space->sweep_wanted) || rest == NULL)
        return;
    atomic_fetch_add(&space->holds, 1);
    bool open = atomic_load(&space->stage) == SPACE_OPEN;
    if (open) {
        atomic_store(&space->sweep_wanted, false);
        struct sweeping now = {space, rest->sweeping};
        rest->sweeping = &now;
        sweep(space, &links);
        rest->sweeping = now.outer;
    }
    unsigned long id = space->id;
    space_unhold(space);
    if (open)
        release(space, &links);
    space_end_if_empty(space, id);
}

static void not_open(const struct image *image) {
    error_set(ISOLDE_EINVALID, &(struct error_detail){.file = image->map.l_name},
              "%s in space '%s': shared object not open", image->map.l_name, image->space->name);
}

static void in_use(const struct image *image, unsigned long calls) {
    error_set(ISOLDE_EBUSY, &(struct error_detail){.file = image->map.l_name},
              "%s in space '%s' is in use: %lu call%s running inside the space", image->map.l_name,
              image->space->name, calls, calls == 1 ? " is" : "s are");
}

/* Decided under the lock: of two threads with one reference left, one gives it back. */
static int give_back(struct isolde_space *space, struct image *image, bool during_calls) {
    int result = -1;
    world_enter();
    space_lock_to_change(space);
    unsigned long calls = during_calls ? 0 : atomic_load(&space->calls);
    if (image->opens == 0) {
        not_open(image);
    } else if (image->opens == 1 && calls > 0) {
        in_use(image, calls);
    } else {
        image->opens--;
        result = 0;
        if (image->opens == 0 && image->borrows != NULL)
            image_end_borrowing(image);
    }
    space_unlock_changed(space);
    world_leave();
    return result;
}

/* Visits the space, which another could end once the image is given back.  While it closes, the
 * close takes everything. */
static int close_image(struct image *image, bool during_calls) {
    struct isolde_space *space = image->space;
    VISIT visited = calls_visit_with_id(space, space->id) ? space : NULL;
    struct scope links = {0};
    if (give_back(space, image, during_calls) < 0)
        return -1;
    if (visited == NULL)
        return 0;
    int result = sweep(space, &links);
    release(space, &links);
    atomic_store(&space->end_wanted, true);
    return result;
}

/* dlclose(3) on a handle of ours. */
int space_close_handle(void *handle, bool during_calls) {
    struct image *image = image_check(handle);
    if (image != NULL)
        return image->space ? close_image(image, during_calls) : 0; /* the shared group stays */
    if (space_check(handle) != NULL)
        return 0;
    error_invalid_handle(handle, NULL);
    return -1;
}
