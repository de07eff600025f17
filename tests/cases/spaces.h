/* spaces.h - hosts of several spaces, written once for both loaders.
 *
 * With THROUGH_ISOLDE a place is a space, which takes libstdc++ from the host (SHARING) or has its
 * own (PRIVATE).  Without, every place is the base namespace: glibc's answer is what one libstdc++
 * for all gives. */
#ifndef SPACES_H
#define SPACES_H

#include "loader.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind { SHARING, PRIVATE };
static const char *const kind_names[] = {"shared", "private"};

#ifdef THROUGH_ISOLDE
typedef isolde_space *place;

static inline place place_new(enum kind kind) {
    static const char *const sharing[] = {"libstdc++.so.6", NULL};
    struct isolde_options options;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.shared = kind == SHARING ? sharing : NULL;
    return isolde_space_new(NULL, &options);
}
static inline void *open_in(place where, const char *file, int mode) {
    return isolde_dlopen(where, file, mode);
}
static inline int close_place(place where, void *handle) {
    return dlclose(handle) < 0 ? -1 : isolde_space_close(where);
}
#else
typedef int place;

static inline place place_new(enum kind kind) { return (int)kind; }
static inline void *open_in(place where, const char *file, int mode) {
    (void)where;
    return dlopen(file, mode);
}
static inline int close_place(place where, void *handle) {
    (void)where;
    return dlclose(handle);
}
#endif

/* FILE in a new place of KIND; a refusal is printed and ends the program. */
static inline void *opened_in(enum kind kind, const char *file) {
    void *handle = open_in(place_new(kind), file, RTLD_NOW);
    if (handle == NULL) {
        printf("refused: %s\n", dlerror());
        exit(3);
    }
    return handle;
}

/* Runs BODY in a child that nothing of what follows can harm; its status, as from wait(2).  A child
 * that waits for ever is ended by SIGALRM. */
static inline int status_of(void (*body)(void *), void *data) {
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        const struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        if (freopen("/dev/null", "w", stderr) == NULL) /* what terminate() says */
            _exit(4);
        alarm(2);
        body(data);
        fflush(stdout);
        _exit(0);
    }
    waitpid(child, &status, 0);
    return status;
}

/* Says how BODY ended if not well. */
static inline void ends(const char *label, void (*body)(void *), void *data) {
    int status = status_of(body, data);
    if (WIFSIGNALED(status))
        printf("%s: SIG%s\n", label, sigabbrev_np(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0)
        printf("%s: exit status %d\n", label, WEXITSTATUS(status));
}

#ifdef __cplusplus
#include <initializer_list>

/* The function NAME, of type F. */
template <class F> F *function_of(void *handle, const char *name) {
    return reinterpret_cast<F *>(found(handle, name));
}

/* Calls VISIT with each kind of place and the file opened there. */
template <class F> void in_both_kinds(const char *file, F visit) {
    for (kind each : {SHARING, PRIVATE})
        visit(kind_names[each], opened_in(each, file));
}

template <class F> int status_of(F body) {
    return status_of([](void *data) { (*static_cast<F *>(data))(); }, &body);
}

template <class F> void ends(const char *label, F body) {
    ends(
        label, [](void *data) { (*static_cast<F *>(data))(); }, &body);
}
#endif
#endif
