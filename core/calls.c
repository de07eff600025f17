/* calls.c - a host object that treats our handles as its own, and calls that a close respects.
 *
 * Python's _ctypes calls libc's dlsym with the handle of a CDLL, and libffi's ffi_call with the
 * function.  Redirecting those slots of that one object makes a handle of ours work in every place
 * of ctypes, and counts the calls that are inside a space, at no cost to Python.  Count first, then
 * look at the stage: a close does it the other way round, so one of the two sees the other.  A
 * refused call does not happen at all: its result is zero, and the host is told. */
#include "loader.h"

#include <sched.h>
#include <string.h>

typedef void foreign_call(void *interface, function *called, void *result, void **arguments);

static foreign_call *real_ffi_call;
static _Atomic(function *) refusal_hook;

/* The calls this thread is inside, innermost first: after a fork only these still run. */
struct running {
    struct isolde_space *space;
    struct running *outer;
};
static __thread struct running *running;

static bool undecided(struct isolde_space *space, int *stage) {
    *stage = atomic_load(&space->stage);
    return *stage == SPACE_CLOSING && __atomic_load_n(&space->live, __ATOMIC_ACQUIRE);
}

/* Counts a use of the space that has this ID; false: it is closed.  A close that is deciding either
 * sees this count and gives up, or has already made the space's handles dead. */
static bool admitted_to(struct isolde_space *space, unsigned long id, atomic_ulong *uses) {
    int stage;
    atomic_fetch_add(uses, 1);
    while (UNLIKELY(undecided(space, &stage)))
        sched_yield();
    if (LIKELY(stage == SPACE_OPEN && space->id == id))
        return true;
    atomic_fetch_sub(uses, 1);
    return false;
}

static bool admitted(struct isolde_space *space, unsigned long id) {
    return admitted_to(space, id, &space->calls);
}

/* An open, a close of a handle or a look-up from outside: a close of the space in between is
 * refused, but not one of another handle. */
bool calls_visit_with_id(struct isolde_space *space, unsigned long id) {
    return admitted_to(space, id, &space->visits);
}

int calls_visit(struct isolde_space *space) {
    if (calls_visit_with_id(space, space->id))
        return 0;
    error_set(ISOLDE_EINVALID, NULL, "the space is closed");
    return -1;
}

/* A child of fork has forgotten the calls and visits that its parent began. */
static void end_use(struct isolde_space *space, atomic_ulong *uses) {
    unsigned long id = space->id, count = atomic_load(uses);
    while (count > 0 && !atomic_compare_exchange_weak(uses, &count, count - 1))
        continue;
    if (atomic_load(&space->end_wanted))
        space_end_if_empty(space, id);
}

void calls_visit_ends(struct isolde_space *space) { end_use(space, &space->visits); }

void calls_leave(struct isolde_space **visited) {
    if (*visited != NULL)
        calls_visit_ends(*visited);
}

int isolde_call_enter(isolde_space *space) {
    struct isolde_space *checked = space_check(space);
    if (checked != NULL && admitted(checked, checked->id))
        return 0;
    error_set(ISOLDE_EINVALID, NULL, "the space is closed");
    return -1;
}

void isolde_call_leave(isolde_space *space) { end_use(space, &space->calls); }

void calls_reset_after_fork(struct isolde_space *space) {
    unsigned long calls = 0;
    for (const struct running *r = running; r != NULL; r = r->outer)
        calls += r->space == space;
    atomic_store(&space->calls, calls);
    atomic_store(&space->visits, 0);
    atomic_store(&space->holds, 0);
    atomic_store(&space->letting_go, 0);
}

void isolde_on_refused_call(function *hook) { atomic_store(&refusal_hook, hook); }

/* What a call becomes whose space is closed. */
uintptr_t calls_refused(void) {
    function *hook = atomic_load(&refusal_hook);
    if (hook != NULL)
        hook();
    return 0;
}

static void leave(const struct running *call) {
    running = call->outer;
    end_use(call->space, &call->space->calls);
}

static void counted(struct isolde_space *space, void *interface, function *called, void *result,
                    void **arguments) {
    __attribute__((cleanup(leave))) struct running call = {space, running};
    running = &call;
    real_ffi_call(interface, called, result, arguments);
}

/* The function behind GATE, its space entered; NULL: refused. */
static function *enter_gate(struct gate *gate) {
    if (!admitted(gate->space, gate->space_id))
        return NULL;
    void *target = atomic_load(&gate->target);
    if (target != (void *)calls_refused)
        return (function *)target;
    atomic_fetch_sub(&gate->space->calls, 1);
    return NULL;
}

static void counted_ffi_call(void *interface, function *called, void *result, void **arguments) {
    struct gate *gate = gate_at((uintptr_t)called);
    const struct image *image = gate ? NULL : addresses_find((uintptr_t)called);
    struct isolde_space *space = gate ? gate->space : image ? image->space : NULL;
    if (gate != NULL)
        called = enter_gate(gate);
    else if (space != NULL && !admitted(space, space->id))
        called = NULL;
    if (called == NULL)
        real_ffi_call(interface, (function *)calls_refused, result, arguments);
    else if (space != NULL)
        counted(space, interface, called, result, arguments);
    else
        real_ffi_call(interface, called, result, arguments);
}

/* Where this thread's next dlopen by an adopted object goes; NULL: to glibc. */
static __thread struct isolde_space *route;

isolde_space *isolde_host_route(isolde_space *space) {
    struct isolde_space *before = route;
    route = space;
    return before;
}

/* Once: what the file's constructors open is not ours to send anywhere. */
static void *routed_dlopen(const char *file, int mode, const void *caller) {
    struct isolde_space *space = space_check(route);
    route = NULL;
    if (space == NULL) {
        error_set(ISOLDE_EINVALID, &(struct error_detail){.file = file},
                  "%s: the space that isolde_host_route named is closed", file ? file : "dlopen");
        return NULL;
    }
    VISIT visited = calls_visit(space) == 0 ? space : NULL;
    __attribute__((cleanup(host_caller_free))) struct image *image = host_caller(caller);
    return visited ? space_open(visited, file, mode, image) : NULL;
}

/* What an adopted object's dlopen jumps to (x86_64/route.S).  Nothing but its own failure may be
 * the next dlerror. */
void *route_dlopen(void) {
    error_take();
    return route ? (void *)routed_dlopen : (void *)glibc.dlopen;
}

static void *adopted_dlsym(void *handle, const char *name) {
    error_take();
    if (!slot_was_ours(handle))
        return glibc.dlsym(handle, name);
    return isolde_dlsym(handle, name);
}

static int adopted_dlclose(void *handle) {
    if (!slot_was_ours(handle))
        return glibc.dlclose(handle);
    return isolde_dlclose(handle);
}

static char *adopted_dlerror(void) {
    char *message = error_take();
    return message ? message : glibc.dlerror();
}

int isolde_host_adopt(const char *path) {
    const struct image *image = host_named(path);
    if (image == NULL)
        return -1;
    int done = 0;
    if (host_patch(image, "dlsym", (uintptr_t)adopted_dlsym) > 0) {
        host_patch(image, "dlclose", (uintptr_t)adopted_dlclose);
        host_patch(image, "dlerror", (uintptr_t)adopted_dlerror);
        done |= 1;
    }
    if (host_patch(image, "dlopen", (uintptr_t)isolde_route_dlopen) > 0)
        done |= 4;
    foreign_call *real = (foreign_call *)glibc.dlsym(image->glibc, "ffi_call");
    if (real == NULL)
        glibc.dlerror();
    else if (real_ffi_call == NULL || real_ffi_call == real) {
        real_ffi_call = real;
        if (host_patch(image, "ffi_call", (uintptr_t)counted_ffi_call) > 0)
            done |= 2;
    }
    return done;
}
