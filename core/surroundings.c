/* surroundings.c - what of the process a run must not leave behind, because the host would not
 * survive it or not know it: signal handlers whose code goes with the run, a standard stream closed
 * or led elsewhere, stdio's buffers in the run's memory, the locale.
 *
 * Everything else that a program changes of the process stays changed (limits.md): another thread
 * of the host may have changed it meanwhile, and nobody can tell whose change it was. */
#include "run.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUT_OF_THE_WAY = 10 };

static const struct image *holder(const struct sigaction *action) {
    return addresses_find((uintptr_t)action->sa_handler);
}

static int copy_stream(int fd) {
    return stream_is_vacant(fd) ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, OUT_OF_THE_WAY);
}

/* Before a run closes FD: when it began, another that has ended since may have had it closed. */
void surroundings_keep_stream(struct surroundings *s, int fd) {
    if (s->streams[fd] < 0)
        s->streams[fd] = copy_stream(fd);
}

void surroundings_save(struct surroundings *s) {
    const char *locale = setlocale(LC_ALL, NULL);
    for (int number = 1; number < SIGNALS; number++) {
        struct sigaction *action = &s->signals[number];
        if (sigaction(number, NULL, action) < 0)
            continue;
        const struct image *image = holder(action); /* of another run, which may end before */
        if (image != NULL && image->run != NULL)
            *action = (struct sigaction){.sa_handler = SIG_DFL};
    }
    for (int fd = 0; fd < 3; fd++)
        s->streams[fd] = copy_stream(fd);
    s->locale = locale ? strdup(locale) : NULL;
}

/* A handler of the run's own, or a plain disposition that the host did not have. */
static bool is_the_runs(const struct sigaction *now, const struct sigaction *before,
                        const struct run *run) {
    const struct image *image = holder(now);
    bool plain = now->sa_handler == SIG_DFL || now->sa_handler == SIG_IGN;
    return image ? image->run == run : plain && now->sa_handler != before->sa_handler;
}

static void restore_stream(FILE *stream, int fd, int saved, const struct run *run) {
    if (saved >= 0) {
        dup2(saved, fd);
        close(saved);
    }
    clearerr(stream);
    const struct image *buffer = addresses_find((uintptr_t)stream->_IO_buf_base);
    char *own = buffer != NULL && buffer->run == run ? malloc(BUFSIZ) : NULL;
    if (own != NULL) {
        fflush(stream);
        setvbuf(stream, own, __flbf(stream) ? _IOLBF : _IOFBF, BUFSIZ);
    }
}

void surroundings_restore(struct surroundings *s, const struct run *run) {
    FILE *const streams[] = {stdin, stdout, stderr};
    const char *locale = setlocale(LC_ALL, NULL);
    for (int number = 1; number < SIGNALS; number++) {
        struct sigaction now;
        if (sigaction(number, NULL, &now) == 0 && is_the_runs(&now, &s->signals[number], run))
            sigaction(number, &s->signals[number], NULL);
    }
    for (int fd = 0; fd < 3; fd++)
        restore_stream(streams[fd], fd, s->streams[fd], run);
    if (s->locale != NULL && (locale == NULL || strcmp(locale, s->locale) != 0))
        setlocale(LC_ALL, s->locale);
    free(s->locale);
    s->locale = NULL;
}
