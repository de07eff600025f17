/* lifecycle.c - constructors and destructors of images (gABI "Initialization and Termination").
 *
 * They run without any lock of ours: a constructor may open, close, fork, start a thread and wait
 * for it.  So two threads that open one library must agree who runs its constructors: the first
 * marks the image, the others wait.  A thread that is itself inside a constructor never waits: it
 * takes the image as it is, as in a cycle of dependencies, because the thread it would wait for
 * may be waiting for it. */
#include "loader.h"
#include "thread.h"

#include <unistd.h>

typedef void initialiser(int, char **, char **);

static void run_array(const struct image *image, const uintptr_t *array, size_t count) {
    char **argv, **envp;
    for (size_t i = 0; i < count; i++) {
        int argc = program_arguments(image, &argv, &envp);
        if (array[i] != 0 && array[i] != UINTPTR_MAX)
            ((initialiser *)array[i])(argc, argv, envp);
    }
}

static void run_constructors(const struct image *image) {
    const struct dynamic *d = &image->dynamic;
    run_array(image, &d->init, 1);
    run_array(image, d->init_array, d->init_count);
}

/* Whether this thread is to run IMAGE's constructors.  Waits for another that does. */
static bool claim(struct isolde_space *space, struct image *image, const struct thread_rest *rest) {
    int state;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state); /* as in dlopen(3) */
    pthread_mutex_lock(&space->lock);
    while (image->state == IMAGE_INITIALISING && rest->initialising == 0)
        pthread_cond_wait(&space->initialised, &space->lock);
    bool mine = image->state == IMAGE_FRESH;
    if (mine) {
        image->state = IMAGE_INITIALISING;
        image->initialised = true;
    }
    pthread_mutex_unlock(&space->lock);
    pthread_setcancelstate(state, &state);
    return mine;
}

struct initialising {
    struct image *image;
    struct thread_rest *rest;
    unsigned depth; /* before */
};

/* Also when a constructor is left by an exception, or its thread is cancelled in it: others wait.
 */
static void initialised(struct initialising *done) {
    struct isolde_space *space = done->image->space;
    done->rest->initialising = done->depth;
    pthread_mutex_lock(&space->lock);
    done->image->state = IMAGE_READY;
    pthread_cond_broadcast(&space->initialised);
    pthread_mutex_unlock(&space->lock);
}

static void initialise(struct isolde_space *space, struct image *image, struct thread_rest *rest) {
    if (image->program || !claim(space, image, rest)) /* a program's are its start code's affair */
        return;
    __attribute__((cleanup(initialised), unused)) struct initialising now = {image, rest,
                                                                             rest->initialising};
    if (image->linked != NULL) {
        link_initialise(image);
    } else {
        rest->initialising++;
        run_constructors(image);
    }
}

/* Initialises the images of ORDER, dependencies first, but those with DF_1_INITFIRST before all.
 * -1 only when out of memory. */
int lifecycle_initialise(struct isolde_space *space, const struct scope *order) {
    struct thread_rest *rest = thread_rest();
    if (rest == NULL) {
        error_set(ISOLDE_EMEMORY, NULL, "out of memory");
        return -1;
    }
    for (size_t i = 0; i < order->count; i++)
        if (order->list[i]->dynamic.init_first)
            initialise(space, order->list[i], rest);
    for (size_t i = 0; i < order->count; i++)
        initialise(space, order->list[i], rest);
    return 0;
}

/* What goes before the constructors of its libraries. */
void lifecycle_preinitialise(const struct image *program) {
    run_array(program, program->dynamic.preinit_array, program->dynamic.preinit_count);
}

/* INIT, where it is given, is the program's own function that runs them. */
void lifecycle_construct(struct image *program, void (*init)(int, char **, char **)) {
    char **argv, **envp;
    int argc = program_arguments(program, &argv, &envp);
    program->initialised = true;
    program->state = IMAGE_READY;
    if (init != NULL)
        init(argc, argv, envp);
    else
        run_constructors(program);
}

void lifecycle_finalise(struct image *image) {
    const struct dynamic *d = &image->dynamic;
    if (!atomic_exchange(&image->initialised, false)) { /* whoever exits may be here, too */
        handlers_run_rest(image);
        return;
    }
    for (size_t i = d->fini_count; i-- > 0;)
        ((void (*)(void))d->fini_array[i])();
    if (d->fini != 0)
        ((void (*)(void))d->fini)();
}

/* The last thing before IMAGE is unmapped.  libstdc++ keeps 72 kB for exceptions that are thrown
 * when memory is out, and gives them back only to this function of its, made for leak checkers. */
void lifecycle_release(const struct image *image) {
    struct query query = query_for("_ZN9__gnu_cxx9__freeresEv", NULL, CLASS_ANY);
    const ElfW(Sym) *symbol = image->relocated ? symbol_in_image(image, &query) : NULL;
    if (symbol != NULL && ELF64_ST_TYPE(symbol->st_info) == STT_FUNC)
        ((void (*)(void))(image->map.l_addr + symbol->st_value))();
}
