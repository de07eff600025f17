/* ways.h - the ways to one more isolated copy of a library: a space, a namespace of glibc's, a file
 * in memory under another name, a forked process that has it, a new process that loads it.
 *
 * An open ends when the copy's function has been called once. */
#ifndef WAYS_H
#define WAYS_H

#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>

typedef int function_type(int, int);

struct copy {
    function_type *function;
    void *space, *handle;
    double file_kib; /* a file in memory, which is this copy's alone */
    int fd;          /* that file, or the connection with the process */
    pid_t pid;       /* the process; 0: none */
    double told_ns;  /* its processor time when it last answered */
};

struct way {
    const char *name;
    const char *(*open)(struct copy *copy); /* why not; NULL: done */
    void (*close)(struct copy *copy);
    void (*call)(struct copy *copy);
    void *(*look_up)(struct copy *copy, const char *name);
    int is_process;
};

static const char *library_name, *function_name;
/* Processor time of processes that are copies. */
static double children_ns;

static function_type *find_function(void *handle) {
    require(handle, library_name, dlerror());
    return (function_type *)require(dlsym(handle, function_name), function_name, dlerror());
}

static void call_here(struct copy *copy) { copy->function(2, 3); }

/* What a process that is a copy does: calls, and says how much processor time it has taken. */
static int serve(int fd, function_type *function) {
    char request;
    do {
        struct timespec t;
        function(2, 3);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        double told = (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
        if (write(fd, &told, sizeof told) != sizeof told)
            return 1;
    } while (read(fd, &request, 1) == 1);
    return 0;
}

#ifdef THROUGH_ISOLDE

static const char *open_space(struct copy *copy) {
    copy->space = isolde_space_new(NULL, NULL);
    copy->handle = copy->space ? isolde_dlopen(copy->space, library_name, RTLD_NOW) : NULL;
    if (copy->handle == NULL) {
        const char *reason = isolde_dlerror();
        if (copy->space != NULL)
            isolde_space_close(copy->space);
        return reason;
    }
    copy->function = (function_type *)isolde_dlsym(copy->handle, function_name);
    require((void *)copy->function, function_name, "not found");
    call_here(copy);
    return NULL;
}

static void close_space(struct copy *copy) {
    if (isolde_space_close(copy->space) < 0)
        require(NULL, "isolde_space_close", isolde_dlerror());
}

static void *look_up_in_space(struct copy *copy, const char *name) {
    return isolde_dlsym(copy->handle, name);
}

static const struct way ways[] = {
    {"isolde", open_space, close_space, call_here, look_up_in_space, 0},
    {0},
};

#else

static const char *ready(struct copy *copy) {
    if (copy->handle == NULL)
        return dlerror();
    copy->function = find_function(copy->handle);
    call_here(copy);
    return NULL;
}

static void close_handle(struct copy *copy) {
    dlclose(copy->handle);
    if (copy->fd > 0)
        close(copy->fd);
}

static void *look_up_in_handle(struct copy *copy, const char *name) {
    return dlsym(copy->handle, name);
}

static const char *open_once(struct copy *copy) {
    copy->handle = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
    return ready(copy);
}

static const char *open_namespace(struct copy *copy) {
    copy->handle = dlmopen(LM_ID_NEWLM, library_name, RTLD_NOW);
    return ready(copy);
}

/* The file's path: dlopen looks for it where a copy's maker has to look, too. */
static const char *library_path(void) {
    static char path[4096];
    if (path[0] == '\0') {
        Dl_info info;
        function_type *function = find_function(dlopen(library_name, RTLD_NOW));
        require(dladdr((void *)function, &info) ? &info : NULL, library_name, "no path");
        snprintf(path, sizeof path, "%s", info.dli_fname);
    }
    return path;
}

/* The descriptor stays open: a number used again would be the name of a library that is there. */
static const char *open_memory_file(struct copy *copy) {
    char name[64];
    struct stat status;
    int file = open(library_path(), O_RDONLY | O_CLOEXEC);
    copy->fd = memfd_create(function_name, MFD_CLOEXEC);
    if (file < 0 || copy->fd < 0 || fstat(file, &status) < 0)
        return strerror(errno);
    for (off_t left = status.st_size; left > 0;) {
        ssize_t sent = sendfile(copy->fd, file, NULL, (size_t)left);
        if (sent <= 0)
            return strerror(errno);
        left -= sent;
    }
    close(file);
    copy->file_kib = (double)((status.st_size + 4095) / 4096 * 4);
    snprintf(name, sizeof name, "/proc/self/fd/%d", copy->fd);
    copy->handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    return ready(copy);
}

/* Waits for the answer of the process: its processor time so far. */
static const char *wait_for_answer(struct copy *copy) {
    double told;
    if (read(copy->fd, &told, sizeof told) != sizeof told)
        return "the process ended";
    children_ns += told - copy->told_ns;
    copy->told_ns = told;
    return NULL;
}

static void call_process(struct copy *copy) {
    if (write(copy->fd, "", 1) != 1 || wait_for_answer(copy) != NULL)
        require(NULL, "a call", "the process ended");
}

static void close_process(struct copy *copy) {
    struct rusage used;
    kill(copy->pid, SIGKILL);
    wait4(copy->pid, NULL, 0, &used);
    close(copy->fd);
    double seconds = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec);
    double microseconds = (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    children_ns += seconds * 1e9 + microseconds * 1e3 - copy->told_ns;
}

static const char *open_forked(struct copy *copy) {
    static function_type *function;
    int ends[2];
    if (function == NULL)
        function = find_function(dlopen(library_name, RTLD_NOW));
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return strerror(errno);
    copy->fd = ends[0];
    copy->pid = fork();
    if (copy->pid < 0)
        return strerror(errno);
    if (copy->pid == 0)
        _exit(serve(ends[1], function));
    close(ends[1]);
    return wait_for_answer(copy);
}

static const char *open_spawned(struct copy *copy) {
    extern char **environ;
    char *const argv[] = {"copies", "served", (char *)library_name, (char *)function_name, NULL};
    posix_spawn_file_actions_t actions;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return strerror(errno);
    copy->fd = ends[0];
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
    int error = posix_spawn(&copy->pid, "/proc/self/exe", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    return error ? strerror(error) : wait_for_answer(copy);
}

static const struct way ways[] = {
    {"dlopen", open_once, close_handle, call_here, look_up_in_handle, 0},
    {"dlmopen", open_namespace, close_handle, call_here, look_up_in_handle, 0},
    {"memfd", open_memory_file, close_handle, call_here, look_up_in_handle, 0},
    {"fork", open_forked, close_process, call_process, NULL, 1},
    {"posix_spawn", open_spawned, close_process, call_process, NULL, 1},
    {0},
};

#endif
#endif
