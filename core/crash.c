/* crash.c - the last words of a process that a module has brought down.
 *
 * The handler may use only what is async-signal-safe: the address table, symbol tables, write(2).
 * The unwinder is not promised to be, but what glibc and ours do for it takes no lock, and the
 * process is lost anyway; it runs last, after the essential facts are written. */
#include "loader.h"

#include <errno.h>
#include <fcntl.h>
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

struct place {
    const char *symbol, *path, *space;
    uintptr_t offset, image_offset; /* from the symbol, from the image's load base */
};

static void put_place(struct writer *w, const struct place *place) {
    if (place->symbol != NULL) {
        put(w, ",\"symbol\":");
        put_string(w, place->symbol);
        put(w, ",\"offset\":");
        put_number(w, place->offset, 10);
    }
    put(w, ",\"image\":");
    put_string(w, place->path);
    put(w, ",\"image_offset\":");
    put_number(w, place->image_offset, 10);
    if (place->space != NULL) {
        put(w, ",\"space\":");
        put_string(w, place->space);
    }
}

/* false: ADDRESS is in no object at all. */
static bool find_place(uintptr_t address, struct place *place) {
    const struct image *image = addresses_find(address);
    Dl_info info;
    if (image != NULL) {
        const ElfW(Sym) *s = symbol_nearest(image, address);
        uintptr_t at = address - image->map.l_addr;
        *place = (struct place){s ? image->dynamic.strings + s->st_name : NULL, image->map.l_name,
                                image->space->name, s ? at - s->st_value : 0, at};
        return true;
    }
    if (glibc.dladdr((void *)address, &info) == 0)
        return false;
    *place =
        (struct place){info.dli_sname, info.dli_fname, NULL, address - (uintptr_t)info.dli_saddr,
                       address - (uintptr_t)info.dli_fbase};
    return true;
}

static void put_frame(struct writer *w, uintptr_t address) {
    struct place place;
    put(w, "{\"address\":");
    put_address(w, address);
    if (find_place(address, &place))
        put_place(w, &place);
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

/* A call through a wild pointer has left the return address on the stack and nothing to unwind
 * from: the unwinder is shown the caller instead, as if the call had not been made. */
static uintptr_t unwindable(ucontext_t *user) {
    greg_t *registers = user->uc_mcontext.gregs;
    uintptr_t at = (uintptr_t)registers[REG_RIP];
    struct place place;
    if (find_place(at, &place))
        return at;
    registers[REG_RIP] = *(const greg_t *)registers[REG_RSP];
    registers[REG_RSP] += (greg_t)sizeof(greg_t);
    return (uintptr_t)registers[REG_RIP];
}

static void on_crash(int number, siginfo_t *info, void *context) {
    static struct writer writer;
    ucontext_t *user = context;
    uintptr_t at = (uintptr_t)user->uc_mcontext.gregs[REG_RIP];
    put(&writer, "{\"signal\":");
    put_number(&writer, (unsigned long)number, 10);
    put(&writer, ",\"fault_address\":");
    put_address(&writer, number == SIGABRT ? 0 : (uintptr_t)info->si_addr);
    put(&writer, ",\"at\":");
    put_frame(&writer, at);
    flush(&writer);
    put(&writer, ",\"frames\":[");
    struct walk walk = {.writer = &writer, .first = unwindable(user)};
    _Unwind_Backtrace(step, &walk);
    put(&writer, "]}\n");
    flush(&writer);
    signal(number, SIG_DFL);
    raise(number);
}

int isolde_report_crashes(int fd) {
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    /* This thread's, for good: a stack that overflowed leaves no room to report it. */
    stack_t alternate = {.ss_sp = malloc(STACK_SIZE), .ss_size = STACK_SIZE};
    struct sigaction action = {.sa_sigaction = on_crash,
                               .sa_flags =
                                   SA_SIGINFO | SA_ONSTACK | SA_NODEFER | (int)SA_RESETHAND};
    if (fcntl(fd, F_GETFD) < 0 || alternate.ss_sp == NULL)
        goto failed;
    report_fd = fd;
    unwind_require();
    if (sigaltstack(&alternate, NULL) < 0)
        goto failed;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (sigaction(signals[i], &action, NULL) < 0)
            goto failed;
    return 0;
failed:
    error_set(ISOLDE_EINVALID, NULL, "cannot report crashes to descriptor %d: %s", fd,
              strerror(errno));
    free(alternate.ss_sp);
    return -1;
}
