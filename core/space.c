/* space.c - a space: opening, looking up, closing.
 *
 * An open is decided as a whole before anything of it becomes visible: files are found and mapped,
 * versions checked, everything relocated; only then are the images entered in the space's books,
 * shown to debuggers and initialised.  Whatever fails on the way is undone in one place, undo(),
 * and the space is as it was. */
#include "loader.h"
#include "thread.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- opening ------------------------------------------------------------------------------------
 */

struct answer {
    struct isolde_space *from;
    unsigned long from_id;
    char *from_name, *name, *needed_by; /* needed_by: NULL: opened by name */
    struct image *image;                /* kept mapped by the open: one of `from`, or the host's */
};

struct opening {
    struct isolde_space *space;
    const char *file;
    struct image *caller;        /* the image whose code asked; NULL: the host */
    const struct opening *outer; /* the open in another space that this one answers, or NULL */
    struct image *root;
    struct scope fresh, order;
    size_t global_count; /* how long the global scope was before */
    int mode;
    bool lazy, made_search_list;
    enum { NOTHING, A_LINK, LIBRARIES } wants; /* A_LINK: the last of `answers` */
    struct answer *answers;
    size_t answer_count, answer_capacity;
    struct provisions provisions; /* what an underlinked image lacks, and who has it */
    size_t provided_before;
    bool gave_up;    /* no library has what is lacking */
    struct run *run; /* FILE is its program, an executable; or NULL */
    size_t in_front; /* how many it has put before the others of the global scope */
};

static struct image *find_by_name(const struct isolde_space *space, const char *name) {
    for (size_t i = 0; i < space->images.count; i++)
        if (space->images.list[i]->state != IMAGE_DYING &&
            image_has_name(space->images.list[i], name))
            return space->images.list[i];
    return NULL;
}

static struct image *find_by_file(const struct isolde_space *space, const struct stat *status) {
    for (size_t i = 0; i < space->images.count; i++) {
        struct image *image = space->images.list[i];
        if (image->state != IMAGE_DYING && image->file.inode == status->st_ino &&
            image->file.device == status->st_dev)
            return image;
    }
    return NULL;
}

static void absolute_path(const char *path, char *out, size_t size) {
    size_t length = 0;
    while (path[0] == '.' && path[1] == '/')
        for (path += 2; *path == '/';)
            path++;
    if (*path != '/' && getcwd(out, size) != NULL)
        length = strlen(out);
    if (length > 1 && length + 1 < size)
        out[length++] = '/';
    snprintf(out + length, size - length, "%s", path);
}

static int refuse(const struct image *image, const char *what) {
    error_set(ISOLDE_EFORMAT,
              &(struct error_detail){.file = image->map.l_name, .needed_by = image->needed_by},
              "%s: %s", image->map.l_name, what);
    return -1;
}

static int read_image(struct image *image, int fd, const struct stat *status) {
    if (map_file(image, fd, status, image->needed_by) < 0 ||
        (image->executable_stack && request_executable_stacks(image) < 0) ||
        dynamic_read(image, image->needed_by) < 0)
        return -1;
    if (image->program)
        return program_check(image);
    if (image->dynamic.pie)
        return refuse(image, "cannot dynamically load position-independent executable");
    if (image->dynamic.no_open)
        return refuse(image, "shared object cannot be dlopen()ed");
    return 0;
}

static int enter_fresh(struct opening *o, struct image *image, const char *name) {
    if (tls_assign(image) < 0 || addresses_add(image) < 0 ||
        (strchr(name, '/') == NULL && image_add_alias(image, name) < 0) ||
        scope_add(&o->fresh, image) < 0)
        return -1;
    if (scope_add(&o->space->images, image) == 0)
        return 0;
    o->fresh.count--;
    return -1;
}

/* ---- links (link.c)
 * ---------------------------------------------------------------------------------------- */

static void want(struct opening *o, const struct link *link, const char *name,
                 const struct image *needer) {
    struct answer *answers =
        array_grow(o->answers, o->answer_count, &o->answer_capacity, sizeof *answers);
    if (answers == NULL)
        return;
    o->answers = answers;
    struct answer *answer = &answers[o->answer_count++];
    *answer = (struct answer){
        .from = link->from,
        .from_id = link->from_id,
        .from_name = strdup(link->from_name),
        .name = strdup(name),
        .needed_by = needer ? strdup(needer->map.l_name) : NULL,
    };
    if (answer->from_name != NULL && answer->name != NULL)
        o->wants = A_LINK;
    else
        error_set(ISOLDE_EMEMORY, NULL, "out of memory");
}

static const struct answer *answered(const struct opening *o, const struct link *link,
                                     const char *name) {
    for (size_t i = 0; i < o->answer_count; i++)
        if (o->answers[i].from_id == link->from_id && strcmp(o->answers[i].name, name) == 0)
            return &o->answers[i];
    return NULL;
}

static struct image *find_link(const struct isolde_space *space, const struct image *target) {
    for (size_t i = 0; i < space->images.count; i++)
        if (space->images.list[i]->linked == target && space->images.list[i]->state != IMAGE_DYING)
            return space->images.list[i];
    return NULL;
}

/* The image of this space that stands for TARGET. */
static struct image *enter_link(struct opening *o, struct image *target, const char *name,
                                struct image *needer) {
    struct image *link = target->space == o->space ? target : find_link(o->space, target);
    bool fresh = link == NULL;
    if (fresh)
        link = link_new(o->space, target, needer);
    if (link == NULL)
        return NULL;
    if (fresh && scope_add(&o->fresh, link) < 0) {
        struct scope alone = {.list = &link, .count = 1};
        link_release_all(&alone); /* the open itself keeps TARGET: nothing goes now */
        return NULL;
    }
    if (fresh && scope_add(&o->space->images, link) < 0)
        return NULL;
    return image_add_alias(link, name) == 0 ? link : NULL;
}

static struct image *load_linked(struct opening *o, const struct link *link, const char *name,
                                 struct image *needer) {
    const struct answer *answer = answered(o, link, name);
    if (answer == NULL) {
        want(o, link, name, needer);
        return NULL;
    }
    bool passed_on = answer->image->space == NULL || (o->outer != NULL && needer == NULL);
    return passed_on ? answer->image : enter_link(o, answer->image, name, needer);
}

/* ---- files
 * ------------------------------------------------------------------------------------------------
 */

/* Maps the file found for NAME as a new image of the space. */
static struct image *map_fresh(struct opening *o, const char *name, const struct found *found,
                               const struct stat *status, struct image *needer) {
    char path[4096];
    absolute_path(found->path, path, sizeof path);
    struct image *image = image_new(path);
    if (image == NULL)
        return NULL;
    image->space = o->space;
    image->loader = needer;
    image->needed_by = needer ? strdup(needer->map.l_name) : NULL;
    image->why = found->why;
    image->file = (struct file_id){status->st_dev, status->st_ino};
    image->deepbind = o->mode & RTLD_DEEPBIND;
    image->program = o->run != NULL && needer == NULL;
    image->run = program_hold(o->space->run);
    bool ok = read_image(image, found->fd, status) == 0;
    const struct link *link =
        ok && strchr(name, '/') == NULL ? link_for(o->space, image->soname) : NULL;
    if (link != NULL || (ok && host_is_shared(o->space, image->soname))) {
        struct image *other = link != NULL ? load_linked(o, link, image->soname, needer)
                                           : host_shared(image->soname, needer);
        image_free(image);
        return other;
    }
    if (ok && enter_fresh(o, image, name) == 0)
        return image;
    image_free(image);
    return NULL;
}

/* As with dlopen(3) this is an answer rather than an error: isolde_dlerror stays silent. */
static struct image *not_open_here(const struct opening *o, const char *name) {
    error_set(ISOLDE_ENOTFOUND, &(struct error_detail){.file = name},
              "%s is not open in space '%s' (RTLD_NOLOAD)", name, o->space->name);
    error_take();
    return NULL;
}

static struct image *load_file(struct opening *o, const char *name, struct image *needer) {
    struct image *searcher = needer ? needer : o->caller;
    struct found found;
    struct stat status;
    if (search_file(o->space, searcher ? searcher : host_program(), name, &found) < 0)
        return NULL;
    struct image *image = NULL;
    if (fstat(found.fd, &status) < 0) {
        error_set(ISOLDE_EFORMAT, &(struct error_detail){.file = found.path}, "%s: %s", found.path,
                  strerror(errno));
    } else if ((image = find_by_file(o->space, &status)) != NULL) {
        if (strchr(name, '/') == NULL && image_add_alias(image, name) < 0)
            image = NULL;
    } else {
        image = host_same_file(&(struct file_id){status.st_dev, status.st_ino});
        if (image != NULL && !host_is_shared(o->space, image->soname))
            image = NULL;
        if (image == NULL)
            image = o->mode & RTLD_NOLOAD ? not_open_here(o, name)
                                          : map_fresh(o, name, &found, &status, needer);
    }
    close(found.fd);
    return image;
}

static struct image *load_shared(const struct opening *o, const char *name, struct image *needer) {
    if (!(o->mode & RTLD_NOLOAD))
        return host_shared(name, needer);
    struct image *image = host_find(name);
    if (image == NULL)
        image = request_loaded(name);
    return image ? image : not_open_here(o, name);
}

/* The image that NAME means to NEEDER (NULL: to the one who opens): loaded already, another
 * space's, the host's, or mapped now. */
static struct image *load(struct opening *o, const char *name, struct image *needer) {
    const struct image *holder = needer ? needer : o->caller ? o->caller : host_program();
    char *expanded = strchr(name, '$') ? search_expand(holder, name) : NULL;
    if (expanded != NULL)
        name = expanded;
    struct image *image = find_by_name(o->space, name);
    const struct link *link = image == NULL ? link_for(o->space, name) : NULL;
    if (link != NULL)
        image = load_linked(o, link, name, needer);
    else if (image == NULL && strchr(name, '/') == NULL && host_is_shared(o->space, name))
        image = load_shared(o, name, needer);
    else if (image == NULL)
        image = load_file(o, name, needer);
    free(expanded);
    return image;
}

/* DT_FILTER and DT_AUXILIARY: objects that define what IMAGE only announces.  glibc takes both for
 * what may be missing. */
static int load_filtees(struct opening *o, struct image *image) {
    for (size_t i = 0; i < image->dynamic.filtee_count; i++) {
        struct image *filtee = load(o, image->dynamic.filtees[i], image);
        if (o->wants != NOTHING)
            return -1;
        if (filtee != NULL &&
            (scope_add(&image->filtees, filtee) < 0 || scope_add(&image->dependencies, filtee) < 0))
            return -1;
    }
    return 0;
}

static int depend(struct image *image, struct image *needed) {
    if (needed == NULL)
        return -1;
    return scope_has(&image->dependencies, needed) ? 0 : scope_add(&image->dependencies, needed);
}

/* What IMAGE should have named in DT_NEEDED (provide.c). */
static int load_provision(struct opening *o, const struct provision *provision,
                          struct image *image) {
    size_t count = o->fresh.count;
    const char *soname = provision->soname;
    bool elsewhere = host_is_shared(o->space, soname) || link_for(o->space, soname);
    struct image *provider = find_by_name(o->space, provision->file);
    if (provider == NULL)
        provider = load(o, elsewhere ? soname : provision->file, image);
    if (provider != NULL && o->fresh.count > count && provider == o->fresh.list[count] &&
        (provider->provides = strdup(provision->why)) != NULL)
        provider->why = provider->provides;
    return depend(image, provider);
}

static int load_dependencies(struct opening *o, struct image *image) {
    if (load_filtees(o, image) < 0)
        return -1;
    for (size_t i = 0; i < image->dynamic.needed_count; i++)
        if (depend(image, load(o, image->dynamic.needed[i], image)) < 0)
            return -1;
    for (size_t i = 0; i < o->provisions.count; i++)
        if (strcmp(o->provisions.list[i].needer, image->map.l_name) == 0 &&
            load_provision(o, &o->provisions.list[i], image) < 0)
            return -1;
    return 0;
}

static int load_closure(struct opening *o) {
    for (size_t i = 0; i < o->fresh.count; i++)
        if (load_dependencies(o, o->fresh.list[i]) < 0)
            return -1;
    return 0;
}

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
        image->global = image->space != NULL;
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
            if (o->fresh.list[i]->linked == NULL)
                debugger_add_image(space, o->fresh.list[i]);
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

static void drop_scope(struct isolde_space *space, const struct scope *scope) {
    for (size_t i = 0; i < space->images.count; i++)
        image_remove_scope(space->images.list[i], scope);
}

/* Frees the images of LIST, latest first.  Links are left in it, to be released when no lock is
 * held. */
static void free_mapped(struct scope *list) {
    for (size_t i = list->count; i-- > 0;)
        if (list->list[i]->linked == NULL) {
            image_free(list->list[i]);
            list->list[i] = NULL;
        }
    scope_remove(list, NULL);
}

static void undo(struct opening *o) {
    struct isolde_space *space = o->space;
    if (o->root != NULL && o->made_search_list) {
        drop_scope(space, &o->root->search_list);
        scope_free(&o->root->search_list);
    }
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
    free_mapped(&o->fresh);
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
    int result = relocate_images(&o->order, o->lazy);
    if (result < 0 && may_look && !requests_pending() && error_last()->code == ISOLDE_ESYMBOL)
        note_lacks(o);
    return result;
}

static int keep_for_outer(const struct opening *o) {
    if (o->outer == NULL)
        return 0;
    return link_hold(o->outer->space, o->root->linked ? o->root->linked : o->root);
}

static int open_stages(struct opening *o) {
    if (load_closure(o) < 0 || make_scopes(o) < 0 || check_versions(o) < 0 || promote_root(o) < 0 ||
        relocate(o) < 0 || requests_pending() || keep_for_outer(o) < 0)
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

static void end_borrowing(struct image *image) {
    image->live = 0;
    scope_remove(&image->space->borrowed, image);
    image_free(image);
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
    return o->root->space == NULL ? 0 : link_hold(o->outer->space, o->root);
}

/* With the lock held the open either is done, or has left nothing. */
static bool attempt(struct opening *o) {
    struct isolde_space *space = o->space;
    o->wants = NOTHING;
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
    return pending || o->wants == LIBRARIES;
}

/* Attempts, and asks for what an attempt was lacking, until it succeeds or fails for good.  Runs no
 * constructors. */
static bool open_image(struct opening *o) {
    struct requests requests;
    pthread_mutex_lock(&o->space->lock);
    bool is_open = find_by_name(o->space, o->file) != NULL;
    pthread_mutex_unlock(&o->space->lock);
    if (o->space->host)
        host_refresh();
    if (requests_begin(&requests, o->file, o->space->name, !is_open) < 0)
        return false;
    bool done = attempt(o);
    while (!done && answer(o, &requests))
        done = attempt(o);
    requests_end(&requests, o->file);
    forget_answers(o);
    provide_free(&o->provisions);
    carrier_close_all();
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
        if (outer->space == answer->from && strcmp(outer->file, answer->name) == 0)
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
        answer->image = inner.root->linked ? inner.root->linked : inner.root;
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
        not_open_here(o, answer->name);
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

/* ---- looking up
 * ----------------------------------------------------------------------------------- */

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
        refuse(binding->image, "a thread-local symbol lies outside the PT_TLS segment");
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
    return symbol_in_scope(&space->global, 0, query, binding) ||
           host_lookup_shared(space, &space->global, query, binding) ||
           (space->host && host_lookup_any(space, query, binding));
}

/* A link's handle leads to the dependencies as well: only look-ups that pass by see just the image.
 */
static bool in_image_and_dependencies(struct image *image, const struct query *query,
                                      struct binding *binding) {
    const struct isolde_space *space = image->space;
    struct scope alone = {.list = &image, .count = 1};
    struct image *link = image->linked ? image : NULL;
    image = link ? image->linked : image;
    const struct scope *list = image->search_list.count ? &image->search_list : &alone;
    bool found = (image->space != NULL && symbol_in_scope(list, 0, query, binding)) ||
                 host_lookup_listed(space, image->space ? list : &alone, query, binding) ||
                 host_lookup_listed(space, &image->dependencies, query, binding);
    if (found && link != NULL && binding->link == NULL && binding->image != NULL)
        binding->link = link;
    return found;
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
    pthread_mutex_lock(&space->lock);
    bool found = image ? in_image_and_dependencies(image, query, &binding)
                       : in_global_scope(space, query, &binding);
    void *address =
        found ? space_bound_address(asker ? asker : image, space, query, &binding) : NULL;
    if (!found)
        symbol_missing(image ? image->map.l_name : "the global scope", space, query);
    pthread_mutex_unlock(&space->lock);
    world_leave();
    return address;
}

/* ---- closing handles
 * -------------------------------------------------------------------------------- */

static void mark(struct image *image) {
    if (image->space == NULL || image->visited)
        return;
    image->visited = true;
    for (size_t i = 0; i < image->dependencies.count; i++)
        mark(image->dependencies.list[i]);
    for (size_t i = 0; i < image->bound.count; i++)
        mark(image->bound.list[i]);
}

static int latest_first(const void *a, const void *b) {
    const struct image *x = *(struct image *const *)a, *y = *(struct image *const *)b;
    return (x->sequence < y->sequence) - (x->sequence > y->sequence);
}

static bool in_threads(const struct image *image) {
    return atomic_load(&image->tls_destructors) > 0 || atomic_load(&image->threads) > 0;
}

/* Whether code of IMAGE runs, or will run, in some thread, which then is to look again. */
static bool wanted_by_threads(const struct image *image) {
    if (!in_threads(image))
        return false;
    atomic_store(&image->space->sweep_wanted, true);
    return in_threads(image); /* the thread may just have missed the wish */
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

/* Moves the images that nothing holds any more to DEAD, latest initialised first. */
static int collect(struct isolde_space *space, struct scope *dead) {
    for (size_t i = 0; i < space->images.count; i++) {
        struct image *image = space->images.list[i];
        bool held = image->opens > 0 || image->pinned || image->unique_definer ||
                    atomic_load(&image->links) > 0 || image->state == IMAGE_INITIALISING ||
                    image->state == IMAGE_DYING;
        if (held || wanted_by_threads(image))
            mark(image);
    }
    int result = 0;
    for (size_t i = 0; i < space->images.count; i++) {
        struct image *image = space->images.list[i];
        if (!image->visited && result == 0 && (result = scope_add(dead, image)) == 0) {
            image->state = IMAGE_DYING;
            if (image->global)
                scope_remove(&space->global, image);
        }
        image->visited = false;
    }
    if (dead->count > 0) {
        qsort(dead->list, dead->count, sizeof *dead->list, latest_first);
        part(space, dead);
    }
    return result;
}

static void unmap(struct isolde_space *space, struct scope *dead) {
    if (dead->count == 0)
        return;
    debugger_before(space, RT_DELETE);
    for (size_t i = 0; i < dead->count; i++) {
        struct image *image = dead->list[i];
        image->live = 0;
        trace_unmapped(image);
        debugger_remove_image(space, image);
        scope_remove(&space->images, image);
        drop_scope(space, &image->search_list);
        for (size_t j = 0; j < space->images.count; j++)
            scope_remove(&space->images.list[j]->bound, image);
    }
    unwind_count(0, (unsigned)dead->count);
    for (size_t i = 0; i < dead->count; i++)
        lifecycle_release(dead->list[i]);
    free_mapped(dead);
    debugger_after(space);
}

/* Finalises and unmaps what nothing holds any more, both without the space's lock in between.
 * Returns how many images, or -1.  LINKS receives the links among them. */
static int sweep_once(struct isolde_space *space, struct scope *links) {
    struct scope dead = {0};
    world_enter();
    pthread_mutex_lock(&space->lock);
    int result = collect(space, &dead);
    pthread_mutex_unlock(&space->lock);
    world_leave();
    for (size_t i = 0; i < dead.count; i++)
        lifecycle_finalise(dead.list[i]);
    result = result < 0 ? -1 : (int)dead.count;
    world_enter();
    pthread_mutex_lock(&space->lock);
    unmap(space, &dead);
    pthread_mutex_unlock(&space->lock);
    world_leave();
    carrier_close_all();
    for (size_t i = 0; i < dead.count && result >= 0; i++)
        result = scope_add(links, dead.list[i]) < 0 ? -1 : result;
    scope_free(&dead);
    return result;
}

/* Again, because destructors give up references too.  The caller releases LINKS. */
static int sweep(struct isolde_space *space, struct scope *links) {
    int count;
    do
        count = sweep_once(space, links);
    while (count > 0);
    return count;
}

static void release(struct scope *links) {
    link_release_all(links);
    scope_free(links);
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
    pthread_mutex_lock(&space->lock);
    let_go(space, run);
    pthread_mutex_unlock(&space->lock);
    world_leave();
    struct scope links = {0};
    sweep(space, &links);
    release(&links);
}

/* A child forked by a destructor has forgotten its parent's holds. */
void space_unhold(struct isolde_space *space) {
    unsigned holds = atomic_load(&space->holds);
    while (holds > 0 && !atomic_compare_exchange_weak(&space->holds, &holds, holds - 1))
        continue;
}

/* Called when a thread, or a thread's destructor, has let go of an image.  Looks further only if a
 * close has had to leave an image to it.  A close of the space waits for it. */
void space_sweep(struct isolde_space *space) {
    struct thread_rest *rest = isolde_thread.rest;
    struct scope links = {0};
    if (!atomic_load(&space->sweep_wanted) || rest == NULL)
        return;
    atomic_fetch_add(&space->holds, 1);
    if (atomic_load(&space->stage) == SPACE_OPEN) {
        atomic_store(&space->sweep_wanted, false);
        struct isolde_space *outer = rest->sweeping;
        rest->sweeping = space;
        sweep(space, &links);
        rest->sweeping = outer;
    }
    unsigned long id = space->id;
    space_unhold(space);
    release(&links);
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
    pthread_mutex_lock(&space->lock);
    unsigned long calls = during_calls ? 0 : atomic_load(&space->calls);
    if (image->opens == 0) {
        not_open(image);
    } else if (image->opens == 1 && calls > 0) {
        in_use(image, calls);
    } else {
        image->opens--;
        result = 0;
        if (image->opens == 0 && image->borrows != NULL)
            end_borrowing(image);
    }
    pthread_mutex_unlock(&space->lock);
    world_leave();
    return result;
}

static int close_image(struct image *image, bool during_calls) {
    struct isolde_space *space = image->space;
    unsigned long id = space->id;
    struct scope links = {0};
    if (give_back(space, image, during_calls) < 0)
        return -1;
    /* While the space closes, the close takes everything. */
    int result = atomic_load(&space->stage) == SPACE_OPEN ? sweep(space, &links) : 0;
    release(&links);
    space_end_if_empty(space, id);
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

/* ---- spaces
 * --------------------------------------------------------------------------------------------- */

struct isolde_space *space_newest; /* guarded by the pool's lock */

void strings_free(char **strings) {
    for (size_t i = 0; strings != NULL && strings[i] != NULL; i++)
        free(strings[i]);
    free(strings);
}

char **strings_copy(const char *const *strings) {
    size_t count = 0;
    while (strings != NULL && strings[count] != NULL)
        count++;
    char **copy = calloc(count + 1, sizeof *copy);
    for (size_t i = 0; copy != NULL && i < count; i++)
        if ((copy[i] = strdup(strings[i])) == NULL) {
            strings_free(copy);
            return NULL;
        }
    return copy;
}

static void release_space(struct isolde_space *space) {
    free(space->name);
    strings_free(space->search_path);
    strings_free(space->shared);
    scope_free(&space->images);
    scope_free(&space->global);
    scope_free(&space->borrowed);
    free(space->unique);
    link_free_all(space);
    free(space->holders);
    pthread_mutex_destroy(&space->lock);
    pthread_cond_destroy(&space->initialised);
    space_slot_free(space);
}

static void reset_locks(struct isolde_space *space) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&space->lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
    pthread_cond_init(&space->initialised, NULL);
}

static bool privatises(const char *const *shared) {
    while (shared != NULL && *shared != NULL && **shared != '!')
        shared++;
    return shared != NULL && *shared != NULL;
}

static void fill_space(struct isolde_space *space, const char *name,
                       const struct isolde_options *options) {
    static atomic_ulong last_id;
    static const struct isolde_options none;
    const struct isolde_options *o = options ? options : &none;
    space->last_map = NULL;
    space->id = atomic_fetch_add(&last_id, 1) + 1;
    space->name = NULL;
    if (name != NULL)
        space->name = strdup(name);
    else if (asprintf(&space->name, "space-%lu", space->id) < 0)
        space->name = NULL;
    space->search_path = strings_copy(o->search_path);
    space->shared = strings_copy(o->shared);
    space->privatises = privatises(o->shared);
    space->host = o->host;
    space->lazy = o->lazy;
    space->ends_when_empty = false;
    space->images = space->global = space->borrowed = (struct scope){0};
    space->run = NULL;
    space->unique = NULL;
    space->unique_count = space->unique_capacity = space->searched = 0;
    space->links = NULL;
    space->holders = NULL;
    space->link_count = space->link_capacity = space->holder_count = space->holder_capacity = 0;
    atomic_store(&space->leader, space);
    space->next_member = NULL;
    atomic_store(&space->made_keys, false);
    atomic_store(&space->sweep_wanted, false);
    atomic_store(&space->stage, SPACE_OPEN);
    reset_locks(space);
}

static void enter_list(struct isolde_space *space) {
    pool_lock();
    space->live = 1;
    space->previous = NULL;
    space->next = space_newest;
    if (space_newest != NULL)
        space_newest->previous = space;
    space_newest = space;
    pool_unlock();
}

static void leave_list(struct isolde_space *space) {
    pool_lock();
    if (space->previous != NULL)
        space->previous->next = space->next;
    else
        space_newest = space->next;
    if (space->next != NULL)
        space->next->previous = space->previous;
    pool_unlock();
}

struct isolde_space *space_new(const char *name, const struct isolde_options *options) {
    if (options != NULL && options->size != sizeof *options) {
        error_set(ISOLDE_EINVALID, NULL,
                  "isolde_options.size is %zu, not sizeof(struct "
                  "isolde_options) = %zu",
                  options->size, sizeof *options);
        return NULL;
    }
    if (options != NULL && host_check_policy(options->shared) < 0)
        return NULL;
    unwind_start();
    world_enter();
    struct isolde_space *space = space_slot_new();
    if (space != NULL) {
        fill_space(space, name, options);
        if (space->name == NULL || space->search_path == NULL || space->shared == NULL) {
            error_set(ISOLDE_EMEMORY, NULL, "out of memory");
            release_space(space);
            space = NULL;
        } else {
            debugger_add_space(space);
            enter_list(space);
        }
    }
    world_leave();
    return space;
}

size_t space_list(struct isolde_space **spaces, size_t capacity) {
    size_t count = 0;
    pool_lock();
    for (struct isolde_space *s = space_newest; s != NULL; s = s->next)
        if (atomic_load(&s->stage) == SPACE_OPEN) {
            if (count < capacity)
                spaces[count] = s;
            count++;
        }
    pool_unlock();
    return count;
}

/* The open space behind HELD in the list, held, so that it stays; NULL: there is none. */
struct isolde_space *space_hold_next(struct isolde_space *held) {
    pool_lock();
    struct isolde_space *space = held ? held->next : space_newest;
    for (; space != NULL; space = space->next) {
        atomic_fetch_add(&space->holds, 1);
        if (atomic_load(&space->stage) == SPACE_OPEN)
            break;
        atomic_fetch_sub(&space->holds, 1);
    }
    pool_unlock();
    return space;
}

struct isolde_space *space_with_id(unsigned long id) {
    struct isolde_space *found = NULL;
    pool_lock();
    for (struct isolde_space *s = space_newest; s != NULL && found == NULL; s = s->next)
        if (s->id == id && s->live)
            found = s;
    pool_unlock();
    return found;
}

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
        qsort(order->list, order->count, sizeof *order->list, latest_first);
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
    for (size_t i = 0; i < space->images.count; i++)
        debugger_remove_image(space, space->images.list[i]);
    debugger_after(space);
    debugger_remove_space(space);
    unwind_count(0, (unsigned)space->images.count);
    for (size_t i = space->images.count; i-- > 0;) {
        trace_unmapped(space->images.list[i]);
        lifecycle_release(space->images.list[i]);
    }
}

static void unmap_all(struct isolde_space *leader) {
    struct isolde_space *m, *next;
    for (m = leader; m != NULL; m = m->next_member)
        keys_delete_all(m, NULL);
    world_enter();
    for (m = leader; m != NULL; m = m->next_member)
        cut_links(m, leader);
    for (m = leader; m != NULL; m = m->next_member)
        hide(m);
    for (m = leader; m != NULL; m = m->next_member)
        free_mapped(&m->images);
    world_leave();
    for (m = leader; m != NULL; m = m->next_member)
        link_release_all(&m->images);
    world_enter();
    for (m = leader; m != NULL; m = next) {
        next = m->next_member;
        while (m->borrowed.count > 0)
            end_borrowing(m->borrowed.list[0]);
        leave_list(m);
        release_space(m);
    }
    world_leave();
    carrier_close_all();
}

static bool advance(struct isolde_space *space, int from, int to) {
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

/* Takes a closed space as far as what still holds it allows.  Called by the close itself and by
 * whoever lets go of the space later; each stage is taken by exactly one of them. */
void space_proceed(struct isolde_space *space) {
    if (atomic_load(&space->stage) == SPACE_AWAITS_LINKS && link_end_company(space))
        run_own_destructors(space);
    struct isolde_space *leader = atomic_load(&space->leader);
    if (idle(leader, false) && advance(leader, SPACE_AWAITS_DESTRUCTORS, SPACE_FINALISING)) {
        finalise_all(leader);
        run_own_destructors(leader);
        atomic_store(&leader->stage, SPACE_AWAITS_THREADS);
    }
    if (idle(leader, true) && advance(leader, SPACE_AWAITS_THREADS, SPACE_UNMAPPING))
        unmap_all(leader);
}

static void invalidate_handles(struct isolde_space *space) {
    pthread_mutex_lock(&space->lock);
    space->live = 0;
    pthread_mutex_unlock(&space->lock);
}

/* Takes the space from open to closing, between two holds. */
static int begin_closing(struct isolde_space *space) {
    const struct thread_rest *rest = isolde_thread.rest;
    if (rest != NULL && rest->sweeping == space) {
        error_set(ISOLDE_EBUSY, NULL, "space '%s' is in use: this is a destructor of it",
                  space->name);
        return -1;
    }
    for (;;) {
        while (atomic_load(&space->holds) > 0)
            sched_yield();
        if (!advance(space, SPACE_OPEN, SPACE_CLOSING)) {
            error_set(ISOLDE_EINVALID, NULL, "the space is closed already");
            return -1;
        }
        if (atomic_load(&space->holds) == 0)
            return 0;
        atomic_store(&space->stage, SPACE_OPEN); /* one began in between: it goes first */
    }
}

/* SPACE is closing, and no hold is left. */
static int decide_closing(struct isolde_space *space) {
    unsigned long calls = atomic_load(&space->calls), visits = atomic_load(&space->visits);
    if (calls > 0 || visits > 0) {
        atomic_store(&space->stage, SPACE_OPEN);
        unsigned long uses = calls ? calls : visits;
        error_set(ISOLDE_EBUSY, NULL, "space '%s' is in use: %lu %s%s running inside it",
                  space->name, uses, calls ? "call" : "open or look-up",
                  uses == 1 ? " is" : "s are");
        return -1;
    }
    invalidate_handles(space);
    atomic_store(&space->stage, SPACE_AWAITS_LINKS);
    space_proceed(space);
    return 0;
}

/* See isolde_space_close. */
int space_close(struct isolde_space *space) {
    return begin_closing(space) < 0 ? -1 : decide_closing(space);
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
                image->state == IMAGE_READY && !wanted_by_threads(image);
    }
    pthread_mutex_unlock(&space->lock);
    return empty;
}

/* A namespace goes with its last handle.  Of several threads that find it empty, one takes it. */
void space_end_if_empty(struct isolde_space *space, unsigned long id) {
    if (!space->ends_when_empty || !hold(space, id))
        return;
    bool mine = is_empty(space) && advance(space, SPACE_OPEN, SPACE_CLOSING);
    space_unhold(space);
    if (!mine)
        return;
    while (atomic_load(&space->holds) > 0)
        sched_yield();
    if (decide_closing(space) < 0)
        error_take(); /* somebody has begun to use it */
}

/* At the end of the process only destructors are run: other threads may still be inside.  A program
 * that runs has not come to its end. */
void space_close_all_at_exit(void) {
    struct scope order = {0};
    for (struct isolde_space *s = space_newest; s != NULL; s = s->next)
        if (s->run == NULL &&
            atomic_load(&atomic_load(&s->leader)->stage) <= SPACE_AWAITS_DESTRUCTORS)
            add_images(&order, s, NULL);
    finalise(&order);
}

/* The child has one thread; what the parent's others were in the middle of will not end. */
void space_reset_after_fork(void) {
    for (struct isolde_space *s = space_newest; s != NULL; s = s->next) {
        reset_locks(s);
        if (s->run != NULL && s->run == program_of_thread())
            program_reset_after_fork(s->run);
        else
            s->run = NULL;                     /* its threads are not here */
        advance(s, SPACE_CLOSING, SPACE_OPEN); /* the thread that was deciding is not here */
        threads_reset_after_fork(s);
        calls_reset_after_fork(s);
        for (size_t i = 0; i < s->images.count; i++)
            if (s->images.list[i]->state == IMAGE_INITIALISING)
                s->images.list[i]->state = IMAGE_READY;
    }
    link_recount_after_fork(space_newest);
}
