#include "program.h"

#include <locale.h>
#include <signal.h>

static void handle(int number) { printf("host handles %d\n", number); }

int main(void) {
    struct sigaction now;
    signal(SIGUSR1, handle);
    printf("status %d\n", run_program("./handles"));
    raise(SIGUSR1);
    sigaction(SIGUSR2, NULL, &now);
    printf("default %d\n", now.sa_handler == SIG_DFL);
    sigaction(SIGPIPE, NULL, &now);
    printf("default %d\n", now.sa_handler == SIG_DFL);
    printf("locale %s\n", setlocale(LC_ALL, NULL));
}
