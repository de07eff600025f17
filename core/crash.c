/* crash.c - the last words of a process that a module has brought down.
 *
 * The handler may use only what is async-signal-safe: the address table, symbol tables, write(2).
 * The unwinder is not promised to be, but what glibc and ours do for it takes no lock, and the
 * process is lost anyway; it runs last, after the essential facts are written. */
#include "loader.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

enum { FRAMES_MAX = 64, STACK_SIZE = 65536 };

static int report_fd = -1;

struct writer {
    char text[4096];
    size_t used;
};

static void flush(struct writer *w) {
    for (size_t done = 0; done < w->used;) {
        ssize_t n = write(report_fd, w->text + done, w->used - done);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    w->used = 0;
}

static void put(struct writer *w, const char *text) {
    for (; *text != '\0'; text++) {
        if (w->used == sizeof w->text)
            flush(w);
        w->text[w->used++] = *text;
    }
}

static void put_string(struct writer *w, const char *text) {
    static const char digits[] = "0123456789abcdef";
    char escape[] = "\\u0000";
    put(w, "\"");
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        char plain[2] = {*text, '\0'};
        escape[4] = digits[c >> 4];
        escape[5] = digits[c & 15];
        put(w, c == '"' ? "\\\"" : c == '\\' ? "\\\\" : c < 32 ? escape : plain);
    }
    put(w, "\"");
}

static void put_number(struct writer *w, unsigned long value, unsigned base) {
    char text[24];
    char *at = text + sizeof text;
    *--at = '\0';
    do {
        *--at = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    put(w, at);
}

static void put_address(struct writer *w, uintptr_t address) {
    put(w, "\"0x");
    put_number(w, address, 16);
    put(w, "\"");
}

static void put_place(struct writer *w, const char *symbol, uintptr_t offset, const char *path,
                      const char *space) {
    if (symbol != NULL) {
        put(w, ",\"symbol\":");
        put_string(w, symbol);
        put(w, ",\"offset\":");
        put_number(w, offset, 10);
    }
    put(w, ",\"image\":");
    put_string(w, path);
    if (space != NULL) {
        put(w, ",\"space\":");
        put_string(w, space);
    }
}

static void put_frame(struct writer *w, uintptr_t address) {
    const struct image *image = addresses_find(address);
    Dl_info info;
    put(w, "{\"address\":");
    put_address(w, address);
    if (image != NULL) {
        const ElfW(Sym) *s = symbol_nearest(image, address);
        put_place(w, s ? image->dynamic.strings + s->st_name : NULL,
                  s ? address - image->map.l_addr - s->st_value : 0, image->map.l_name,
                  image->space->name);
    } else if (dladdr((void *)address, &info) != 0) {
        put_place(w, info.dli_sname, address - (uintptr_t)info.dli_saddr, info.dli_fname, NULL);
    }
    put(w, "}");
}

struct walk {
    struct writer *writer;
    unsigned count;
    bool past_signal;
    uintptr_t first;
};

/* The handler's own frames and the signal frame come first; the report starts where it hit. */
static _Unwind_Reason_Code step(struct _Unwind_Context *context, void *data) {
    struct walk *walk = data;
    int before = 0;
    uintptr_t address = _Unwind_GetIPInfo(context, &before);
    if (address == walk->first)
        walk->past_signal = true;
    if (!walk->past_signal || address == 0)
        return _URC_NO_REASON;
    if (walk->count++ > 0)
        put(walk->writer, ",");
    put_frame(walk->writer, walk->count == 1 ? address : address - 1);
    return walk->count < FRAMES_MAX ? _URC_NO_REASON : _URC_END_OF_STACK;
}

static void on_crash(int number, siginfo_t *info, void *context) {
    static struct writer writer;
    const ucontext_t *user = context;
    uintptr_t at = (uintptr_t)user->uc_mcontext.gregs[REG_RIP];
    put(&writer, "{\"signal\":");
    put_number(&writer, (unsigned long)number, 10);
    put(&writer, ",\"fault_address\":");
    put_address(&writer, number == SIGABRT ? 0 : (uintptr_t)info->si_addr);
    put(&writer, ",\"at\":");
    put_frame(&writer, at);
    flush(&writer);
    put(&writer, ",\"frames\":[");
    struct walk walk = {.writer = &writer, .first = at};
    _Unwind_Backtrace(step, &walk);
    put(&writer, "]}\n");
    flush(&writer);
    signal(number, SIG_DFL);
    raise(number);
}

int isolde_report_crashes(int fd) {
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    static char stack[STACK_SIZE];
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_sigaction = on_crash,
                               .sa_flags =
                                   SA_SIGINFO | SA_ONSTACK | SA_NODEFER | (int)SA_RESETHAND};
    report_fd = fd;
    unwind_start();
    if (sigaltstack(&alternate, NULL) < 0)
        goto failed;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (sigaction(signals[i], &action, NULL) < 0)
            goto failed;
    return 0;
failed:
    error_set(ISOLDE_EINVALID, NULL, "cannot install crash handlers: %s", strerror(errno));
    return -1;
}
