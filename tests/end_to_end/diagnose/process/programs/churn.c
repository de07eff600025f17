/* Opens and closes a library as fast as it can, in the main namespace and in one of its own, and
 * watches meanwhile whether anybody traces it.  At the end of standard input it says how often it
 * has looked, and how often it was traced. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static atomic_bool over;
static const char *library;
static unsigned long looked, traced, opened;

static void *open_and_close(void *unused) {
    while (!over) {
        void *here = dlopen(library, RTLD_NOW);
        void *there = dlmopen(LM_ID_NEWLM, library, RTLD_NOW);
        opened += here != NULL && there != NULL;
        dlclose(there);
        dlclose(here);
    }
    return unused;
}

static void *watch(void *unused) {
    char line[256];
    while (!over) {
        FILE *status = fopen("/proc/self/status", "r");
        unsigned long tracer = 0;
        while (fgets(line, sizeof line, status) != NULL)
            if (sscanf(line, "TracerPid: %lu", &tracer) == 1)
                break;
        fclose(status);
        looked++;
        traced += tracer != 0;
    }
    return unused;
}

int main(int count, char **words) {
    pthread_t threads[2];
    library = words[count - 1];
    pthread_create(&threads[0], NULL, open_and_close, NULL);
    pthread_create(&threads[1], NULL, watch, NULL);
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    over = 1;
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    printf("opened %lu looked %lu traced %lu\n", opened, looked, traced);
    return 0;
}
