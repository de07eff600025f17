/* scope.c - the two orders of a set of images.
 *
 * Breadth first over DT_NEEDED: the search list of a root (gABI, "Shared Object Dependencies").
 * Depth first, dependencies before dependents: the order of relocation and initialisation.  Cycles
 * are broken where glibc (since 2.35) breaks them, so that constructors run in the same order: a
 * reverse postorder of the images taken from the last to the first, the root left out and added
 * behind all others, whatever in a cycle needs it. */
#include "loader.h"

#include <stdlib.h>

/* Adds IMAGE to a search list, behind the objects it is a filter for. */
static int enlist(struct scope *list, struct image *image) {
    if (scope_has(list, image))
        return 0;
    for (size_t i = 0; i < image->filtees.count; i++)
        if (!scope_has(list, image->filtees.list[i]) && scope_add(list, image->filtees.list[i]) < 0)
            return -1;
    return scope_add(list, image);
}

/* Makes ROOT's search list from the images' `dependencies`. */
int scope_build(struct image *root) {
    struct scope list = {0};
    int result = enlist(&list, root);
    for (size_t i = 0; i < list.count && result == 0; i++) {
        const struct scope *needed = &list.list[i]->dependencies;
        for (size_t j = 0; j < needed->count && result == 0; j++)
            result = enlist(&list, needed->list[j]);
    }
    if (result < 0) {
        scope_free(&list);
        return -1;
    }
    scope_free(&root->search_list);
    root->search_list = list;
    return 0;
}

static int visit(struct scope *order, struct image *image) {
    if (image->space == NULL || image->visited) /* a host image is nobody's to mark */
        return 0;
    image->visited = true;
    for (size_t i = 0; i < image->dependencies.count; i++)
        if (visit(order, image->dependencies.list[i]) < 0)
            return -1;
    return scope_add(order, image);
}

/* Fills ORDER with the images of ROOT's search list that are not the host's, dependencies first. */
int scope_order(struct scope *order, struct image *root) {
    const struct scope *images = &root->search_list;
    int result = 0;
    root->visited = true;
    for (size_t i = images->count; i-- > 0 && result == 0;)
        result = visit(order, images->list[i]);
    if (result == 0)
        result = scope_add(order, root);
    for (size_t i = 0; i < images->count; i++)
        if (images->list[i]->space != NULL)
            images->list[i]->visited = false;
    return result;
}
