/* signals.c - two interpreters, one table of signal handlers.
 *
 * The kernel has one disposition for each signal of the process.  A guest's signal.signal sets it,
 * as anyone's does: the last one wins.  Three things are ours to arrange:
 *   - starting a guest installs handlers that would take Ctrl-C away from the host: what the host
 *     had is put back at once, and the guest's handler for SIGINT is noted;
 *   - while the process's main thread is inside a guest that it made, SIGINT is the guest's,
 * because only the interpreter that runs can raise KeyboardInterrupt where the program is;
 *   - when a guest is gone, no disposition may lead into it. */
#include "guest.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Breaks off a system call that a thread waits in, and does nothing else.  It is ignored by
 * default, and nearly nobody's: Go took it for the same purpose, for the same reasons. */
enum { WAKE = SIGURG };

static const int set_at_start[] = {SIGINT, SIGPIPE, SIGXFSZ};
enum { SET_AT_START = sizeof set_at_start / sizeof *set_at_start };

/* glibc keeps two of them to itself, and tells nothing about them. */
void signals_save(struct sigaction now[_NSIG]) {
    memset(now, 0, _NSIG * sizeof *now);
    for (int number = 1; number < _NSIG; number++)
        sigaction(number, NULL, &now[number]);
}

void signals_note(struct guest *guest) {
    signals_save(guest->before);
    guest->main_is_process_main = syscall(SYS_gettid) == getpid();
}

/* The guest has been started.  Where SIGINT is ignored, as under nohup, it stays so. */
void signals_of_start(struct guest *guest) {
    if (guest->before[SIGINT].sa_handler == SIG_IGN)
        guest->sigint = guest->before[SIGINT];
    else
        sigaction(SIGINT, NULL, &guest->sigint);
    for (int i = 0; i < SET_AT_START; i++)
        sigaction(set_at_start[i], &guest->before[set_at_start[i]], NULL);
}

static bool leads_into(const struct sigaction *action, const isolde_space *space) {
    void *handler =
        action->sa_flags & SA_SIGINFO ? (void *)action->sa_sigaction : (void *)action->sa_handler;
    return handler != (void *)SIG_DFL && handler != (void *)SIG_IGN &&
           isolde_space_of(handler) == space;
}

/* GUEST is gone, and has reset all that it had handlers for.  Neither the process nor one of the
 * OTHERS may remember a handler of its; everyone else's are as they were before it ended. */
void signals_put_back(struct guest *guest, struct sigaction now[_NSIG], struct guest *others) {
    for (int number = 1; number < _NSIG; number++) {
        bool its = leads_into(&now[number], guest->space);
        sigaction(number, its ? &guest->before[number] : &now[number], NULL);
        for (struct guest *other = others; other != NULL; other = other->next)
            if (other != guest && leads_into(&other->before[number], guest->space))
                other->before[number] = guest->before[number];
    }
}

void signals_call_begins(struct guest *guest, struct sigaction *hosts) {
    sigaction(SIGINT, &guest->sigint, hosts);
}

void signals_call_ends(struct guest *guest, const struct sigaction *hosts) {
    sigaction(SIGINT, hosts, &guest->sigint);
}

static void do_nothing(int number) { (void)number; }

/* Makes THREAD return from the system call it waits in, with EINTR. */
void signals_wake(pthread_t thread) {
    struct sigaction now, ours = {.sa_handler = do_nothing};
    sigaction(WAKE, NULL, &now);
    if (!(now.sa_flags & SA_SIGINFO) && (now.sa_handler == SIG_DFL || now.sa_handler == SIG_IGN))
        sigaction(WAKE, &ours, NULL);
    pthread_kill(thread, WAKE);
}
