/* readers.c - looking up in a space while others change it.
 *
 * A look-up by dlsym(3) or by a lazy binding changes nothing, and is over in less time than a lock
 * takes.  So it takes none: the thread says in a word of its own which space it reads, and reads if
 * the space is `readable`.  Who changes what is read (the scopes, the images in them) holds the
 * space's lock, makes the space unreadable, and waits until no thread reads it.  Each of the two
 * writes first and looks then, so one of them sees the other.
 *
 * An unreadable space becomes readable again by the next reader, who takes the lock for that.  So a
 * space in which nobody looks anything up is changed at no cost.
 *
 * What is read this way: an image's scopes, dependencies, `bound`, search list and filtees, the
 * space's global scope and lender, and of a fresh image all, once it stands in one of those.  The
 * list of a space's images is not.  A reader takes no lock and runs no code of others'; what needs
 * either (a unique symbol, an image's own IFUNC or TLS, a new dependency) is looked up again with
 * the space's lock.
 *
 * A signal handler may interrupt a look-up, and then looks up in its own right: within that one's
 * reading if the space was found readable (`inside`); else that one is made to begin anew.  What it
 * does besides must not wait for the space's lock, which somebody may hold who waits for the
 * look-up; but no leaf lock is held during that wait.
 *
 * Rejected: a read-write lock, and counters in the space (two atomic operations each, on a line
 * that all threads share); a sequence lock, which cannot keep an image mapped; membarrier(2), which
 * would spare a reader the one atomic operation, and cost a change a system call that not every
 * sandbox allows. */
#include "thread.h"

/* Under valgrind never: its helgrind follows locks and no atomics, and would report every look-up.
 */
static bool make_readable(struct thread_rest *rest, struct isolde_space *space) {
    pthread_mutex_lock(&space->lock);
    bool changes = space->changes > 0; /* this thread, further out */
    bool may = !changes && !process_under_valgrind;
    if (may) {
        atomic_store(&rest->reading, space);
        atomic_store(&space->readable, true);
        may = readers_settle(rest, space);
        if (!may)
            readers_leave(rest);
    }
    pthread_mutex_unlock(&space->lock);
    return may;
}

/* SPACE must stay, whatever others do.  READERS_REFUSED: it is to be read with its lock. */
enum readers_entry readers_enter(struct thread_rest *rest, struct isolde_space *space) {
    if (LIKELY(readers_try(rest, space)))
        return READERS_ENTERED;
    if (rest == NULL)
        return READERS_REFUSED;
    const struct isolde_space *reading = atomic_load_explicit(&rest->reading, memory_order_relaxed);
    bool inside = atomic_load_explicit(&rest->inside, memory_order_relaxed);
    if (reading != NULL && inside) /* in a signal handler, in the middle of a look-up */
        return reading == space ? READERS_INSIDE : READERS_REFUSED;
    if (reading != NULL) /* or of its beginning: it is to begin anew */
        atomic_store_explicit(&rest->reading, NULL, memory_order_release);
    return make_readable(rest, space) ? READERS_ENTERED : READERS_REFUSED;
}

/* Takes the lock of SPACE and waits until nobody reads it, but for this thread further out. */
void space_lock_to_change(struct isolde_space *space) {
    pthread_mutex_lock(&space->lock);
    readers_end(space);
}

/* The same of one whose lock is held. */
void readers_end(struct isolde_space *space) {
    space->changes++;
    if (atomic_load_explicit(&space->readable, memory_order_relaxed)) {
        atomic_store(&space->readable, false);
        tls_await_readers(space);
    }
}

void space_unlock_changed(struct isolde_space *space) {
    space->changes--;
    pthread_mutex_unlock(&space->lock);
}

/* A change that another thread of the parent was in the middle of would have kept it from forking.
 */
void readers_reset_after_fork(struct isolde_space *space) {
    space->changes = 0;
    atomic_store(&space->readable, false);
}
