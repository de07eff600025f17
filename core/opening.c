/* opening.c - dlopen(3) in a space.
 *
 * An open is decided as a whole before anything of it becomes visible: files are found and mapped,
 * versions checked, everything relocated; only then are the images entered in the space's books,
 * shown to debuggers and initialised.  Whatever fails on the way is undone in one place, undo(),
 * and the space is as it was.  What must be asked of others with no lock held (of glibc, of another
 * space) is noted by the attempt, which is undone, and answered before the next one. */
#include "opening.h"

#include <stdlib.h>
#include <string.h>

/* The root's search list becomes a scope of everything in it. */
static int make_scopes(struct opening *o) {
    struct image *root = o->root;
    if (root->search_list.count == 0) {
        o->made_search_list = true;
        if (scope_build(root) < 0)
            return -1;
        for (size_t i = 0; i < root->search_list.count; i++)
            if (root->search_list.list[i]->space != NULL &&
                image_add_scope(root->search_list.list[i], &root->search_list) < 0)
                return -1;
    }
    return scope_order(&o->order, root);
}

static int check_versions(const struct opening *o) {
    for (size_t i = 0; i < o->fresh.count; i++)
        if (versions_check(o->fresh.list[i]) < 0)
            return -1;
    return 0;
}

/* Host images go into the global scope too: what needs them by name is not known by then. */
static int promote(struct isolde_space *space, const struct scope *list) {
    for (size_t i = 0; i < list->count; i++) {
        struct image *image = list->list[i];
        if (image->space ? image->global : scope_has(&space->global, image))
            continue;
        if (scope_add(&space->global, image) < 0)
            return -1;
        if (image->space != NULL) /* all spaces share the host's: not theirs to write to */
            image->global = true;
    }
    return 0;
}

/* The program and what it needs come before all others in the space's global scope. */
static int promote_root(struct opening *o) {
    struct scope *global = &o->space->global;
    if (!(o->mode & RTLD_GLOBAL))
        return 0;
    if (promote(o->space, &o->root->search_list) < 0)
        return -1;
    if (o->run != NULL) {
        o->in_front = global->count - o->global_count;
        scope_rotate(global, o->global_count);
    }
    return 0;
}

/* A debugger finds what a link stands for in the list of its own space. */
static void show(struct opening *o) {
    struct isolde_space *space = o->space;
    if (o->fresh.count > 0) {
        debugger_before(space, RT_ADD);
        for (size_t i = 0; i < o->fresh.count; i++) {
            o->fresh.list[i]->live = 1;
            if (o->fresh.list[i]->linked == NULL) {
                debugger_add_image(space, o->fresh.list[i]);
                unwind_show(o->fresh.list[i]);
            }
            trace_mapped(o->fresh.list[i]);
            o->fresh.list[i]->pinned |= o->fresh.list[i]->dynamic.no_delete;
        }
        debugger_after(space);
        unwind_count((unsigned)o->fresh.count, 0);
    }
}

/* From here on the images are part of the space. */
static void publish(struct opening *o) {
    static atomic_ulong last_sequence; /* of the process: spaces that are linked may end together */
    show(o);
    for (size_t i = 0; i < o->order.count; i++)
        if (o->order.list[i]->sequence == 0)
            o->order.list[i]->sequence = atomic_fetch_add(&last_sequence, 1) + 1;
    if (o->outer == NULL)
        o->root->opens++;
    o->root->pinned |= (o->mode & RTLD_NODELETE) != 0;
}

/* An attempt that only lacked an answer of glibc's leaves its images to the next one, which would
 * find and map just the same: nothing has been written to them. */
static void put_aside(struct opening *o) {
    size_t left = 0;
    for (size_t i = 0; i < o->fresh.count; i++) {
        struct image *image = o->fresh.list[i];
        if (image->linked == NULL && scope_add(&o->aside, image) == 0)
            image_forget_others(image);
        else
            o->fresh.list[left++] = image;
    }
    o->fresh.count = left;
}

static void drop_aside(struct opening *o) {
    if (o->aside.count > 0) {
        world_enter();
        images_free(&o->aside);
        world_leave();
    }
    scope_free(&o->aside);
}

static void undo(struct opening *o) {
    struct isolde_space *space = o->space;
    if (o->root != NULL && o->made_search_list) {
        space_drop_scope(space, &o->root->search_list);
        scope_free(&o->root->search_list);
    }
    if (o->in_front > 0) /* others may be reading it, if nothing has been changed yet */
        scope_rotate(&space->global, o->in_front);
    o->in_front = 0;
    if (o->run != NULL && space->run == o->run)
        space->run = NULL;
    while (space->global.count > o->global_count)
        space->global.list[--space->global.count]->global = false;
    for (size_t i = o->fresh.count; i-- > 0;) {
        struct image *image = o->fresh.list[i];
        unique_forget(space, image);
        scope_remove(&space->images, image);
    }
    for (size_t i = o->fresh.count; i-- > 0;)
        o->fresh.list[i]->tls.carrier = NULL; /* the request's */
    if (requests_pending() && o->wants == NOTHING && !o->relocating && space->run == NULL)
        put_aside(o);
    images_free(&o->fresh);
    o->order.count = 0;
    o->made_search_list = false;
    requests_undone();
}

static int note_lacks(struct opening *o) {
    for (size_t i = 0; i < o->fresh.count; i++)
        if (o->fresh.list[i]->linked == NULL && provide_note(&o->provisions, o->fresh.list[i]) < 0)
            return -1;
    if (o->provisions.lack_count > 0)
        o->wants = LIBRARIES;
    return 0;
}

/* With host=True, what nothing defines may be in a library that nobody has named.  Functions that
 * are bound lazily are looked for first: nobody could load anything at their first call. */
static int relocate(struct opening *o) {
    bool may_look = o->space->host && !o->gave_up && !requests_pending();
    if (may_look && o->lazy && (note_lacks(o) < 0 || o->wants == LIBRARIES))
        return -1;
    o->relocating = true;
    int result = relocate_images(&o->order, o->lazy);
    if (result < 0 && may_look && !requests_pending() && error_last()->code == ISOLDE_ESYMBOL)
        note_lacks(o);
    return result;
}

/* What the answer is, held.  A link to it is not: once the lock is given up, it may go. */
static int keep_for_outer(struct opening *o) {
    if (o->outer == NULL || o->root->space == NULL)
        return 0;
    o->kept = o->root->linked ? o->root->linked : o->root;
    return link_hold(o->outer->space, o->kept);
}

/* A library built to be tested so (CMakeLists.txt) relocates everything three times: what the
 * attempts that are undone leave to be replayed must come to the same. */
static bool rehearses(struct opening *o) {
    if (!REHEARSE || o->run != NULL || o->outer != NULL || o->rehearsals == 2)
        return false;
    o->rehearsals++;
    o->wants = REHEARSAL;
    return true;
}

static int open_stages(struct opening *o) {
    if (load_closure(o) < 0)
        return -1;
    readers_end(o->space); /* not before: reading files and mapping them disturbs no look-up */
    o->changes = true;
    if (make_scopes(o) < 0 || check_versions(o) < 0 || promote_root(o) < 0 || relocate(o) < 0 ||
        requests_pending() || rehearses(o) || keep_for_outer(o) < 0)
        return -1;
    publish(o);
    return 0;
}

static bool valid_mode(int mode) {
    const int known = RTLD_LAZY | RTLD_NOW | RTLD_GLOBAL | RTLD_LOCAL | RTLD_NODELETE |
                      RTLD_NOLOAD | RTLD_DEEPBIND;
    if ((mode & ~known) == 0)
        return true;
    error_set(ISOLDE_EINVALID, NULL, "invalid mode 0x%x: only RTLD_* flags of dlopen(3) may be set",
              (unsigned)mode);
    return false;
}

static bool is_lazy(const struct isolde_space *space, int mode) {
    if (process_bind_now || (mode & RTLD_NOW))
        return false;
    return (mode & RTLD_LAZY) || space->lazy;
}

static bool is_open(const struct isolde_space *space) {
    const struct isolde_space *leader = atomic_load(&space->leader);
    if (atomic_load(&leader->stage) <=
        SPACE_FINALISING) /* destructors may still open and look up */
        return true;
    error_set(ISOLDE_EINVALID, NULL, "space '%s' is closed", space->name);
    return false;
}

/* A handle of the space's own for a host image: it tells the space it belongs to, and is counted.
 */
static struct image *borrow(struct isolde_space *space, struct image *host) {
    struct image *image = NULL;
    for (size_t i = 0; i < space->borrowed.count && image == NULL; i++)
        if (space->borrowed.list[i]->borrows == host)
            image = space->borrowed.list[i];
    if (image == NULL) {
        image = image_new(host->map.l_name);
        if (image == NULL)
            return NULL;
        image->space = space;
        image->borrows = host;
        image->relocated = true;
        image->state = IMAGE_READY;
        if (scope_add(&space->borrowed, image) < 0) {
            image_free(image);
            return NULL;
        }
        image->live = 1;
    }
    image->opens++;
    return image;
}

/* Makes the run one of the space's.  While it lasts nobody else opens there: at its end everything
 * goes that came with it. */
static bool admits(struct isolde_space *space, struct run *run, const char *file) {
    if (run == NULL && (space->run == NULL || space->run == program_of_thread()))
        return true;
    const struct image *program = NULL;
    for (size_t i = 0; i < space->images.count && program == NULL; i++)
        if (space->images.list[i]->program)
            program = space->images.list[i];
    const char *path = program ? program->map.l_name : file;
    struct error_detail detail = {.file = path};
    if (run == NULL)
        error_set(ISOLDE_EBUSY, &detail, "%s: not opened in space '%s' while a program runs in it",
                  file, space->name);
    else if (space->run != NULL)
        error_set(ISOLDE_EBUSY, &detail, "space '%s' runs %s already", space->name, path);
    else if (program != NULL)
        error_set(ISOLDE_EBUSY, &detail,
                  "space '%s' still holds %s of an earlier run: a thread of it has not ended, or a "
                  "library that stays is bound to it",
                  space->name, path);
    else
        space->run = run;
    return run != NULL && space->run == run;
}

/* Opens what is to be the root, or NULL. */
static struct image *load_root(struct opening *o) {
    struct image *root = admits(o->space, o->run, o->file) ? load(o, o->file, NULL) : NULL;
    if (root == NULL || root->program || o->run == NULL)
        return root;
    error_set(ISOLDE_EFORMAT, &(struct error_detail){.file = o->file},
              "%s: not a program but a library, which is open already", o->file);
    return NULL;
}

/* What the open gives is not an image of the space: the host's, or one that a link leads on to. */
static int pass_on(struct opening *o) {
    if (o->outer == NULL)
        return (o->root = borrow(o->space, o->root)) ? 0 : -1;
    return keep_for_outer(o);
}

/* With the lock held the open either is done, or has left nothing. */
static bool attempt(struct opening *o) {
    struct isolde_space *space = o->space;
    o->wants = NOTHING;
    o->relocating = o->changes = false;
    o->provided_before = o->provisions.count;
    world_enter();
    pthread_mutex_lock(&space->lock);
    space->searched = o->provisions.searched;
    o->global_count = space->global.count;
    o->root = load_root(o);
    bool own = o->root != NULL && o->root->space == space && o->root->borrows == NULL;
    bool done = o->root != NULL && (own ? open_stages(o) : pass_on(o)) == 0;
    if (!done)
        undo(o);
    space->searched = 0;
    if (o->changes)
        space_unlock_changed(space);
    else
        pthread_mutex_unlock(&space->lock);
    world_leave();
    if (!done)
        link_release_all(&o->fresh); /* only links are left in it */
    return done;
}

static void forget_answers(struct opening *o) {
    for (size_t i = 0; i < o->answer_count; i++) {
        struct answer *answer = &o->answers[i];
        if (answer->image != NULL && answer->image->space != NULL)
            link_let_go(o->space, answer->image);
        free(answer->from_name);
        free(answer->name);
        free(answer->needed_by);
    }
    free(o->answers);
    o->answers = NULL;
    o->answer_count = o->answer_capacity = 0;
}

static bool find_answer(struct opening *o);

static void find_libraries(struct opening *o) {
    provide_search(&o->provisions, o->space);
    provide_forget_lacks(&o->provisions);
    o->gave_up = o->provisions.count == o->provided_before;
    error_take(); /* what was passed over is no failure of the open */
}

/* Answers, with no lock held, what the attempt that was just undone was lacking. */
static bool answer(struct opening *o, struct requests *requests) {
    bool pending = requests->pending;
    if (pending && requests_answer(requests) < 0)
        return false;
    if (o->wants == A_LINK)
        return find_answer(o);
    if (o->wants == LIBRARIES)
        find_libraries(o);
    return pending || o->wants == LIBRARIES || o->wants == REHEARSAL;
}

/* Attempts, and asks for what an attempt was lacking, until it succeeds or fails for good. */
static bool attempt_until_done(struct opening *o) {
    struct requests requests;
    pthread_mutex_lock(&o->space->lock);
    bool is_open = load_find_by_name(o->space, o->file) != NULL;
    pthread_mutex_unlock(&o->space->lock);
    if (o->space->host)
        host_refresh();
    if (requests_begin(&requests, o->file, o->space->name, !is_open) < 0)
        return false;
    bool done = attempt(o);
    while (!done && answer(o, &requests))
        done = attempt(o);
    requests_end(&requests, o->file);
    drop_aside(o);
    forget_answers(o);
    provide_free(&o->provisions);
    carrier_close_all();
    if (done && o->fresh.count > 0)
        unwind_tell_profilers();
    return done;
}

/* All of an open but the constructors.  As in dlopen(3) no thread is cancelled meanwhile, though
 * open(2) and others are where that happens: it would take our locks along. */
static bool open_image(struct opening *o) {
    int state;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    bool done = attempt_until_done(o);
    pthread_setcancelstate(state, &state);
    return done;
}

/* Adds to an error about what a link was to lead to where that link is. */
static void explain(const struct opening *o, const struct answer *answer, const char *why) {
    const struct isolde_error *inner = error_last();
    int code = why ? ISOLDE_ENOTFOUND : inner->code;
    char *reason = strdup(why ? why : inner->message);
    const char *by = answer->needed_by;
    error_set(code, &(struct error_detail){.file = answer->name, .needed_by = by},
              "%s%s%s: space '%s' takes it from space '%s'%s%s", answer->name,
              by ? ", needed by " : "", by ? by : "", o->space->name, answer->from_name,
              why ? ", " : ": ", reason ? reason : "out of memory");
    free(reason);
}

/* Whether an open that waits for this one has asked the same: it would never be answered. */
static bool in_a_ring(const struct opening *o, const struct answer *answer) {
    for (const struct opening *outer = o; outer != NULL; outer = outer->outer)
        if (outer->space == answer->from && outer->space->id == answer->from_id &&
            strcmp(outer->file, answer->name) == 0)
            return true;
    return false;
}

static bool open_elsewhere(const struct opening *o, struct answer *answer) {
    struct opening inner = {
        .space = answer->from,
        .file = answer->name,
        .outer = o,
        .mode = o->mode & RTLD_NOLOAD,
        .lazy = is_lazy(answer->from, 0),
    };
    bool done = open_image(&inner);
    if (done)
        answer->image = inner.kept ? inner.kept : inner.root;
    scope_free(&inner.fresh);
    scope_free(&inner.order);
    return done;
}

/* Asks the space that a link leads to, no lock held. */
static bool find_answer(struct opening *o) {
    struct answer *answer = &o->answers[o->answer_count - 1];
    if (in_a_ring(o, answer)) {
        explain(
            o, answer,
            "which waits for this very open: of spaces linked in a ring one must open it itself, "
            "and files that need each other belong in one space");
        return false;
    }
    if (!calls_visit_with_id(answer->from, answer->from_id)) {
        explain(o, answer, "which is closed; link it to an open one");
        return false;
    }
    bool done = open_elsewhere(o, answer);
    calls_visit_ends(answer->from);
    if (!done && (o->mode & RTLD_NOLOAD))
        load_not_open_here(o, answer->name);
    else if (!done)
        explain(o, answer, NULL);
    return done;
}

/* dlopen(3) in SPACE.  The handle is the image, or the space itself for its global scope. */
void *space_open(struct isolde_space *space, const char *file, int mode, struct image *caller) {
    if (!valid_mode(mode) || !is_open(space))
        return NULL;
    if (file == NULL || *file == '\0')
        return space;
    struct opening o = {
        .space = space, .file = file, .caller = caller, .mode = mode, .lazy = is_lazy(space, mode)};
    exceptions_refresh();
    bool done = open_image(&o);
    if (done && lifecycle_initialise(space, &o.order) < 0)
        done = false;
    scope_free(&o.fresh);
    scope_free(&o.order);
    return done ? o.root : NULL;
}

/* ---- programs
 * -------------------------------------------------------------------------------------- */

struct image *space_open_program(struct isolde_space *space, const char *file, struct run *run,
                                 struct scope *order) {
    struct opening o = {.space = space,
                        .file = file,
                        .mode = RTLD_GLOBAL,
                        .lazy = is_lazy(space, RTLD_GLOBAL),
                        .run = run};
    exceptions_refresh();
    bool done = open_image(&o);
    scope_free(&o.fresh);
    *order = o.order;
    return done ? o.root : NULL;
}
