/* closing.c - the end of a space, and of all at the end of the process.
 *
 * A close decides, and then goes as far as what still holds the space allows; whoever lets go of it
 * last takes it further (enum space_stage). */
#include "loader.h"
#include "thread.h"

#include <sched.h>
#include <stdlib.h>

/* The images of SPACE that RUN has mapped, or all. */
static void add_images(struct scope *order, struct isolde_space *space, const struct run *run) {
    pthread_mutex_lock(&space->lock);
    for (size_t i = 0; i < space->images.count; i++)
        if (run == NULL || space->images.list[i]->run == run)
            scope_add(order, space->images.list[i]);
    pthread_mutex_unlock(&space->lock);
}

static void finalise(struct scope *order) {
    if (order->count > 0)
        qsort(order->list, order->count, sizeof *order->list, image_latest_first);
    for (size_t i = 0; i < order->count; i++)
        lifecycle_finalise(order->list[i]);
    scope_free(order);
}

static void finalise_all(struct isolde_space *leader) {
    struct scope order = {0};
    for (struct isolde_space *m = leader; m != NULL; m = m->next_member)
        add_images(&order, m, NULL);
    finalise(&order);
}

void space_finalise_program(struct isolde_space *space, const struct run *run) {
    struct scope order = {0};
    add_images(&order, space, run);
    finalise(&order);
}

/* Links between spaces that end together hold nothing any more. */
static void cut_links(const struct isolde_space *space, const struct isolde_space *leader) {
    for (size_t i = 0; i < space->images.count; i++) {
        struct image *link = space->images.list[i];
        if (link->linked != NULL && atomic_load(&link->linked->space->leader) == leader)
            link->linked = NULL;
    }
}

static void hide(struct isolde_space *space) {
    space->global.count = 0;
    debugger_before(space, RT_DELETE);
    for (size_t i = 0; i < space->images.count; i++) {
        debugger_remove_image(space, space->images.list[i]);
        unwind_hide(space->images.list[i]);
    }
    debugger_after(space);
    debugger_remove_space(space);
    unwind_count(0, (unsigned)space->images.count);
    for (size_t i = space->images.count; i-- > 0;) {
        trace_unmapped(space->images.list[i]);
        lifecycle_release(space->images.list[i]);
    }
}

/* Out of the space first: a child that is forked meanwhile counts the links of every space anew. */
static void release_links(struct isolde_space *space) {
    world_enter();
    struct scope links = space->images;
    space->images = (struct scope){0};
    world_leave();
    link_release_all(&links);
    scope_free(&links);
}

static void unmap_all(struct isolde_space *leader) {
    struct isolde_space *m, *next;
    for (m = leader; m != NULL; m = m->next_member)
        keys_delete_all(m, NULL);
    world_enter();
    for (m = leader; m != NULL; m = m->next_member) {
        space_lock_to_change(m); /* a destructor may have looked up */
        space_unlock_changed(m);
    }
    for (m = leader; m != NULL; m = m->next_member)
        cut_links(m, leader);
    for (m = leader; m != NULL; m = m->next_member)
        hide(m);
    for (m = leader; m != NULL; m = m->next_member)
        images_free(&m->images);
    world_leave();
    for (m = leader; m != NULL; m = m->next_member)
        release_links(m);
    world_enter();
    for (m = leader; m != NULL; m = next) {
        next = m->next_member;
        while (m->borrowed.count > 0)
            image_end_borrowing(m->borrowed.list[0]);
        space_forget(m);
    }
    world_leave();
    carrier_close_all();
    unwind_tell_profilers();
}

bool space_advance(struct isolde_space *space, int from, int to) {
    return atomic_compare_exchange_strong(&space->stage, &from, to);
}

static bool idle(const struct isolde_space *leader, bool of_threads) {
    bool idle = true;
    for (const struct isolde_space *m = leader; m != NULL; m = m->next_member)
        idle &= atomic_load(&m->destructors) == 0 && (!of_threads || atomic_load(&m->threads) == 0);
    return idle;
}

static void run_own_destructors(struct isolde_space *leader) {
    for (struct isolde_space *m = leader; m != NULL; m = m->next_member)
        threads_run_own_destructors(m);
}

/* Takes LEADER, and who ends with it, from one stage to the next once they are idle.  Who they are
 * is settled before LEADER reaches the stage, so what was seen of them earlier does not count. */
static bool take(struct isolde_space *leader, int from, int to, bool of_threads) {
    while (atomic_load(&leader->stage) == from && idle(leader, of_threads)) {
        if (!space_advance(leader, from, to))
            return false;
        if (idle(leader, of_threads))
            return true;
        atomic_store(&leader->stage, from); /* it was another space, whose slot this one has now */
    }
    return false;
}

/* Whether the process has come to its end, where destructors run but nothing is unmapped any more:
 * the thread that exits may be anywhere in them. */
static atomic_bool ending;

bool space_all_end(void) { return atomic_load(&ending); }

/* Takes a closed space as far as what still holds it allows.  Called by the close itself and by
 * whoever lets go of the space later; each stage is taken by exactly one of them. */
void space_proceed(struct isolde_space *space) {
    if (atomic_load(&space->stage) == SPACE_AWAITS_LINKS && link_end_company(space))
        run_own_destructors(space);
    struct isolde_space *leader = atomic_load(&space->leader);
    if (take(leader, SPACE_AWAITS_DESTRUCTORS, SPACE_FINALISING, false)) {
        finalise_all(leader);
        run_own_destructors(leader);
        atomic_store(&leader->stage, SPACE_AWAITS_THREADS);
    }
    if (take(leader, SPACE_AWAITS_THREADS, SPACE_UNMAPPING, true) && !space_all_end())
        unmap_all(leader);
}

static void invalidate_handles(struct isolde_space *space) {
    space_lock_to_change(space);
    space->live = 0;
    space_unlock_changed(space);
}

/* Whether this thread runs destructors of SPACE that no close has asked for. */
static bool sweeps(const struct isolde_space *space) {
    const struct sweeping *now = isolde_thread.rest ? isolde_thread.rest->sweeping : NULL;
    while (now != NULL && now->space != space)
        now = now->outer;
    return now != NULL;
}

/* Takes the space from open to closing, between two holds. */
static int begin_closing(struct isolde_space *space) {
    if (sweeps(space)) {
        error_set(ISOLDE_EBUSY, NULL, "space '%s' is in use: this is a destructor of it",
                  space->name);
        return -1;
    }
    for (;;) {
        while (atomic_load(&space->holds) > 0)
            sched_yield();
        if (!space_advance(space, SPACE_OPEN, SPACE_CLOSING)) {
            error_set(ISOLDE_EINVALID, NULL, "the space is closed already");
            return -1;
        }
        if (atomic_load(&space->holds) == 0)
            return 0;
        atomic_store(&space->stage, SPACE_OPEN); /* one began in between: it goes first */
    }
}

/* What a close would disturb: calls, or else visits. */
static unsigned long uses(const struct isolde_space *space) {
    unsigned long calls = atomic_load(&space->calls);
    return calls ? calls : atomic_load(&space->visits);
}

/* SPACE is closing, and neither hold nor use is left. */
static void go(struct isolde_space *space) {
    invalidate_handles(space);
    atomic_store(&space->stage, SPACE_AWAITS_LINKS);
    space_proceed(space);
}

/* See isolde_space_close. */
int space_close(struct isolde_space *space) {
    if (begin_closing(space) < 0)
        return -1;
    unsigned long calls = atomic_load(&space->calls), count = uses(space);
    if (count == 0) {
        go(space);
        return 0;
    }
    atomic_store(&space->stage, SPACE_OPEN);
    if (thread_rest() != NULL)
        space_sweep(space); /* what others have left to this close */
    error_set(ISOLDE_EBUSY, NULL, "space '%s' is in use: %lu %s%s running inside it", space->name,
              count, calls ? "call" : "open or look-up", count == 1 ? " is" : "s are");
    return -1;
}

/* Slots stay readable, so SPACE may have been closed, and another may have taken its place. */
static bool hold(struct isolde_space *space, unsigned long id) {
    pool_lock();
    bool open = space->live && space->id == id;
    if (open) {
        atomic_fetch_add(&space->holds, 1);
        open = atomic_load(&space->stage) == SPACE_OPEN;
        if (!open)
            atomic_fetch_sub(&space->holds, 1);
    }
    pool_unlock();
    return open;
}

/* Whether nobody has a handle of SPACE, and nothing in it wants to stay.  Images that only keep
 * their unique symbols for each other do not count. */
static bool is_empty(struct isolde_space *space) {
    pthread_mutex_lock(&space->lock);
    bool empty = space->borrowed.count == 0;
    for (size_t i = 0; i < space->images.count && empty; i++) {
        const struct image *image = space->images.list[i];
        empty = image->opens == 0 && !image->pinned && atomic_load(&image->links) == 0 &&
                image->state == IMAGE_READY && !image_wanted_by_threads(image);
    }
    pthread_mutex_unlock(&space->lock);
    return empty;
}

/* Whether this thread has taken an empty space from open to closing. */
static bool take_if_empty(struct isolde_space *space) {
    atomic_store(&space->end_wanted, false);
    bool taken = is_empty(space) && space_advance(space, SPACE_OPEN, SPACE_CLOSING);
    space_unhold(space);
    return taken;
}

/* A namespace goes with its last handle.  Of several threads that find it empty one takes it, and
 * looks again: another may have opened something in between.  Who uses it still will look when he
 * leaves. */
void space_end_if_empty(struct isolde_space *space, unsigned long id) {
    while (space->ends_when_empty && hold(space, id) && take_if_empty(space)) {
        if (uses(space) == 0 && atomic_load(&space->holds) == 0 && is_empty(space)) {
            go(space);
            return;
        }
        atomic_store(&space->stage, SPACE_OPEN);
        atomic_store(&space->end_wanted, true);
        if (uses(space) > 0)
            return;
        sched_yield();
    }
}

/* At the end of the process only destructors are run: other threads may still be inside.  A program
 * that runs has not come to its end. */
void space_close_all_at_exit(void) {
    struct scope order = {0};
    atomic_store(&ending, true); /* before anybody's stage is looked at */
    for (struct isolde_space *s = space_newest; s != NULL; s = s->next)
        if (s->run == NULL &&
            atomic_load(&atomic_load(&s->leader)->stage) <= SPACE_AWAITS_DESTRUCTORS)
            add_images(&order, s, NULL);
    finalise(&order);
}
