#include <assert.h>
#include <err.h>
#include <errno.h>
#include <error.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void through_list(int which, const char *format, ...) {
    va_list list;
    va_start(list, format);
    if (which == 0)
        vwarn(format, list);
    else if (which == 1)
        vwarnx(format, list);
    else if (which == 2)
        verr(12, format, list);
    else
        verrx(13, format, list);
    va_end(list);
}

int main(int argc, char **argv) {
    (void)argc;
    dup2(1, 2);
    setvbuf(stdout, NULL, _IONBF, 0);
    errno = ENOENT;
    warn("warn %d", 1);
    warn(NULL);
    warnx("warnx %s", "x");
    warnx(NULL);
    errno = EPERM;
    through_list(0, "vwarn %d", 2);
    through_list(1, "vwarnx %d", 3);
    error(0, 0, "error %d", 4);
    error(0, EACCES, "error %d", 5);
    error_at_line(0, 0, "file.c", 7, "at line");
    error_at_line(0, EACCES, NULL, 7, "at no line");
    printf("%u messages, %s, %s\n", error_message_count, program_invocation_name,
           program_invocation_short_name);
    switch (*argv[1]) {
    case '0':
        err(10, "err");
    case '1':
        errx(11, "errx");
    case '2':
    case '3':
        through_list(*argv[1] - '0', "list");
        break;
    case '4':
        error(14, 0, "the end");
        break;
    case '5':
        error_at_line(15, ENOENT, "file.c", 8, "the end");
        break;
    case '6':
        assert_perror(ENOENT);
        break;
    case '7':
        assert(!"so");
    }
    return 99;
}
