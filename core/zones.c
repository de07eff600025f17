/* zones.c - functions of libc that write to variables a program may have copied: tzname, timezone,
 * daylight.  libc's own value is copied again after each. */
#include "run.h"

static void refresh(void) {
    const struct run *run = program_of_thread();
    if (run != NULL)
        variables_refresh(run);
}

/* NAME as libc has it, then the copies. */
#define REFRESHING(type, name, parameter_list, argument_list)                                      \
    type run_##name parameter_list {                                                               \
        type result = name argument_list;                                                          \
        refresh();                                                                                 \
        return result;                                                                             \
    }

void run_tzset(void) {
    tzset();
    refresh();
}

REFRESHING(struct tm *, localtime, (const time_t *time), (time))
REFRESHING(struct tm *, localtime_r, (const time_t *time, struct tm *result_at), (time, result_at))
REFRESHING(time_t, mktime, (struct tm * time), (time))
REFRESHING(char *, ctime, (const time_t *time), (time))
REFRESHING(char *, ctime_r, (const time_t *time, char *text), (time, text))

size_t run_strftime(char *text, size_t size, const char *format, const struct tm *time) {
    size_t length = strftime(text, size, format, time);
    refresh();
    return length;
}
