/* trace.c - with ISOLDE_TRACE_LOADS=1, a line on standard error for each image that comes or goes.
 *
 *     isolde: space 'a' maps /lib/libz.so.1 (cache), needed by /srv/libapp.so
 *     isolde: space 'b' takes /lib/libz.so.1 from space 'a' (link), needed by /srv/libother.so
 *     isolde: space 'a' unmaps /lib/libz.so.1
 *
 * One write(2) a line, so that those of many threads and processes do not mix. */
#include "loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool traces;

__attribute__((constructor)) static void trace_start(void) {
    const char *wish = secure_getenv("ISOLDE_TRACE_LOADS");
    traces = wish != NULL && strcmp(wish, "1") == 0;
}

/* Locks are held: not to be cancelled in write(2). */
static void write_line(char *line, int length) {
    int state;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    if (length > 0 && write(STDERR_FILENO, line, (size_t)length) < 0)
        traces = false; /* nobody listens */
    pthread_setcancelstate(state, &state);
    free(line);
}

void trace_mapped(const struct image *image) {
    char *line = NULL;
    if (LIKELY(!traces))
        return;
    const char *by = image->needed_by;
    int length = asprintf(&line, "isolde: space '%s' %s %s%s%s%s (%s)%s%s\n", image->space->name,
                          image->linked ? "takes" : "maps", image->map.l_name,
                          image->linked ? " from space '" : "",
                          image->linked ? image->linked->space->name : "", image->linked ? "'" : "",
                          image->why, by ? ", needed by " : "", by ? by : "");
    write_line(line, length);
}

void trace_unmapped(const struct image *image) {
    char *line = NULL;
    if (LIKELY(!traces))
        return;
    int length = asprintf(&line, "isolde: space '%s' %s %s\n", image->space->name,
                          image->linked ? "lets go of" : "unmaps", image->map.l_name);
    write_line(line, length);
}
