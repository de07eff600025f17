/* protect.c - pages that nobody may touch, and a handler of SIGSEGV that gives them.
 *
 * Needs nothing of the kernel that it has not had for ever, and a child of fork inherits all of it.
 * "in place" opens the page and relocates it where it is: another thread may read it meanwhile,
 * which is wrong, and is here for its cost.  "moved in" makes the page elsewhere and moves it
 * there, which is right. */
#include "way.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

static void (*give)(struct copy *copy, size_t page);

static int protection_of(const struct copy *copy, size_t page) {
    return page < copy->library->relro_pages ? PROT_READ : PROT_READ | PROT_WRITE;
}

static void give_in_place(struct copy *copy, size_t page) {
    char *at = copy->data + page * PAGE;
    mprotect(at, PAGE, PROT_READ | PROT_WRITE);
    copy_fill(copy, page, at);
    if (page < copy->library->relro_pages)
        mprotect(at, PAGE, PROT_READ);
}

static void give_by_move(struct copy *copy, size_t page) {
    char *made = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (made == MAP_FAILED)
        return;
    copy_fill(copy, page, made);
    mprotect(made, PAGE, protection_of(copy, page));
    mremap(made, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, copy->data + page * PAGE);
}

static void on_violation(int number, siginfo_t *info, void *context) {
    int error = errno;
    (void)number, (void)context;
    struct copy *copy = copies_find(info->si_addr);
    if (copy == NULL)
        signal(SIGSEGV, SIG_DFL);
    else
        give(copy, (size_t)((char *)info->si_addr - copy->data) / PAGE);
    errno = error;
}

static const char *begin(void (*with)(struct copy *copy, size_t page)) {
    struct sigaction action = {.sa_sigaction = on_violation, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    give = with;
    sigaction(SIGSEGV, &action, NULL);
    return NULL;
}

static const char *begin_in_place(void) { return begin(give_in_place); }
static const char *begin_moved(void) { return begin(give_by_move); }

static void open_forbidden(struct copy *copy) {
    checked(mmap(copy->data, copy->library->pages * PAGE, PROT_NONE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
            "mmap");
}

const struct way protect_ways[] = {
    {"SIGSEGV, in place", begin_in_place, NULL, open_forbidden, NULL},
    {"SIGSEGV, moved in", begin_moved, NULL, open_forbidden, NULL},
    {0},
};
