/* start.c - a guest's first steps and its last.
 *
 * PyConfig has another layout in every version.  It is not needed: the configuration is made in a
 * buffer larger than any of them by the guest's own functions, and says what a command line says.
 * Py_InitializeFromConfig returns an error where Py_InitializeEx would abort the process. */
#include "guest.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

struct side host;

/* Before all else, in the host's GIL.  NULL, or what is wrong with the host. */
ISOLDE_API const char *isolde_guest_host(void *handle) {
    if (host.exporter != NULL)
        return NULL;
    const char *fault = python_fill(&host.python, dlsym, handle);
    return fault ? fault : pins_start(&host);
}

static const char *failed(struct guest *guest, const char *what, const char *why) {
    snprintf(guest->failure, sizeof guest->failure, "%s%s%s", what, why ? ": " : "",
             why ? why : "");
    return guest->failure;
}

static const char *failed_status(struct guest *guest, const struct py_status *status) {
    if (status->type == 0)
        return NULL;
    const char *message = status->message ? status->message : "no reason given";
    return failed(guest, message, status->function);
}

/* A guest whose libpython is HANDLE, in SPACE; NULL when memory is out. */
ISOLDE_API struct guest *isolde_guest_new(isolde_space *space) {
    struct guest *guest = registry_new();
    if (guest == NULL)
        return NULL;
    guest->heap = heap_new();
    guest->space = space;
    if (guest->heap == NULL) {
        registry_free(guest);
        return NULL;
    }
    return guest;
}

static _Thread_local struct guest *starting;

static object *site_of_start(void) {
    return starting->side.python.PyModuleDef_Init(&starting->site);
}

/* Py_InitializeFromConfig imports an empty `site`, and the real one is left to _site.py.  The
 * option -S would do it, too, and go on to the guest's child processes and subinterpreters. */
static int site_hide(struct guest *guest) {
    starting = guest;
    guest->site.name = strcpy(guest->site_name, "site");
    return guest->side.python.PyImport_AppendInittab(guest->site_name, site_of_start);
}

/* The table of built-in modules cannot lose one, but it has a name of ours: another "sys", which
 * nobody gets to, because the first one is found. */
static void site_show(struct guest *guest) { strcpy(guest->site_name, "sys"); }

static const char *initialise(struct guest *guest, ssize_t argc, char *const *argv) {
    const struct python *python = &guest->side.python;
    if (site_hide(guest) != 0)
        return failed(guest, "out of memory", NULL);
    void *config = calloc(1, PYTHON_CONFIG_SIZE);
    if (config == NULL)
        return failed(guest, "out of memory", NULL);
    python->PyConfig_InitPythonConfig(config);
    struct py_status status = python->PyConfig_SetBytesArgv(config, argc, argv);
    if (status.type == 0)
        status = python->Py_InitializeFromConfig(config);
    python->PyConfig_Clear(config);
    free(config);
    site_show(guest);
    return failed_status(guest, &status);
}

static int add(const struct python *python, object *names, const char *name, object *value) {
    if (value == NULL)
        return -1;
    int result = python->PyDict_SetItemString(names, name, value);
    python->Py_DecRef(value);
    return result;
}

static const char *run(struct guest *guest, const char *source) {
    const struct python *python = &guest->side.python;
    object *names = python->PyDict_New();
    guest->capsule = python->PyCapsule_New(guest, "isolde", NULL);
    if (names == NULL || guest->capsule == NULL ||
        add(python, names, "ask", calls_ask(guest, guest->capsule)) != 0 ||
        add(python, names, "brackets", calls_brackets(guest, guest->capsule)) != 0 ||
        add(python, names, "compiled", calls_compiled(guest, guest->capsule)) != 0 ||
        add(python, names, "forks", forks_functions(guest, guest->capsule)) != 0)
        return failed(guest, "out of memory", NULL);
    object *result = python->PyRun_String(source, PY_FILE_INPUT, names, names);
    guest->dispatch = result ? python->PyDict_GetItemString(names, "dispatch") : NULL;
    if (guest->dispatch == NULL) {
        python->PyErr_WriteUnraisable(guest->capsule);
        return failed(guest, "its own first steps failed: see standard error", NULL);
    }
    python->Py_IncRef(guest->dispatch);
    python->Py_DecRef(result);
    python->Py_DecRef(names);
    return NULL;
}

static const char *start(struct guest *guest, ssize_t argc, char *const *argv, const char *source) {
    guest->main = pthread_self();
    signals_note(guest);
    heap_install(guest->heap, &guest->side.python);
    const char *fault = initialise(guest, argc, argv);
    if (fault != NULL) {
        signals_of_start(guest);
        return fault;
    }
    fault = pins_start(&guest->side);
    if (fault == NULL)
        fault = run(guest, source);
    signals_of_start(guest);
    guest->main_state = guest->side.python.PyEval_SaveThread();
    guest->state = GUEST_OPEN;
    return fault;
}

/* Starts the Python that HANDLE is the library of, as the command line ARGV would, and runs SOURCE,
 * which finds `ask`, `brackets`, `compiled` and `forks` and defines `dispatch`.  ANSWER takes what
 * the guest asks; UNPINNED is called when a closed guest may go.  NULL, or what went wrong. */
ISOLDE_API const char *isolde_guest_start(struct guest *guest, void *handle, ssize_t argc,
                                          char *const *argv, const char *source, object *answer,
                                          object *unpinned) {
    const char *fault = python_fill(&guest->side.python, isolde_dlsym, handle);
    if (fault != NULL)
        return fault;
    host.python.Py_IncRef(guest->answer = answer);
    host.python.Py_IncRef(guest->unpinned = unpinned);
    void *state = host.python.PyEval_SaveThread();
    fault = start(guest, argc, argv, source);
    host.python.PyEval_RestoreThread(state);
    return fault;
}

/* They need the guest's GIL, and perhaps the host's. */
static void wait_for_visits(struct guest *guest) {
    void *state = host.python.PyEval_SaveThread();
    bool some = true;
    while (some) {
        sched_yield();
        pthread_mutex_lock(&guest->lock);
        some = guest->visits > 0;
        pthread_mutex_unlock(&guest->lock);
    }
    host.python.PyEval_RestoreThread(state);
}

/* Closes it for calls.  How many run: not 0: it stays open.  -1: another has closed it. */
ISOLDE_API long isolde_guest_close(struct guest *guest) {
    pthread_mutex_lock(&guest->lock);
    long calls = guest->state == GUEST_OPEN ? (long)guest->calls : -1;
    if (calls == 0)
        calls = calls_asks_here(guest);
    if (calls == 0)
        guest->state = GUEST_CLOSING;
    pthread_mutex_unlock(&guest->lock);
    if (calls == 0)
        wait_for_visits(guest);
    return calls;
}

/* After the last call.  How many pieces of its memory the host uses; `unpinned` is called when they
 * are none, if they are any now. */
ISOLDE_API unsigned long isolde_guest_pinned(struct guest *guest) {
    pthread_mutex_lock(&guest->lock);
    unsigned long pinned = guest->pinned_by_host;
    guest->state = GUEST_CLOSED;
    pthread_mutex_unlock(&guest->lock);
    return pinned;
}

/* Takes the GIL of a guest that is to end.  Since 3.13 Py_FinalizeEx takes the main thread's state
 * for the one that ends, whichever thread calls: every other state's thread that gives up the GIL
 * is ended there, and so must be the one that is used.  Before, a state of this thread's own is
 * better, because PyGILState_Ensure knows it. */
static void enter_last(const struct guest *guest) {
    const struct python *python = &guest->side.python;
    int minor = atoi(python->Py_GetVersion() + strlen("3."));
    if (minor >= 13)
        python->PyEval_RestoreThread(guest->main_state);
    else
        python->PyGILState_Ensure();
}

/* libgomp keeps the threads that this thread's parallel regions ran on. */
static void end_openmp(isolde_space *space) {
    enum { PAUSE_HARD = 2 };
    int (*pause)(int);
    *(void **)&pause = isolde_space_symbol(space, "omp_pause_resource_all");
    if (pause != NULL)
        pause(PAUSE_HARD);
}

/* Ends the Python of a closed guest that has no pins.  0, or -1: it could not flush its output. */
ISOLDE_API int isolde_guest_finish(struct guest *guest) {
    const struct python *python = &guest->side.python;
    void *state = host.python.PyEval_SaveThread();
    int result = 0;
    struct sigaction now[_NSIG];
    signals_save(now);
    if (guest->dispatch != NULL) {
        enter_last(guest);
        result = python->Py_FinalizeEx();
        end_openmp(guest->space);
    }
    registry_lock();
    signals_put_back(guest, now, registry_first());
    registry_unlock();
    host.python.PyEval_RestoreThread(state);
    pthread_mutex_lock(&guest->lock);
    guest->state = GUEST_GONE;
    pthread_mutex_unlock(&guest->lock);
    pins_forget(guest);
    host.python.Py_DecRef(guest->unpinned);
    calls_forget_answer(guest);
    return result;
}

/* Its space has been closed. */
ISOLDE_API void isolde_guest_release(struct guest *guest) {
    struct heap *heap = guest->heap;
    pthread_mutex_lock(&guest->lock); /* a fork looks at it */
    guest->heap = NULL;
    pthread_mutex_unlock(&guest->lock);
    heap_leave(heap, (void *)(uintptr_t)guest->side.python.Py_FinalizeEx);
}

/* Nobody calls it any more. */
ISOLDE_API void isolde_guest_free(struct guest *guest) { registry_free(guest); }
