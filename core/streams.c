/* streams.c - the standard streams: the host's, and yet programs close them at their end to see
 * write errors, or to have the next file in their place.
 *
 * fclose only flushes.  A descriptor that close gives up stays taken until the run's end puts back
 * what it was: another thread of the host would otherwise get its number for a file, and lose that
 * file then.  What stands in for it (O_PATH) can be neither read nor written.  A program that opens
 * a file expects the lowest free number, so what it opens is moved there. */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* The run of this thread, unless it is a child process, whose descriptors are its own. */
static struct run *run_here(void) {
    struct run *run = program_of_thread();
    return run != NULL && getpid() == run->process ? run : NULL;
}

bool stream_is_vacant(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && (flags & O_PATH);
}

int run_fclose(FILE *stream) {
    bool standard = stream == stdin || stream == stdout || stream == stderr;
    return standard && run_here() != NULL ? fflush(stream) : fclose(stream);
}

int run_close(int fd) {
    struct run *run = run_here();
    if (run == NULL || fd < 0 || fd > STDERR_FILENO || fcntl(fd, F_GETFD) < 0)
        return close(fd);
    if (stream_is_vacant(fd)) {
        errno = EBADF;
        return -1;
    }
    int stand_in = open("/", O_PATH | O_CLOEXEC);
    if (stand_in < 0)
        return close(fd);
    surroundings_keep_stream(&run->surroundings, fd);
    int result = dup3(stand_in, fd, O_CLOEXEC);
    close(stand_in);
    atomic_store(&run->closed_stream, true);
    return result < 0 ? -1 : 0;
}

/* FD, or the lower number that it would have had. */
static int settle(int fd) {
    struct run *run = run_here();
    if (run == NULL || !atomic_load(&run->closed_stream) || fd < 0)
        return fd;
    for (int low = 0; low <= STDERR_FILENO && low < fd; low++)
        if (stream_is_vacant(low) &&
            dup3(fd, low, fcntl(fd, F_GETFD) & FD_CLOEXEC ? O_CLOEXEC : 0) == low) {
            close(fd);
            return low;
        }
    return fd;
}

int run_dup(int fd) { return settle(dup(fd)); }

int run_creat(const char *path, mode_t mode) { return settle(creat(path, mode)); }

int run_open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = __OPEN_NEEDS_MODE(flags) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return settle(open(path, flags, mode));
}

int run_openat(int folder, const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = __OPEN_NEEDS_MODE(flags) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return settle(openat(folder, path, flags, mode));
}
