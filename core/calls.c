/* calls.c - a host object that treats our handles as its own, and calls that a close respects.
 *
 * Python's _ctypes calls libc's dlsym with the handle of a CDLL, and libffi's ffi_call with the
 * function.  Redirecting those slots of that one object makes a handle of ours work in every place
 * of ctypes, and counts the calls that are inside a space, at no cost to Python.  Count first, then
 * look at the stage: a close does it the other way round, so one of the two sees the other. */
#include "loader.h"

#include <string.h>

typedef void foreign_call(void *interface, void (*function)(void), void *result, void **arguments);

static foreign_call *real_ffi_call;

static int enter(struct isolde_space *space) {
    atomic_fetch_add(&space->calls, 1);
    if (LIKELY(atomic_load(&space->stage) == SPACE_OPEN))
        return 0;
    atomic_fetch_sub(&space->calls, 1);
    return -1;
}

static void leave(struct isolde_space **space) { atomic_fetch_sub(&(*space)->calls, 1); }

int isolde_call_enter(isolde_space *space) {
    struct isolde_space *checked = space_check(space);
    if (checked != NULL && enter(checked) == 0)
        return 0;
    error_set(ISOLDE_EINVALID, NULL, "the space is closed");
    return -1;
}

void isolde_call_leave(isolde_space *space) { leave(&space); }

static void counted_ffi_call(void *interface, void (*function)(void), void *result,
                             void **arguments) {
    const struct image *image = addresses_find((uintptr_t)function);
    if (image == NULL) {
        real_ffi_call(interface, function, result, arguments);
        return;
    }
    __attribute__((cleanup(leave))) struct isolde_space *space = image->space;
    atomic_fetch_add(&space->calls, 1);
    if (LIKELY(atomic_load(&space->stage) == SPACE_OPEN))
        real_ffi_call(interface, function, result, arguments);
}

static void *adopted_dlsym(void *handle, const char *name) {
    if (image_check(handle) == NULL && space_check(handle) == NULL)
        return dlsym(handle, name);
    return isolde_dlsym(handle, name);
}

static int adopted_dlclose(void *handle) {
    if (image_check(handle) == NULL && space_check(handle) == NULL)
        return dlclose(handle);
    return isolde_dlclose(handle);
}

static char *adopted_dlerror(void) {
    char *message = error_take();
    return message ? message : dlerror();
}

int isolde_host_adopt(const char *path) {
    struct link_map *map = host_map_named(path);
    if (map == NULL)
        return -1;
    int done = 0;
    if (host_patch(map, "dlsym", (uintptr_t)adopted_dlsym) > 0) {
        host_patch(map, "dlclose", (uintptr_t)adopted_dlclose);
        host_patch(map, "dlerror", (uintptr_t)adopted_dlerror);
        done |= 1;
    }
    foreign_call *real = (foreign_call *)dlsym(map, "ffi_call");
    if (real == NULL)
        dlerror();
    else if (real_ffi_call == NULL || real_ffi_call == real) {
        real_ffi_call = real;
        if (host_patch(map, "ffi_call", (uintptr_t)counted_ffi_call) > 0)
            done |= 2;
    }
    return done;
}
