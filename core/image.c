/* image.c - one mapped ELF object in one space: its names, its lists, its end. */
#include "loader.h"

#include <stdlib.h>
#include <string.h>

void *array_grow(void *array, size_t count, size_t *capacity, size_t element) {
    if (count < *capacity)
        return array;
    size_t wanted = *capacity ? *capacity * 2 : 4;
    void *bigger = realloc(array, wanted * element);
    if (bigger == NULL) {
        error_set(ISOLDE_EMEMORY, NULL, "out of memory");
        return NULL;
    }
    *capacity = wanted;
    return bigger;
}

int scope_add(struct scope *scope, struct image *image) {
    struct image **list =
        array_grow(scope->list, scope->count, &scope->capacity, sizeof(struct image *));
    if (list == NULL)
        return -1;
    scope->list = list;
    scope->list[scope->count++] = image;
    return 0;
}

bool scope_has(const struct scope *scope, const struct image *image) {
    for (size_t i = 0; i < scope->count; i++)
        if (scope->list[i] == image)
            return true;
    return false;
}

void scope_remove(struct scope *scope, const struct image *image) {
    size_t kept = 0;
    for (size_t i = 0; i < scope->count; i++)
        if (scope->list[i] != image)
            scope->list[kept++] = scope->list[i];
    scope->count = kept;
}

static void reverse(struct image **from, struct image **to) {
    while (from < to) {
        struct image *first = *from;
        *from++ = *--to;
        *to = first;
    }
}

void scope_rotate(struct scope *scope, size_t first) {
    reverse(scope->list, scope->list + first);
    reverse(scope->list + first, scope->list + scope->count);
    reverse(scope->list, scope->list + scope->count);
}

void scope_free(struct scope *scope) {
    free(scope->list);
    *scope = (struct scope){0};
}

int image_add_scope(struct image *image, struct scope *scope) {
    for (size_t i = 0; i < image->scope_count; i++)
        if (image->scopes[i] == scope)
            return 0;
    struct scope **scopes = realloc(image->scopes, (image->scope_count + 1) * sizeof *scopes);
    if (scopes == NULL) {
        error_set(ISOLDE_EMEMORY, NULL, "out of memory");
        return -1;
    }
    image->scopes = scopes;
    image->scopes[image->scope_count++] = scope;
    return 0;
}

void image_remove_scope(struct image *image, const struct scope *scope) {
    size_t kept = 0;
    for (size_t i = 0; i < image->scope_count; i++)
        if (image->scopes[i] != scope)
            image->scopes[kept++] = image->scopes[i];
    image->scope_count = kept;
}

int image_add_alias(struct image *image, const char *name) {
    if (image_has_name(image, name))
        return 0;
    char **aliases = realloc(image->aliases, (image->alias_count + 1) * sizeof *aliases);
    if (aliases != NULL) {
        image->aliases = aliases;
        aliases[image->alias_count] = strdup(name);
        if (aliases[image->alias_count] != NULL) {
            image->alias_count++;
            return 0;
        }
    }
    error_set(ISOLDE_EMEMORY, NULL, "out of memory");
    return -1;
}

bool image_has_name(const struct image *image, const char *name) {
    if (strcmp(image->map.l_name, name) == 0)
        return true;
    if (image->dynamic.soname != NULL && strcmp(image->dynamic.soname, name) == 0)
        return true;
    for (size_t i = 0; i < image->alias_count; i++)
        if (strcmp(image->aliases[i], name) == 0)
            return true;
    return false;
}

const char *image_name(const struct image *image) {
    return *image->map.l_name ? image->map.l_name : "the program";
}

static void name_by_file(struct image *image) {
    const char *slash = strrchr(image->map.l_name, '/');
    image->soname = slash ? slash + 1 : image->map.l_name;
}

/* PATH is copied; NULL: no memory was left for it.  The slot is not `live`, so not a handle, until
 * space.c says so. */
struct image *image_new(const char *path) {
    struct image *image = image_slot_new();
    if (image == NULL)
        return NULL;
    image->tls.module = -1;
    image->map.l_name = path ? strdup(path) : NULL;
    if (image->map.l_name == NULL) {
        error_set(ISOLDE_EMEMORY, NULL, "out of memory");
        image_slot_free(image);
        return NULL;
    }
    name_by_file(image);
    return image;
}

/* Gives up what was mapped for IMAGE, whose file is to be mapped again. */
void image_unmap(struct image *image) {
    map_release(image);
    kept_release(&image->object->kept);
    image->object = NULL;
    image->dynamic = (struct dynamic){0};
    image->tls = (struct tls_block){.module = -1};
    image->versions = NULL;
    image->version_count = 0;
    image->start = image->end = 0;
    name_by_file(image);
}

/* IMAGE knows nothing of others any more, which may be freed. */
void image_forget_others(struct image *image) {
    scope_free(&image->dependencies);
    scope_free(&image->filtees);
    scope_free(&image->bound);
    scope_free(&image->search_list);
    free(image->scopes);
    image->scopes = NULL;
    image->scope_count = 0;
    image->loader = NULL;
}

void image_free(struct image *image) {
    tls_release(image);
    if (image->space != NULL && image->end > image->start) {
        addresses_remove(image);
        map_release(image);
    }
    dynamic_free(image);
    kept_release((struct kept *)image->object);
    caller_entries_free(image);
    handlers_free(image);
    program_release(image->run);
    image_forget_others(image);
    for (size_t i = 0; i < image->alias_count; i++)
        free(image->aliases[i]);
    free(image->aliases);
    free(image->needed_by);
    free(image->provides);
    free(image->map.l_name);
    image_slot_free(image);
}

/* Frees the images of LIST, latest first.  Links are left in it, to be released when no lock is
 * held. */
void images_free(struct scope *list) {
    for (size_t i = list->count; i-- > 0;)
        if (list->list[i]->linked == NULL) {
            image_free(list->list[i]);
            list->list[i] = NULL;
        }
    scope_remove(list, NULL);
}

/* Ends a space's handle of a host image. */
void image_end_borrowing(struct image *image) {
    image->live = 0;
    scope_remove(&image->space->borrowed, image);
    image_free(image);
}

int image_latest_first(const void *a, const void *b) {
    const struct image *x = *(struct image *const *)a, *y = *(struct image *const *)b;
    return (x->sequence < y->sequence) - (x->sequence > y->sequence);
}

static bool in_threads(const struct image *image) {
    return atomic_load(&image->tls_destructors) > 0 || atomic_load(&image->threads) > 0;
}

/* Whether code of IMAGE runs, or will run, in some thread, which then is to look again. */
bool image_wanted_by_threads(const struct image *image) {
    if (!in_threads(image))
        return false;
    atomic_store(&image->space->sweep_wanted, true);
    return in_threads(image); /* the thread may just have missed the wish */
}

/* Records that IMAGE's file cannot be loaded: WHAT is the reason. */
int image_refuse(const struct image *image, const char *what) {
    error_set(ISOLDE_EFORMAT,
              &(struct error_detail){.file = image->map.l_name, .needed_by = image->needed_by},
              "%s: %s", image->map.l_name, what);
    return -1;
}

/* No image of SPACE looks into SCOPE any more. */
void space_drop_scope(struct isolde_space *space, const struct scope *scope) {
    for (size_t i = 0; i < space->images.count; i++)
        image_remove_scope(space->images.list[i], scope);
}
