#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static void handle(int number) {
    printf("program handles %d\n", number);
    fflush(stdout);
}

int main(void) {
    signal(SIGUSR1, handle);
    signal(SIGUSR2, handle);
    signal(SIGPIPE, SIG_IGN);
    printf("locale %s\n", setlocale(LC_ALL, "C.UTF-8"));
    raise(SIGUSR1);
    kill(getpid(), SIGPIPE);
    return 0;
}
