/* requests.c - what an open asks of glibc's loader.
 *
 * glibc holds its own lock while it runs constructors, and those may call us.  So nothing of ours
 * may be locked while glibc is asked to load something: a library of the shared group that the host
 * has not loaded yet, a carrier.  An attempt to open that meets such a need notes it here and is
 * undone as a whole; then, with no lock held, glibc is asked, and the open is attempted again,
 * which finds the answer here.
 *
 * A carrier answers a need of the same shape and content.  What the last open of a file took is
 * made before the next one's first attempt, which then is the only one.  Rejected: to keep a
 * carrier ready between opens; glibc takes static TLS back only in the reverse order of giving. */
#include "loader.h"
#include "thread.h"

#include <stdlib.h>
#include <string.h>

struct request {
    enum request_kind {
        REQUEST_LOADED,
        REQUEST_SHARED,
        REQUEST_STACKS,
        REQUEST_TOKEN,
        REQUEST_CARRIER
    } kind;
    char *name;           /* of a library, or the token; of the image that a carrier is for */
    char *asker;          /* path of who needs it; NULL: nobody in the space */
    char *space;          /* name of the asker's */
    struct tls_block tls; /* of a carrier; `initial` is a copy */
    enum carrier_need need;
    bool done, taken;
    void *result;
    struct request *next;
};

/* An attempt that fails for the fourth time because content moved (it holds addresses, and the
 * image was mapped elsewhere) asks glibc under our locks after all. */
enum { PATIENCE = 4 };

static struct requests *current(void) {
    struct thread_rest *rest = isolde_thread.rest;
    return rest ? rest->requests : NULL;
}

bool requests_pending(void) {
    const struct requests *requests = current();
    return requests != NULL && requests->pending;
}

static char *copy(const char *text) { return text ? strdup(text) : NULL; }

static bool same_tls(const struct tls_block *a, const struct tls_block *b) {
    return a->file_size == b->file_size && a->memory_size == b->memory_size &&
           a->alignment == b->alignment && a->first_byte == b->first_byte &&
           memcmp(a->initial, b->initial, a->file_size) == 0;
}

static bool same(const struct request *a, const struct request *b) {
    if (a->kind != b->kind || a->taken)
        return false;
    if (a->kind == REQUEST_CARRIER)
        return a->need == b->need && same_tls(&a->tls, &b->tls);
    return a->kind == REQUEST_STACKS || strcmp(a->name, b->name) == 0;
}

static void release(struct request *request) {
    free(request->name);
    free(request->asker);
    free(request->space);
    free((void *)request->tls.initial);
    free(request);
}

/* Enters a copy of WANTED; NULL: out of memory. */
static struct request *enter(struct requests *requests, const struct request *wanted) {
    struct request *r = malloc(sizeof *r);
    void *initial = r ? malloc(wanted->tls.file_size + 1) : NULL;
    if (initial == NULL) {
        free(r);
        error_set(ISOLDE_EMEMORY, NULL, "out of memory");
        return NULL;
    }
    *r = *wanted;
    r->name = copy(wanted->name);
    r->asker = copy(wanted->asker);
    r->space = copy(wanted->space);
    r->tls.initial =
        memcpy(initial, wanted->tls.initial ? wanted->tls.initial : "", wanted->tls.file_size);
    r->next = requests->list;
    requests->list = r;
    return r;
}

/* The answered request like WANTED; or NULL, and it is noted. */
static struct request *ask(const struct request *wanted) {
    struct requests *requests = current();
    for (struct request *r = requests->list; r != NULL; r = r->next)
        if (r->done && same(r, wanted))
            return r;
    if (enter(requests, wanted) != NULL)
        requests->pending = true;
    return NULL;
}

/* ---- what a file took last time
 * ------------------------------------------------------------------
 */

struct habit {
    char *file;
    struct tls_block tls; /* `initial` is a copy */
    enum carrier_need need;
    struct habit *next;
};

enum { HABITS_MAX = 64 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct habit *habits;
static unsigned habit_count;

void requests_lock(void) { pthread_mutex_lock(&lock); }
void requests_unlock(void) { pthread_mutex_unlock(&lock); }

static void *copy_of(const void *data, size_t size) {
    void *own = malloc(size + 1);
    return own ? memcpy(own, data, size) : NULL;
}

static void drop_habits(const char *file) {
    for (struct habit **link = &habits, *habit; (habit = *link) != NULL;) {
        if (strcmp(habit->file, file) != 0) {
            link = &habit->next;
            continue;
        }
        *link = habit->next;
        habit_count--;
        free(habit->file);
        free((void *)habit->tls.initial);
        free(habit);
    }
}

static void add_habit(const char *file, const struct request *request) {
    const struct tls_block *tls = &request->tls;
    struct habit *habit = habit_count < HABITS_MAX ? malloc(sizeof *habit) : NULL;
    if (habit == NULL)
        return;
    *habit = (struct habit){strdup(file), *tls, request->need, habits};
    habit->tls.initial = copy_of(tls->initial, tls->file_size);
    if (habit->file == NULL || habit->tls.initial == NULL) {
        free(habit->file);
        free((void *)habit->tls.initial);
        free(habit);
        return;
    }
    habits = habit;
    habit_count++;
}

static void remember(const char *file, const struct request *list) {
    requests_lock();
    drop_habits(file);
    for (const struct request *r = list; r != NULL; r = r->next)
        if (r->kind == REQUEST_CARRIER && r->taken && r->need != CARRIER_DYNAMIC)
            add_habit(file, r);
    requests_unlock();
}

/* Enters what FILE took last time as requests to be answered. */
static void expect(struct requests *requests, const char *file, const char *space) {
    requests_lock();
    for (const struct habit *habit = habits; habit != NULL; habit = habit->next)
        if (strcmp(habit->file, file) == 0)
            enter(requests, &(struct request){.kind = REQUEST_CARRIER,
                                              .name = (char *)file,
                                              .space = (char *)space,
                                              .tls = habit->tls,
                                              .need = habit->need});
    requests_unlock();
}

/* ---- asking, from inside an attempt -------------------------------------------------------------
 */

/* The host's library NAME.  NULL: none, with an error set unless it was noted. */
struct image *request_shared(const char *name, const struct image *needer) {
    const char *asker = needer ? needer->map.l_name : NULL;
    if (current() == NULL)
        return host_load(name, asker);
    const struct request *answer = ask(
        &(struct request){.kind = REQUEST_SHARED, .name = (char *)name, .asker = (char *)asker});
    return answer ? answer->result : NULL;
}

/* The same only if the host has it. */
struct image *request_loaded(const char *name) {
    if (current() == NULL)
        return host_loaded(name);
    const struct request *answer =
        ask(&(struct request){.kind = REQUEST_LOADED, .name = (char *)name});
    return answer ? answer->result : NULL;
}

/* What TEXT, "$LIB" or "$PLATFORM", stands for; "" where it was noted.  Never freed. */
const char *request_token(const char *text) {
    if (current() == NULL || carrier_knows_token(text))
        return carrier_token(text);
    const struct request *answer =
        ask(&(struct request){.kind = REQUEST_TOKEN, .name = (char *)text});
    return answer && answer->result ? answer->result : "";
}

int request_executable_stacks(const struct image *image) {
    if (carrier_stacks_are_executable())
        return 0;
    return ask(&(struct request){.kind = REQUEST_STACKS,
                                 .name = image->map.l_name,
                                 .asker = image->needed_by,
                                 .space = image->space->name})
               ? 0
               : -1;
}

/* A carrier for IMAGE's TLS, which belongs to the request until the open succeeds.  NULL: noted, or
 * there is none. */
void *request_carrier(const struct image *image, enum carrier_need need) {
    struct requests *requests = current();
    struct request wanted = {.kind = REQUEST_CARRIER,
                             .name = image->map.l_name,
                             .space = image->space->name,
                             .tls = image->tls,
                             .need = need};
    void *now = requests->attempts < PATIENCE ? NULL : carrier_make(&image->tls, need);
    struct request *request = now ? enter(requests, &wanted) : ask(&wanted);
    if (request == NULL)
        return NULL;
    if (now != NULL) {
        request->done = true;
        request->result = now;
    }
    request->taken = true;
    return request->result;
}

/* The attempt is undone: its carriers are free for the next one. */
void requests_undone(void) {
    struct requests *requests = current();
    for (struct request *r = requests ? requests->list : NULL; r != NULL; r = r->next)
        r->taken = false;
}

/* ---- answering, between attempts
 * -----------------------------------------------------------------
 */

static int answer_carrier(struct request *request) {
    request->result = carrier_make(&request->tls, request->need);
    if (request->result != NULL)
        return 0;
    if (request->need == CARRIER_STATIC)
        return carrier_refused(request->name, request->space, request->tls.memory_size);
    glibc.dlerror();
    return 0;
}

static int answer(struct request *request) {
    switch (request->kind) {
    case REQUEST_LOADED:
        request->result = host_loaded(request->name);
        return 0;
    case REQUEST_SHARED:
        request->result = host_load(request->name, request->asker);
        return request->result ? 0 : -1;
    case REQUEST_STACKS:
        return carrier_make_stacks_executable(request->name, request->asker, request->space);
    case REQUEST_TOKEN:
        request->result = (void *)carrier_token(request->name);
        return 0;
    default:
        return answer_carrier(request);
    }
}

/* Answers what the attempt that was just undone has noted. */
int requests_answer(struct requests *requests) {
    int result = 0;
    for (struct request *r = requests->list; r != NULL && result == 0; r = r->next)
        if (!r->done) {
            result = answer(r);
            r->done = result == 0;
        }
    requests->pending = false;
    requests->attempts++;
    return result;
}

/* What could not be had beforehand is asked for again only by who needs it. */
static void drop_unanswered(struct requests *requests) {
    for (struct request **link = &requests->list, *r; (r = *link) != NULL;) {
        if (r->done) {
            link = &r->next;
            continue;
        }
        *link = r->next;
        release(r);
    }
}

/* Before the first attempt to open FILE.  EXPECTED: it is not open yet, so it will take what it
 * took last time. */
int requests_begin(struct requests *requests, const char *file, const char *space, bool expected) {
    struct thread_rest *rest = thread_rest();
    if (rest == NULL) {
        error_set(ISOLDE_EMEMORY, NULL, "out of memory");
        return -1;
    }
    *requests = (struct requests){.outer = rest->requests};
    rest->requests = requests;
    if (expected)
        expect(requests, file, space);
    if (requests_answer(requests) < 0) {
        error_take(); /* told again if it is needed after all */
        drop_unanswered(requests);
    }
    requests->attempts = 0;
    return 0;
}

/* After the last attempt: carriers that nobody took are given back. */
void requests_end(struct requests *requests, const char *file) {
    bool took = false;
    isolde_thread.rest->requests = requests->outer;
    for (const struct request *r = requests->list; r != NULL && !took; r = r->next)
        took = r->kind == REQUEST_CARRIER && r->taken;
    if (took)
        remember(file, requests->list);
    for (struct request *r = requests->list, *next; r != NULL; r = next) {
        next = r->next;
        if (r->kind == REQUEST_CARRIER && !r->taken)
            carrier_give_back(r->result);
        release(r);
    }
}
