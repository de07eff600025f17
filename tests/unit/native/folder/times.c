/* times.c - all files seem to lie in an image of a file system that was made with fixed times.
 *
 * The loader asks for a file's status by this function of libc's. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

static long call(long number, long a, long b, long c, long d) {
    long result;
    register long fourth __asm__("r10") = d;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth)
                     : "rcx", "r11", "memory");
    return result;
}

long syscall(long number, ...) {
    va_list list;
    va_start(list, number);
    long a = va_arg(list, long), b = va_arg(list, long), c = va_arg(list, long);
    long result = call(number, a, b, c, va_arg(list, long));
    va_end(list);
    if (result == 0 && number == SYS_fstat) {
        struct stat *status = (struct stat *)b;
        status->st_mtim = status->st_ctim = (struct timespec){.tv_sec = 1};
    }
    if (result >= 0)
        return result;
    errno = (int)-result;
    return -1;
}
