/* link.c - libraries that one space takes from another.
 *
 * A link is an image without a mapping: it stands in the user's lists, so everything that holds for
 * an image of the space (who depends on it, who has opened it, when it goes) holds for it too, and
 * it keeps the image that it stands for, the provider's, mapped.  Only look-ups go through it:
 * they find what that image itself defines, not what its dependencies do.
 *
 * Two spaces are involved, and never are both locked: what a link is to stand for is opened in the
 * provider's space first, with no lock of the user's held, and is kept from then on by a count that
 * needs neither lock (space.c starts the user's open anew with the answer).  The image can be read
 * without its own space's lock, because what is read of it does not change once it is relocated.
 * Rejected: one lock for all linked spaces, under which an open would map into several at once. It
 * would serve libraries that need each other across spaces, and nothing else.
 *
 * A closed space whose images others hold waits for them.  Spaces that hold each other would wait
 * for ever; once all who hold any of them are closed they end together, as if they were one. */
#include "loader.h"
#include "thread.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* Guards the holders of every space and who ends with whom.  A leaf. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void link_lock(void) { pthread_mutex_lock(&lock); }
void link_unlock(void) { pthread_mutex_unlock(&lock); }

/* ---- what is taken from where ------------------------------------------------------------------
 */

static int refused(const char *what, const struct isolde_space *space,
                   const struct isolde_space *from, const char *why) {
    error_set(ISOLDE_EINVALID, NULL, "cannot link space '%s' to space '%s'%s%s: %s", space->name,
              from->name, *what ? " for " : "", what, why);
    return -1;
}

/* Later opens in SPACE take what SONAMES (globs) match from FROM. */
int link_declare(struct isolde_space *space, struct isolde_space *from,
                 const char *const *sonames) {
    if (space == from)
        return refused("", space, from, "they are one space");
    if (sonames == NULL || *sonames == NULL)
        return refused("", space, from, "no soname is given");
    for (size_t i = 0; sonames[i] != NULL; i++)
        if (host_always_shares(sonames[i]))
            return refused(sonames[i], space, from, "all spaces take it from the host");
    struct link link = {.from = from, .from_id = from->id};
    world_enter();
    pthread_mutex_lock(&space->lock);
    struct link *links =
        array_grow(space->links, space->link_count, &space->link_capacity, sizeof *links);
    bool done = links != NULL && (link.from_name = strdup(from->name)) != NULL &&
                (link.sonames = strings_copy(sonames)) != NULL;
    if (links != NULL)
        space->links = links;
    if (done)
        space->links[space->link_count++] = link;
    pthread_mutex_unlock(&space->lock);
    world_leave();
    if (done)
        return 0;
    free(link.from_name);
    error_set(ISOLDE_EMEMORY, NULL, "out of memory");
    return -1;
}

const struct link *link_for(const struct isolde_space *space, const char *name) {
    if (LIKELY(space->link_count == 0) || strchr(name, '/') != NULL || host_always_shares(name))
        return NULL;
    for (size_t i = space->link_count; i-- > 0;)
        for (char **glob = space->links[i].sonames; *glob != NULL; glob++)
            if (fnmatch(*glob, name, 0) == 0)
                return &space->links[i];
    return NULL;
}

void link_free_all(struct isolde_space *space) {
    for (size_t i = 0; i < space->link_count; i++) {
        free(space->links[i].from_name);
        strings_free(space->links[i].sonames);
    }
    free(space->links);
    space->links = NULL;
    space->link_count = space->link_capacity = 0;
}

/* ---- who holds what ----------------------------------------------------------------------------
 */

static struct holder *holder_of(const struct isolde_space *space,
                                const struct isolde_space *holder) {
    for (size_t i = 0; i < space->holder_count; i++)
        if (space->holders[i].space == holder)
            return &space->holders[i];
    return NULL;
}

static int count_link(struct isolde_space *holder, struct image *image) {
    struct isolde_space *space = image->space;
    struct holder *found = holder_of(space, holder);
    if (found == NULL) {
        struct holder *holders =
            array_grow(space->holders, space->holder_count, &space->holder_capacity, sizeof *found);
        if (holders == NULL)
            return -1;
        space->holders = holders;
        found = &holders[space->holder_count++];
        *found = (struct holder){holder, 0};
    }
    found->links++;
    atomic_fetch_add(&image->links, 1);
    return 0;
}

int link_hold(struct isolde_space *holder, struct image *image) {
    link_lock();
    int result = count_link(holder, image);
    link_unlock();
    return result;
}

/* Whether that was the last link to IMAGE.  Either way IMAGE may be gone now. */
static bool uncount_link(const struct isolde_space *holder, struct image *image) {
    struct isolde_space *space = image->space;
    link_lock();
    struct holder *found = holder_of(space, holder);
    if (found != NULL && --found->links == 0)
        *found = space->holders[--space->holder_count];
    bool last = atomic_fetch_sub(&image->links, 1) == 1;
    link_unlock();
    return last;
}

/* The slot of a space outlives it, and to ask the next one in it to look around harms nothing. */
void link_let_go(struct isolde_space *holder, struct image *image) {
    struct isolde_space *space = image->space;
    if (uncount_link(holder, image) && thread_rest() != NULL) {
        atomic_store(&space->sweep_wanted, true);
        space_sweep(space);
    }
    space_proceed(space);
}

void link_release_all(struct scope *links) {
    for (size_t i = 0; i < links->count; i++) {
        struct image *link = links->list[i];
        link_let_go(link->space, link->linked);
        image_free(link);
    }
    links->count = 0;
}

/* The child has only the forking thread: the opens of others, and what they held, are gone. */
void link_recount_after_fork(struct isolde_space *spaces) {
    for (struct isolde_space *s = spaces; s != NULL; s = s->next) {
        s->holder_count = 0;
        for (size_t i = 0; i < s->images.count; i++)
            atomic_store(&s->images.list[i]->links, 0);
    }
    for (struct isolde_space *s = spaces; s != NULL; s = s->next)
        for (size_t i = 0; i < s->images.count; i++)
            if (s->images.list[i]->linked != NULL)
                count_link(s, s->images.list[i]->linked);
}

/* ---- the image that stands for another ---------------------------------------------------------
 */

/* A link to TARGET, which the caller keeps mapped meanwhile. */
struct image *link_new(struct isolde_space *space, struct image *target, struct image *needer) {
    struct image *link = image_new(target->map.l_name);
    if (link == NULL)
        return NULL;
    link->space = space;
    link->soname = target->soname;
    link->dynamic.soname = target->dynamic.soname;
    link->file = target->file;
    link->loader = needer;
    link->needed_by = needer ? strdup(needer->map.l_name) : NULL;
    link->why = "link";
    link->relocated = true;
    if (link_hold(space, target) == 0) {
        link->linked = target;
        return link;
    }
    image_free(link);
    return NULL;
}

/* Runs the constructors of what LINK stands for, and of what that needs, if nobody has yet. */
void link_initialise(const struct image *link) {
    struct isolde_space *space = link->linked->space;
    struct scope order = {0};
    world_enter();
    pthread_mutex_lock(&space->lock);
    int result = scope_order(&order, link->linked);
    pthread_mutex_unlock(&space->lock);
    world_leave();
    if (result == 0)
        lifecycle_initialise(space, &order);
    scope_free(&order);
}

/* ---- spaces that end together ------------------------------------------------------------------
 */

/* Links that a sweep has taken out of the space are no longer in its lists: none can cut them. */
static bool waits(const struct isolde_space *space) {
    return atomic_load(&space->stage) == SPACE_AWAITS_LINKS &&
           atomic_load(&space->leader) == space && atomic_load(&space->letting_go) == 0;
}

/* Chains to SPACE all who hold it, directly or not; false: one of them is not waiting. */
static bool gather(struct isolde_space *space) {
    struct isolde_space *last = space;
    for (struct isolde_space *member = space; member != NULL; member = member->next_member)
        for (size_t i = 0; i < member->holder_count; i++) {
            struct isolde_space *holder = member->holders[i].space;
            if (!waits(holder))
                return false;
            if (holder->next_member == NULL && holder != last) {
                last->next_member = holder;
                last = holder;
            }
        }
    return true;
}

static void disperse(struct isolde_space *space) {
    for (struct isolde_space *next; space != NULL; space = next) {
        next = space->next_member;
        space->next_member = NULL;
    }
}

static bool end_together(struct isolde_space *space) {
    if (!waits(space))
        return false;
    if (!gather(space)) {
        disperse(space);
        return false;
    }
    for (struct isolde_space *m = space->next_member; m != NULL; m = m->next_member)
        atomic_store(&m->leader, space);
    atomic_store(&space->stage, SPACE_AWAITS_DESTRUCTORS);
    return true;
}

/* Takes SPACE, which is closed, and all who hold it and each other, on from SPACE_AWAITS_LINKS.
 * false: one of them is open still, or ends already and will let go. */
bool link_end_company(struct isolde_space *space) {
    link_lock();
    bool ends = end_together(space);
    link_unlock();
    return ends;
}
