/* userfault.c - pages that are missing until they are touched; userfaultfd(2) says when.
 *
 * The writable pages are anonymous memory.  Somebody who is told of a fault makes the page in a
 * buffer and hands it to the kernel, which puts it in place at once, so that no other thread
 * sees it half made: a thread of its own, or with UFFD_FEATURE_SIGBUS the handler of that signal,
 * in the thread that touched it. */
#include "way.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

enum { AROUND_MAX = 16 };

static int uffd = -1;
static int open_flags;
static uint64_t features;
static size_t around = 1; /* pages made for one fault */
static bool only_relro_lazy;

static const char *open_uffd(void) {
    static char refusal[100];
    struct uffdio_api api = {.api = UFFD_API, .features = features};
    uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | open_flags);
    if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api) < 0) {
        strcpy(refusal, uffd < 0 ? "userfaultfd: " : "UFFDIO_API: ");
        strncat(refusal, strerror(errno), 60);
        return refusal;
    }
    return NULL;
}

/* The pages that are made for a fault on PAGE.  They lie in one mapping, or the kernel refuses
 * them: the boundary of relro is a boundary of mappings. */
static size_t choose(const struct library *library, size_t *page) {
    size_t start = *page - *page % around, end = start + around, relro = library->relro_pages;
    if (*page < relro && end > relro)
        end = relro;
    if (*page >= relro && start < relro)
        start = relro;
    if (end > library->pages)
        end = library->pages;
    *page = start;
    return end - start;
}

static void place(char *at, const char *made, size_t size) {
    size_t most = size;
    for (size_t done = 0; done < size;) {
        struct uffdio_copy copy = {.dst = (uintptr_t)at + done, .src = (uintptr_t)made + done};
        copy.len = most < size - done ? most : size - done;
        ioctl(uffd, UFFDIO_COPY, &copy);
        if (copy.copy > 0)
            done += (size_t)copy.copy;
        else if (copy.copy == -EEXIST) /* this page is there already */
            done += PAGE;
        else if (copy.copy == -ENOENT && most > PAGE) /* the program has split the mapping */
            most = PAGE;
        else if (copy.copy != -EAGAIN)
            return;
    }
    ioctl(uffd, UFFDIO_WAKE, &(struct uffdio_range){(uintptr_t)at, size});
}

static void make_pages(const void *address) {
    char buffer[AROUND_MAX * PAGE];
    struct copy *copy = copies_find(address);
    if (copy == NULL)
        return;
    size_t page = (size_t)((const char *)address - copy->data) / PAGE;
    size_t count = choose(copy->library, &page);
    for (size_t i = 0; i < count; i++)
        copy_fill(copy, page + i, buffer + i * PAGE);
    place(copy->data + page * PAGE, buffer, count * PAGE);
}

static void *serve(void *unused) {
    struct uffd_msg message;
    (void)unused;
    while (read(uffd, &message, sizeof message) == sizeof message)
        if (message.event == UFFD_EVENT_PAGEFAULT)
            make_pages((void *)(uintptr_t)message.arg.pagefault.address);
    return NULL;
}

static void on_bus_error(int number, siginfo_t *info, void *context) {
    int error = errno;
    (void)number, (void)context;
    if (copies_find(info->si_addr) == NULL)
        signal(SIGBUS, SIG_DFL); /* not ours: it happens again, and ends the process */
    else
        make_pages(info->si_addr);
    errno = error;
}

static const char *begin_thread(void) {
    pthread_t thread;
    const char *refusal = open_uffd();
    if (refusal == NULL && pthread_create(&thread, NULL, serve, NULL) != 0)
        refusal = "pthread_create";
    return refusal;
}

static const char *begin_around(void) {
    around = AROUND_MAX;
    return begin_thread();
}

static const char *begin_user_mode(void) {
    open_flags = UFFD_USER_MODE_ONLY;
    return begin_thread();
}

static const char *begin_sigbus(void) {
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    features = UFFD_FEATURE_SIGBUS;
    open_flags = UFFD_USER_MODE_ONLY; /* it serves no other: and needs no privilege */
    sigaction(SIGBUS, &action, NULL);
    return open_uffd();
}

static const char *begin_sigbus_around(void) {
    around = AROUND_MAX;
    return begin_sigbus();
}

static const char *begin_relro(void) {
    only_relro_lazy = true;
    return begin_sigbus();
}

static void watch(const struct copy *copy, size_t pages) {
    struct uffdio_register wanted = {.range = {(uintptr_t)copy->data, pages * PAGE},
                                     .mode = UFFDIO_REGISTER_MODE_MISSING};
    require(ioctl(uffd, UFFDIO_REGISTER, &wanted) == 0, "UFFDIO_REGISTER");
}

static void open_lazily(struct copy *copy) {
    const struct library *library = copy->library;
    checked(mmap(copy->data, library->pages * PAGE, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
            "mmap");
    watch(copy, library->pages);
    mprotect(copy->data, library->relro_pages * PAGE, PROT_READ);
}

static void open_relro_lazily(struct copy *copy) {
    const struct library *library = copy->library;
    size_t lazy = library->relro_pages, rest = library->pages - lazy;
    char *data = checked(mmap(copy->data, library->pages * PAGE, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
                         "mmap");
    madvise(data + lazy * PAGE, rest * PAGE, MADV_POPULATE_WRITE);
    memcpy(data + lazy * PAGE, library->content + lazy * PAGE, rest * PAGE);
    copy_relocate(copy, lazy, rest);
    if (lazy == 0)
        return;
    watch(copy, lazy);
    mprotect(data, lazy * PAGE, PROT_READ);
}

/* No fault at all: the kernel is handed the pages before anybody can touch them. */
static void open_at_once(struct copy *copy) {
    char made[AROUND_MAX * PAGE];
    const struct library *library = copy->library;
    size_t size = library->pages * PAGE;
    checked(mmap(copy->data, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                 -1, 0),
            "mmap");
    watch(copy, library->pages);
    for (size_t page = 0, count; page < library->pages; page += count) {
        count = library->pages - page < AROUND_MAX ? library->pages - page : AROUND_MAX;
        for (size_t i = 0; i < count; i++)
            copy_fill(copy, page + i, made + i * PAGE);
        place(copy->data + page * PAGE, made, count * PAGE);
    }
    ioctl(uffd, UFFDIO_UNREGISTER, &(struct uffdio_range){(uintptr_t)copy->data, size});
    mprotect(copy->data, library->relro_pages * PAGE, PROT_READ);
}

/* A child has the missing pages but nobody who is told of them: they would read as zeros. */
static void watch_again(struct copy *first) {
    close(uffd);
    require(open_uffd() == NULL, "userfaultfd in a child");
    for (struct copy *copy = first; copy != NULL; copy = copy->next)
        watch(copy, only_relro_lazy ? copy->library->relro_pages : copy->library->pages);
    pthread_t thread;
    if (!(features & UFFD_FEATURE_SIGBUS))
        require(pthread_create(&thread, NULL, serve, NULL) == 0, "pthread_create in a child");
}

const struct way userfault_ways[] = {
    {"userfaultfd, thread", begin_thread, NULL, open_lazily, watch_again},
    {"userfaultfd, thread, 16 pages", begin_around, NULL, open_lazily, watch_again},
    {"userfaultfd, thread, user mode", begin_user_mode, NULL, open_lazily, watch_again},
    {"userfaultfd, SIGBUS", begin_sigbus, NULL, open_lazily, watch_again},
    {"userfaultfd, SIGBUS, 16 pages", begin_sigbus_around, NULL, open_lazily, watch_again},
    {"userfaultfd, SIGBUS, relro only", begin_relro, NULL, open_relro_lazily, watch_again},
    {"userfaultfd, at once", begin_sigbus, NULL, open_at_once, NULL},
    {0},
};
