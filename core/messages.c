/* messages.c - libc's functions that print a message under the program's name, and may then exit.
 *
 * Inside libc they would print the host's name and end the host.  The texts are glibc's. */
#include "run.h"

#include <errno.h>
#include <error.h>
#include <stdlib.h>
#include <string.h>

static const char *name(enum variable which) {
    const struct run *run = program_of_thread();
    return run                        ? variables_name(run, which)
           : which == INVOCATION_NAME ? program_invocation_name
                                      : program_invocation_short_name;
}

/* ---- <err.h> ------------------------------------------------------------------------------------
 */

static void say(const char *format, va_list arguments, bool with_error) {
    int number = errno;
    flockfile(stderr);
    fprintf(stderr, "%s: ", name(INVOCATION_SHORT_NAME));
    if (format != NULL)
        vfprintf(stderr, format, arguments);
    if (with_error)
        fprintf(stderr, "%s%s", format ? ": " : "", strerror(number));
    fputc('\n', stderr);
    funlockfile(stderr);
    errno = number;
}

void run_vwarn(const char *format, va_list arguments) { say(format, arguments, true); }

void run_vwarnx(const char *format, va_list arguments) { say(format, arguments, false); }

void run_warn(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments, true);
    va_end(arguments);
}

void run_warnx(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments, false);
    va_end(arguments);
}

_Noreturn void run_verr(int status, const char *format, va_list arguments) {
    say(format, arguments, true);
    run_exit(status);
}

_Noreturn void run_verrx(int status, const char *format, va_list arguments) {
    say(format, arguments, false);
    run_exit(status);
}

_Noreturn void run_err(int status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    run_verr(status, format, arguments);
}

_Noreturn void run_errx(int status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    run_verrx(status, format, arguments);
}

/* ---- <error.h> ----------------------------------------------------------------------------------
 */

static void report(int status, int number, const char *format, va_list arguments) {
    const struct run *run = program_of_thread();
    vfprintf(stderr, format, arguments);
    if (number != 0)
        fprintf(stderr, ": %s", strerror(number));
    fputc('\n', stderr);
    fflush(stderr);
    if (run != NULL)
        run->places[ERROR_COUNT]->number++;
    else
        error_message_count++;
    if (status != 0)
        run_exit(status);
}

void run_error(int status, int number, const char *format, ...) {
    va_list arguments;
    fflush(stdout);
    fprintf(stderr, "%s: ", name(INVOCATION_NAME));
    va_start(arguments, format);
    report(status, number, format, arguments);
    va_end(arguments);
}

void run_error_at_line(int status, int number, const char *file, unsigned line, const char *format,
                       ...) {
    va_list arguments;
    fflush(stdout);
    fprintf(stderr, "%s:", name(INVOCATION_NAME));
    if (file != NULL)
        fprintf(stderr, "%s:%u: ", file, line);
    else
        fputc(' ', stderr);
    va_start(arguments, format);
    report(status, number, format, arguments);
    va_end(arguments);
}

/* ---- <assert.h> ---------------------------------------------------------------------------------
 */

static void where(const char *file, unsigned line, const char *function) {
    const char *program = name(INVOCATION_SHORT_NAME);
    fprintf(stderr, "%s%s%s:%u: %s%s", program, *program ? ": " : "", file, line,
            function ? function : "", function ? ": " : "");
}

_Noreturn void run_assert_failed(const char *assertion, const char *file, unsigned line,
                                 const char *function) {
    where(file, line, function);
    fprintf(stderr, "Assertion `%s' failed.\n", assertion);
    fflush(stderr);
    run_abort();
}

_Noreturn void run_assert_error(int number, const char *file, unsigned line, const char *function) {
    where(file, line, function);
    fprintf(stderr, "Unexpected error: %s.\n", strerror(number));
    fflush(stderr);
    run_abort();
}

_Noreturn void run_assert(const char *assertion, const char *file, int line) {
    run_assert_failed(assertion, file, (unsigned)line, NULL);
}
