/* load.c - from a name to a mapped image: loaded already, another space's, the host's, or mapped
 * now.
 *
 * Nothing here is visible to anybody but the open that asks: images are entered in the space's list
 * and its lock is held.  Whatever fails is undone by opening.c. */
#include "opening.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct image *load_find_by_name(const struct isolde_space *space, const char *name) {
    for (size_t i = 0; i < space->images.count; i++)
        if (space->images.list[i]->state != IMAGE_DYING &&
            image_has_name(space->images.list[i], name))
            return space->images.list[i];
    return NULL;
}

static struct image *find_by_file(const struct isolde_space *space, struct file_id file) {
    for (size_t i = 0; i < space->images.count; i++) {
        struct image *image = space->images.list[i];
        if (image->state != IMAGE_DYING && image->file.inode == file.inode &&
            image->file.device == file.device)
            return image;
    }
    return NULL;
}

/* malloc'd.  As it is where nobody can tell the current folder: outside of the root. */
static char *absolute_path(const char *path) {
    char *absolute = NULL, *folder = *path != '/' ? getcwd(NULL, 0) : NULL;
    if (folder == NULL)
        return strdup(path);
    while (path[0] == '.' && path[1] == '/')
        for (path += 2; *path == '/';)
            path++;
    if (asprintf(&absolute, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, path) < 0)
        absolute = NULL;
    free(folder);
    return absolute;
}

static bool same_time(struct timespec a, struct timespec b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* Whether somebody has written to the file since STATUS was taken, while it was being mapped. */
static bool has_changed(int fd, const struct stat *status) {
    struct stat now;
    return file_look(fd, &now) < 0 || now.st_size != status->st_size ||
           !same_time(now.st_mtim, status->st_mtim) || !same_time(now.st_ctim, status->st_ctim);
}

static int map_object(struct image *image, int fd) {
    if (map_file(image, fd) < 0)
        return -1;
    return image->executable_stack ? request_executable_stacks(image) : 0;
}

/* Maps the object that is remembered for the file, of which KNOWN's hold passes to IMAGE.  What
 * relocations will write may be known since, and what is there before is read then.  1: the file
 * has changed meanwhile, and IMAGE is as it was. */
static int map_known(struct image *image, struct object *known, int fd, const struct stat *status) {
    struct runs *runs = known->runs == NULL ? replay_runs(image->edition) : NULL;
    struct object *better = runs != NULL ? object_with_contents(known, runs, fd) : NULL;
    image->object = better ? better : known;
    if (better == NULL)
        kept_release((struct kept *)runs);
    if (map_object(image, fd) < 0)
        return -1;
    if (has_changed(fd, status)) {
        image_unmap(image);
        return 1;
    }
    if (better != NULL)
        replay_keep_object(status, better);
    return 0;
}

/* Reads all of it, and lets later images have it. */
static int map_unknown(struct image *image, int fd, const struct stat *status) {
    image->object = object_read(image, fd, status);
    if (image->object == NULL || map_object(image, fd) < 0 ||
        dynamic_read(image, image->needed_by) < 0 || object_learn(image) < 0)
        return -1;
    if (image->edition != 0 && has_changed(fd, status))
        image->edition = 0;
    if (image->edition != 0 && !image->program)
        replay_keep_object(status, image->object);
    return 0;
}

static int map_found(struct image *image, struct found *found) {
    image->edition = found->file.number;
    if (found->file.value != NULL && !image->program) {
        struct object *known = (struct object *)found->file.value;
        found->file.value = NULL;
        int result = map_known(image, known, found->fd, &found->status);
        if (result <= 0)
            return result;
        image->edition = 0;
    }
    return map_unknown(image, found->fd, &found->status);
}

static int read_image(struct image *image, struct found *found) {
    if (map_found(image, found) < 0)
        return -1;
    portable_identify(image, &found->status);
    if (image->program)
        return program_check(image);
    if (image->dynamic.pie)
        return image_refuse(image, "cannot dynamically load position-independent executable");
    if (image->dynamic.no_open)
        return image_refuse(image, "shared object cannot be dlopen()ed");
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

/* The host's library of the soname that IMAGE's file turned out to have; if it has none, that file:
 * glibc need not find it by its soname. */
static struct image *share(const struct image *image, const struct image *needer) {
    struct image *host = host_find(image->soname);
    if (host == NULL)
        host = request_loaded(image->soname);
    if (host == NULL && !requests_pending())
        host = request_shared(image->map.l_name, needer);
    return host;
}

/* Maps the file found for NAME as a new image of the space. */
static struct image *map_fresh(struct opening *o, const char *name, struct found *found,
                               struct image *needer) {
    char *path = absolute_path(found->path);
    struct image *image = image_new(path);
    free(path);
    if (image == NULL)
        return NULL;
    image->space = o->space;
    image->loader = needer;
    image->needed_by = needer ? strdup(needer->map.l_name) : NULL;
    image->why = found->why;
    image->file = (struct file_id){found->status.st_dev, found->status.st_ino};
    image->deepbind = o->mode & RTLD_DEEPBIND;
    image->program = o->run != NULL && needer == NULL;
    image->run = program_hold(o->space->run);
    bool ok = read_image(image, found) == 0;
    const struct link *link =
        ok && strchr(name, '/') == NULL ? link_for(o->space, image->soname) : NULL;
    if (link != NULL || (ok && host_is_shared(o->space, image->soname))) {
        struct image *other =
            link != NULL ? load_linked(o, link, image->soname, needer) : share(image, needer);
        image_free(image);
        return other;
    }
    if (ok && enter_fresh(o, image, name) == 0)
        return image;
    image_free(image);
    return NULL;
}

/* As with dlopen(3) this is an answer rather than an error: isolde_dlerror stays silent. */
struct image *load_not_open_here(const struct opening *o, const char *name) {
    error_set(ISOLDE_ENOTFOUND, &(struct error_detail){.file = name},
              "%s is not open in space '%s' (RTLD_NOLOAD)", name, o->space->name);
    error_take();
    return NULL;
}

static struct image *load_file(struct opening *o, const char *name, struct image *needer) {
    struct image *searcher = needer ? needer : o->caller;
    struct found found;
    if (search_file(o->space, searcher ? searcher : host_program(), name, &found) < 0)
        return NULL;
    const struct stat *status = &found.status;
    struct image *image = find_by_file(o->space, (struct file_id){status->st_dev, status->st_ino});
    if (image != NULL) {
        if (strchr(name, '/') == NULL && image_add_alias(image, name) < 0)
            image = NULL;
    } else {
        image = host_same_file(&(struct file_id){status->st_dev, status->st_ino});
        if (image != NULL && !host_is_shared(o->space, image->soname))
            image = NULL;
        if (image == NULL)
            image = o->mode & RTLD_NOLOAD ? load_not_open_here(o, name)
                                          : map_fresh(o, name, &found, needer);
    }
    found_close(&found);
    return image;
}

static struct image *load_shared(const struct opening *o, const char *name, struct image *needer) {
    if (!(o->mode & RTLD_NOLOAD))
        return host_shared(name, needer);
    struct image *image = host_find(name);
    if (image == NULL)
        image = request_loaded(name);
    return image ? image : load_not_open_here(o, name);
}

/* One that the attempt before this one found by NAME, and mapped; unless another open has meanwhile
 * opened the file in this space. */
static struct image *take_aside(struct opening *o, const char *name, struct image *needer) {
    for (size_t i = 0; i < o->aside.count; i++) {
        struct image *image = o->aside.list[i];
        if (!image_has_name(image, name) || find_by_file(o->space, image->file) != NULL)
            continue;
        if (scope_add(&o->fresh, image) < 0)
            return NULL;
        scope_remove(&o->aside, image);
        image->loader = needer;
        return scope_add(&o->space->images, image) == 0 ? image : NULL;
    }
    return NULL;
}

/* The image that NAME means to NEEDER (NULL: to the one who opens): loaded already, another
 * space's, the host's, or mapped now. */
struct image *load(struct opening *o, const char *name, struct image *needer) {
    const struct image *holder = needer ? needer : o->caller ? o->caller : host_program();
    char *expanded = strchr(name, '$') ? search_expand(holder, name) : NULL;
    if (expanded != NULL)
        name = expanded;
    struct image *image = load_find_by_name(o->space, name);
    const struct link *link = image == NULL ? link_for(o->space, name) : NULL;
    if (link != NULL)
        image = load_linked(o, link, name, needer);
    else if (image == NULL && strchr(name, '/') == NULL && host_is_shared(o->space, name))
        image = load_shared(o, name, needer);
    else if (image == NULL && (image = take_aside(o, name, needer)) == NULL)
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
        if (filtee == NULL)
            error_take();
        else if (scope_add(&image->filtees, filtee) < 0 ||
                 scope_add(&image->dependencies, filtee) < 0)
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
    struct image *provider = load_find_by_name(o->space, provision->file);
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

int load_closure(struct opening *o) {
    for (size_t i = 0; i < o->fresh.count; i++)
        if (load_dependencies(o, o->fresh.list[i]) < 0)
            return -1;
    return 0;
}
