#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *stay(void *unused) {
    char c;
    if (write(11, "x", 1) == 1 && read(12, &c, 1) == 1)
        exit(77);
    return unused;
}

static void handler(void) { printf("handler\n"); }

int main(int argc, char **argv) {
    pthread_t thread;
    (void)argv;
    atexit(handler);
    if (argc > 1)
        pthread_create(&thread, NULL, stay, NULL);
    return 3;
}
