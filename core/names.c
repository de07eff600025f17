/* names.c - which functions of libc mean something else to the images of a run, and what. */
#include "run.h"

#include <stdlib.h>
#include <string.h>

static const struct name {
    const char *name;
    void *function;
} names[] = {
    /* sorted, for bsearch(3) */
    {"_Exit", run_exit_now},
    {"__assert", run_assert},
    {"__assert_fail", run_assert_failed},
    {"__assert_perror_fail", run_assert_error},
    {"__cxa_at_quick_exit", run_at_quick_exit},
    {"__cxa_atexit", run_at_exit},
    {"__cxa_finalize", run_finalise},
    {"__libc_start_main", run_start_main},
    {"__open64_2", run_open},
    {"__open_2", run_open},
    {"__openat64_2", run_openat},
    {"__openat_2", run_openat},
    {"__posix_getopt", run_posix_getopt},
    {"__readlink_chk", run_readlink_checked},
    {"__register_atfork", run_at_fork},
    {"__secure_getenv", run_getenv},
    {"__stack_chk_fail", run_stack_check_failed},
    {"_exit", run_exit_now},
    {"abort", run_abort},
    {"clearenv", run_clearenv},
    {"close", run_close},
    {"creat", run_creat},
    {"creat64", run_creat},
    {"ctime", run_ctime},
    {"ctime_r", run_ctime_r},
    {"daemon", run_daemon},
    {"dup", run_dup},
    {"err", run_err},
    {"error", run_error},
    {"error_at_line", run_error_at_line},
    {"errx", run_errx},
    {"execl", run_execl},
    {"execle", run_execle},
    {"execlp", run_execlp},
    {"execv", run_execv},
    {"execve", run_execve},
    {"execvp", run_execvp},
    {"execvpe", run_execvpe},
    {"exit", run_exit},
    {"fclose", run_fclose},
    {"fexecve", run_fexecve},
    {"getenv", run_getenv},
    {"getopt", run_getopt},
    {"getopt_long", run_getopt_long},
    {"getopt_long_only", run_getopt_long_only},
    {"kill", run_kill},
    {"localtime", run_localtime},
    {"localtime_r", run_localtime_r},
    {"mktime", run_mktime},
    {"on_exit", run_on_exit},
    {"open", run_open},
    {"open64", run_open},
    {"openat", run_openat},
    {"openat64", run_openat},
    {"pthread_kill", run_pthread_kill},
    {"putenv", run_putenv},
    {"quick_exit", run_quick_exit},
    {"raise", run_raise},
    {"readlink", run_readlink},
    {"secure_getenv", run_getenv},
    {"setenv", run_setenv},
    {"sigqueue", run_sigqueue},
    {"strftime", run_strftime},
    {"tgkill", run_tgkill},
    {"tzset", run_tzset},
    {"unsetenv", run_unsetenv},
    {"verr", run_verr},
    {"verrx", run_verrx},
    {"vwarn", run_vwarn},
    {"vwarnx", run_vwarnx},
    {"warn", run_warn},
    {"warnx", run_warnx},
};

static int by_name(const void *name, const void *entry) {
    return strcmp(name, ((const struct name *)entry)->name);
}

uintptr_t function_symbol(const char *name) {
    const struct name *found =
        bsearch(name, names, sizeof names / sizeof *names, sizeof *names, by_name);
    return found ? (uintptr_t)found->function : 0;
}
