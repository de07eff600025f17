/* debugger.c - showing images to debuggers.
 *
 * There are two ways, and ISOLDE_DEBUGGER chooses one when the process starts: the list of
 * namespaces, which gdb reads from version 13 on, and jit.c for gdb before that and for lldb.
 * Never both: a debugger that understands both would have every breakpoint twice.
 *
 * The list is SVR4's r_debug, as glibc 2.35 extended it.  glibc keeps a list of `struct
 * r_debug_extended`, one for each namespace, that starts at _r_debug and goes on through r_next.
 * Each space with images is one more element, put right behind the first, with a link_map list of
 * its own; r_brk is called around every change, so a debugger that has set a breakpoint there reads
 * the lists again.  Our link_maps are never put into one of glibc's lists: its next dlclose would
 * abort. */
#include "loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct extended {
    struct r_debug base;
    void *next;
};
_Static_assert(offsetof(struct extended, next) == offsetof(struct isolde_space, debug.next), "");

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct extended *root; /* glibc's _r_debug; NULL where it has none of this shape */
static void *head;            /* our first element */

static enum { BY_LIST, BY_JIT, BY_NOTHING } way;

const struct isolde_layout isolde_layout = {
    .size = sizeof isolde_layout,
    .space_next = offsetof(struct isolde_space, next),
    .space_name = offsetof(struct isolde_space, name),
    .space_id = offsetof(struct isolde_space, id),
    .space_images = offsetof(struct isolde_space, debug.map),
    .image_start = offsetof(struct image, start),
    .image_end = offsetof(struct image, end),
    .newest = &space_newest,
};

static void choose_way(void) {
    static const char *const names[] = {[BY_LIST] = "gdb", [BY_JIT] = "jit", [BY_NOTHING] = "none"};
    const char *asked = secure_getenv("ISOLDE_DEBUGGER");
    if (asked == NULL || *asked == '\0')
        return;
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(asked, names[i]) == 0) {
            way = i;
            return;
        }
    fprintf(stderr, "isolde: ISOLDE_DEBUGGER is '%s', not gdb, jit or none: gdb is meant\n", asked);
}

/* After host_start. */
void debugger_start(void) {
    char *end;
    choose_way();
    root = way == BY_LIST ? host_loader_data("_r_debug", &end) : NULL;
}

void debugger_lock(void) { pthread_mutex_lock(&lock); }
void debugger_unlock(void) { pthread_mutex_unlock(&lock); }

/* A newer glibc may overwrite r_next at its own first dlmopen: then its list gets ours as tail. */
static void chain_again(void) {
    if (head == NULL || root->next == head)
        return;
    void **link = &root->next;
    while (*link != NULL && *link != head)
        link = &((struct extended *)*link)->next;
    if (*link == NULL) {
        *link = head;
        ((struct isolde_space *)head)->debug_back = link;
    }
}

/* Both are called by dl_iterate_phdr for the first object only, under its lock: the list is one for
 * all copies of this library in the process, and so must the lock be. */
static int add_element(struct dl_phdr_info *info, size_t size, void *data) {
    struct isolde_space *space = data;
    (void)info;
    (void)size;
    pthread_mutex_lock(&lock);
    chain_again();
    space->debug.version = root->base.r_version = 2;
    space->debug.map = NULL;
    space->debug.brk = root->base.r_brk;
    space->debug.state = RT_CONSISTENT;
    space->debug.ldbase = root->base.r_ldbase;
    space->debug.next = root->next;
    space->debug_back = &root->next;
    if (head != NULL)
        ((struct isolde_space *)head)->debug_back = &space->debug.next;
    head = space;
    __atomic_store_n(&root->next, (void *)space, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&lock);
    return 1;
}

/* What points at SPACE's element; debug_back knows nothing of elements that another copy put in. */
static void **link_to(struct isolde_space *space) {
    void **link = space->debug_back;
    if (*link != space)
        for (link = &root->next; *link != NULL && *link != space;)
            link = &((struct extended *)*link)->next;
    return link;
}

static int remove_element(struct dl_phdr_info *info, size_t size, void *data) {
    struct isolde_space *space = data;
    (void)info;
    (void)size;
    pthread_mutex_lock(&lock);
    chain_again();
    void **link = link_to(space);
    if (*link == space)
        *link = space->debug.next;
    struct isolde_space *after = space->debug.next;
    space->debug.next = NULL; /* a stale debug_back must not find its space here */
    if (head == space)
        head = slot_was_ours(after) ? after : NULL; /* what follows may be glibc's */
    if (slot_was_ours(after))
        after->debug_back = link;
    pthread_mutex_unlock(&lock);
    return 1;
}

int debugger_add_space(struct isolde_space *space) {
    space->debug.brk = 0; /* 0: not listed; unlike debug_back, no neighbour ever writes to it */
    if (root == NULL)
        return 0;
    glibc.dl_iterate_phdr(add_element, space);
    return 0;
}

void debugger_remove_space(struct isolde_space *space) {
    if (space->debug.brk != 0)
        glibc.dl_iterate_phdr(remove_element, space);
}

void debugger_before(struct isolde_space *space, int state) {
    if (space->debug.brk == 0)
        return;
    space->debug.state = state;
    ((void (*)(void))space->debug.brk)();
}

void debugger_after(struct isolde_space *space) { debugger_before(space, RT_CONSISTENT); }

void debugger_add_image(struct isolde_space *space, struct image *image) {
    image->map.l_prev = space->last_map;
    image->map.l_next = NULL;
    if (space->last_map != NULL)
        space->last_map->l_next = &image->map;
    else
        space->debug.map = &image->map;
    space->last_map = &image->map;
    if (way == BY_JIT && (image->jit = jit_prepare(image)) != NULL) {
        pthread_mutex_lock(&lock);
        jit_add(image->jit);
        pthread_mutex_unlock(&lock);
    }
}

void debugger_remove_image(struct isolde_space *space, struct image *image) {
    struct link_map *map = &image->map;
    if (image->jit != NULL) {
        pthread_mutex_lock(&lock);
        jit_remove(image->jit);
        pthread_mutex_unlock(&lock);
        image->jit = NULL;
    }
    if (map->l_prev == NULL && space->debug.map != map)
        return; /* never added */
    if (map->l_prev != NULL)
        map->l_prev->l_next = map->l_next;
    else
        space->debug.map = map->l_next;
    if (map->l_next != NULL)
        map->l_next->l_prev = map->l_prev;
    else
        space->last_map = map->l_prev;
}

/* Whether a debugger has its breakpoint in r_brk. */
static bool watched(void) {
    const unsigned char breakpoint = 0xcc;
    return root != NULL && *(const volatile unsigned char *)root->base.r_brk == breakpoint;
}

/* Gives IMAGE's TLS, which is dynamic, a place that the debugger can find, if there is one: for
 * jit.c a fixed one, which debugging information can name; otherwise a module of glibc's. */
void debugger_place_tls(struct image *image) {
    if (way == BY_JIT)
        carrier_open_if_room(image);
    else if (watched())
        carrier_open_dynamic(image);
}

/* libthread_db finds a variable's module by a field of glibc's private part of the link_map, whose
 * place it takes from a table in libc: size in bits, number of elements, offset in bytes. */
void debugger_show_tls(struct image *image) {
    const uint32_t *field = glibc.link_map_tls_module;
    size_t module = carrier_module(image);
    if (field == NULL || field[2] < sizeof *image || field[2] + sizeof module > IMAGE_SLOT)
        return;
    memcpy((char *)image + field[2], &module, sizeof module);
}
