/* opener.c - opens each file that standard input names, in a space of its own, and says how it
 * went.
 *
 * One line in, one line out: "loaded", or the error.  A file may be broken in its code as well as
 * in its tables, and loading runs code (constructors, resolvers of IFUNC symbols): a fault whose
 * program counter is inside an image, or at the very address that could not be executed, is the
 * file's own, and ends the program with status 77.  Any other fault is the loader's. */
#include "isolde.h"

#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

enum { OWN_FAULT = 77, SECONDS = 20 };

static void on_fault(int number, siginfo_t *info, void *context) {
    const ucontext_t *at = context;
    void *counter = (void *)at->uc_mcontext.gregs[REG_RIP];
    if (counter == info->si_addr || isolde_space_of(counter) != NULL)
        _exit(OWN_FAULT);
    signal(number, SIG_DFL);
    raise(number);
}

static void watch_faults(void) {
    static char stack[65536];
    const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGALRM};
    struct sigaction action = {.sa_sigaction = on_fault,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaction(numbers[i], &action, NULL);
}

static void look_around(void *library) {
    static const char *const names[] = {"function", "variable", "thread_variable", "absent"};
    const struct link_map *map = library;
    Dl_info info;
    isolde_dladdr(map->l_ld, &info);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        void *address = isolde_dlsym(library, names[i]);
        if (address != NULL)
            isolde_dladdr(address, &info);
    }
}

/* A broken file's names may hold anything. */
static void print_line(const char *text) {
    for (; *text != '\0'; text++)
        putchar(*text == '\n' || *text == '\r' ? '?' : *text);
    putchar('\n');
    fflush(stdout);
}

static void open_file(const char *file) {
    isolde_space *space = isolde_space_new("test", NULL);
    void *library = isolde_dlopen(space, file, RTLD_NOW);
    const char *error = library ? "loaded" : isolde_dlerror();
    if (library != NULL)
        look_around(library);
    isolde_space_close(space);
    print_line(error ? error : "refused without a reason");
}

int main(void) {
    char line[4096];
    watch_faults();
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        alarm(SECONDS);
        open_file(line);
    }
}
