/* tls.c - thread-local storage of images (Drepper, "ELF Handling For Thread-Local Storage").
 *
 * Dynamic TLS has a vector of our own per thread, indexed by a module number of our own; blocks
 * are made when a thread first touches them, so a module costs threads that never use it nothing,
 * and ten thousand modules cost glibc nothing.  A module number of ours is stored complemented
 * (negative), and the vector is indexed with it backwards from its end: one comparison tells
 * whether the number is glibc's, or beyond the vector (x86_64/tlsdesc.S).  The vector itself needs
 * 24 bytes of static TLS in this library.
 *
 * Initial-exec TLS must lie at a fixed distance from the thread pointer, which only glibc can
 * arrange: carrier.c.  Such an image has a module number as well, whose blocks point there.
 * Rejected: a carrier for every image (a link map, 20 microseconds and growing, each).  Only while
 * a debugger watches does every image get one, because a debugger can print no other's variables.
 *
 * A thread's blocks live until the last round of its pthread key destructors, so that other
 * libraries' key destructors still find their TLS. */
#include "loader.h"
#include "thread.h"

#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    unsigned long module, offset;
} tls_index;
extern void *__tls_get_addr(tls_index *index);

static const struct thread no_blocks = {.limit = SIZE_MAX};
__thread struct thread isolde_thread = {.limit = SIZE_MAX};

/* ThreadSanitizer gives up its record of a thread in the last round, and cannot watch us after. */
#ifdef __SANITIZE_THREAD__
enum { EXIT_ROUNDS = PTHREAD_DESTRUCTOR_ITERATIONS - 1 };
#else
enum { EXIT_ROUNDS = PTHREAD_DESTRUCTOR_ITERATIONS };
#endif

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct thread_rest *threads;
static pthread_key_t exit_key;
static struct image **modules;                            /* by module index; NULL: free */
static size_t module_count, module_capacity, module_free; /* lowest index that may be free */

void tls_lock(void) { pthread_mutex_lock(&lock); }
void tls_unlock(void) { pthread_mutex_unlock(&lock); }

/* ---- threads --------------------------------------------------------------------------------- */

/* What code says for the module at INDEX: glibc's own are positive. */
static long number_of(size_t index) { return ~(long)index; }

static void free_block(void *block) {
    void *raw;
    memcpy(&raw, (char *)block - sizeof raw, sizeof raw);
    free(raw);
}

static __thread bool thread_gone;

static void forget_thread(struct thread_rest *rest) {
    thread_gone = true;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < rest->block_count; i++) {
        void *block = rest->blocks[number_of(i)];
        if (block != NULL && modules[i] != NULL && !modules[i]->tls.is_static)
            free_block(block);
    }
    free(rest->blocks - rest->block_count);
    *rest->thread = no_blocks;
    if (rest->previous != NULL)
        rest->previous->next = rest->next;
    else
        threads = rest->next;
    if (rest->next != NULL)
        rest->next->previous = rest->previous;
    pthread_mutex_unlock(&lock);
    error_free_thread(rest->error);
    free(rest->key_values);
    free(rest);
}

static void thread_exit(void *data) {
    struct thread_rest *rest = data;
    keys_run_destructors(rest);
    if (++rest->exit_rounds < EXIT_ROUNDS)
        pthread_setspecific(exit_key, rest);
    else
        forget_thread(rest);
}

__attribute__((constructor(101))) static void make_key(void) {
    pthread_key_create(&exit_key, thread_exit);
}

struct thread_rest *thread_rest(void) {
    struct thread *thread = &isolde_thread;
    if (LIKELY(thread->rest != NULL))
        return thread->rest;
    struct thread_rest *rest = calloc(1, sizeof *rest);
    if (rest == NULL)
        return NULL;
    rest->thread = thread;
    thread->rest = rest;
    if (thread_gone) { /* no destructor will run again: lost, but not linked */
        static struct isolde_space nowhere;
        atomic_store(&rest->reading, &nowhere); /* nobody would wait for it */
        atomic_store(&rest->inside, true);
        return rest;
    }
    pthread_mutex_lock(&lock);
    rest->next = threads;
    if (threads != NULL)
        threads->previous = rest;
    threads = rest;
    pthread_mutex_unlock(&lock);
    pthread_setspecific(exit_key, rest);
    return rest;
}

static bool others_read(const struct isolde_space *space) {
    bool found = false;
    pthread_mutex_lock(&lock);
    for (struct thread_rest *rest = threads; rest != NULL && !found; rest = rest->next)
        found = rest != isolde_thread.rest && atomic_load(&rest->reading) == space;
    pthread_mutex_unlock(&lock);
    return found;
}

/* Waits until no other thread looks up in SPACE, where nobody can begin to.  Not with the lock: a
 * signal handler amid such a look-up may want it for its TLS. */
void tls_await_readers(const struct isolde_space *space) {
    while (others_read(space))
        sched_yield();
}

/* A child has one thread: the others' records would be written through into memory that is gone. */
void tls_reset_after_fork(void) {
    threads = isolde_thread.rest;
    if (threads != NULL)
        threads->previous = threads->next = NULL;
}

/* ---- blocks ------------------------------------------------------------------------------------
 */

static void die(const char *what) {
    fprintf(stderr, "isolde: fatal: %s\n", what);
    abort();
}

static void *make_block(const struct image *image) {
    const struct tls_block *tls = &image->tls;
    if (tls->is_static)
        return (char *)__builtin_thread_pointer() + tls->offset;
    size_t alignment = tls->alignment < 16 ? 16 : tls->alignment;
    char *raw = calloc(1, tls->memory_size + 2 * alignment + sizeof raw);
    if (raw == NULL)
        die("out of memory for thread-local data");
    uintptr_t start = ((uintptr_t)raw + sizeof raw + alignment - 1) & ~(alignment - 1);
    char *block = (char *)start + tls->first_byte;
    memcpy(block - sizeof raw, &raw, sizeof raw);
    memcpy(block, tls->initial, tls->file_size);
    return block;
}

/* Longer at its beginning: it is indexed backwards from its end. */
static void grow_vector(struct thread_rest *rest, size_t index) {
    size_t old = rest->block_count, count = (index + 16) & ~(size_t)15;
    void **vector = calloc(count, sizeof *vector);
    if (vector == NULL)
        die("out of memory for thread-local data");
    if (old > 0) {
        memcpy(vector + count - old, rest->blocks - old, old * sizeof *vector);
    }
    void **before = rest->blocks - old;
    rest->blocks = rest->thread->blocks = vector + count;
    rest->block_count = count;
    atomic_signal_fence(memory_order_release);
    rest->thread->limit = ~count;
    atomic_signal_fence(memory_order_release);
    free(before);
}

/* This thread's variable of a module it touches for the first time. */
__attribute__((used, noinline, force_align_arg_pointer)) void *tls_first_touch(tls_index *at) {
    size_t index = (size_t)~at->module;
    struct thread_rest *rest = thread_rest();
    if (rest == NULL)
        die("out of memory for thread-local data");
    pthread_mutex_lock(&lock);
    if (index >= module_count || modules[index] == NULL)
        die("thread-local data of an image that is closed");
    if (index >= rest->block_count)
        grow_vector(rest, index);
    char *block = make_block(modules[index]);
    rest->blocks[number_of(index)] = block;
    pthread_mutex_unlock(&lock);
    return block + at->offset;
}

/* This thread's block of IMAGE's variables, or NULL while it has none. */
void *tls_block_here(const struct image *image) {
    const struct thread *thread = &isolde_thread;
    size_t number = (size_t)number_of((size_t)image->tls.module);
    return image->tls.module >= 0 && number > thread->limit ? thread->blocks[(long)number] : NULL;
}

/* ---- modules -----------------------------------------------------------------------------------
 */

/* Gives IMAGE, which has PT_TLS, a module number. */
int tls_assign(struct image *image) {
    int result = 0;
    if (image->tls.memory_size == 0)
        return 0;
    pthread_mutex_lock(&lock);
    size_t index = module_free;
    while (index < module_count && modules[index] != NULL)
        index++;
    struct image **bigger = array_grow(modules, index, &module_capacity, sizeof *modules);
    if (bigger == NULL) {
        result = -1;
    } else {
        modules = bigger;
        modules[index] = image;
        if (index == module_count)
            module_count++;
        module_free = index + 1;
        image->tls.module = (long)index;
    }
    pthread_mutex_unlock(&lock);
    return result;
}

/* Gives IMAGE a place in static TLS.  Impossible once a thread may have a block elsewhere. */
int tls_make_static(struct image *image, const struct image *wanted_by) {
    if (image->tls.is_static)
        return 0;
    if (!image->relocated)
        return carrier_open(image);
    struct error_detail detail = {.file = image->map.l_name, .needed_by = wanted_by->map.l_name};
    if (image->space != wanted_by->space)
        error_set(
            ISOLDE_ETLS, &detail,
            "%s wants initial-exec access to the TLS of %s, which space '%s' takes from space "
            "'%s' and which was opened there without static TLS; take it out of the link",
            wanted_by->map.l_name, image->map.l_name, wanted_by->space->name, image->space->name);
    else
        error_set(
            ISOLDE_ETLS, &detail,
            "%s wants initial-exec access to the TLS of %s, which was opened without static TLS "
            "in space '%s'; open %s first",
            wanted_by->map.l_name, image->map.l_name, image->space->name, wanted_by->map.l_name);
    return -1;
}

void tls_release(struct image *image) {
    struct tls_block *tls = &image->tls;
    if (tls->module >= 0) {
        size_t index = (size_t)tls->module;
        pthread_mutex_lock(&lock);
        /* One that first came here in its last rounds of key destructors is listed for ever. */
        for (struct thread_rest *rest = threads; rest != NULL; rest = rest->next) {
            void **block = index < rest->block_count ? &rest->blocks[number_of(index)] : NULL;
            if (block == NULL || *block == NULL)
                continue;
            if (!tls->is_static)
                free_block(*block);
            *block = NULL;
        }
        modules[index] = NULL;
        if (index < module_free)
            module_free = index;
        pthread_mutex_unlock(&lock);
        tls->module = -1;
    }
    carrier_close(image);
}

long tls_module_of(const struct image *image) {
    const struct tls_block *tls = &image->tls;
    size_t module = 0;
    if (image->space != NULL && tls->carrier != NULL && !tls->is_static)
        return (long)carrier_module(image);
    if (image->space != NULL)
        return tls->module < 0 ? 0 : number_of((size_t)tls->module);
    if (glibc.dlinfo(image->glibc, RTLD_DI_TLS_MODID, &module) != 0)
        return 0;
    return (long)module;
}

/* The distance of a host image's TLS from the thread pointer, which glibc keeps in its link_map at
 * the offset it publishes for libthread_db; false: it has none. */
bool tls_host_offset(const struct image *image, ptrdiff_t *offset) {
    const uint32_t *field = glibc.link_map_tls_offset;
    size_t value = 0;
    if (field != NULL)
        memcpy(&value, (const char *)image->glibc + field[2], sizeof value);
    *offset = -(ptrdiff_t)value;
    return value != 0 && value < (size_t)-4096;
}

/* Makes WORD what the second word of a TLSDESC slot holds (tlsdesc.S).  -1: it does not fit. */
int tls_descriptor(long module, uint64_t offset, uintptr_t *word) {
    *word = (uintptr_t)module << 32 | (uint32_t)offset;
    return (int32_t)module == module && (int64_t)offset == (int32_t)offset ? 0 : -1;
}
