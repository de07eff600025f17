#include "program.h"

#include <getopt.h>
#include <pthread.h>

/* Both read the same number of options, so that the turns come out even. */
static void *second(void *file) {
    char *const argv[] = {file, "21",  "20",       "-ba", "rest2", "-a",
                          "-c", "two", "--long=x", "-a",  NULL};
#ifdef THROUGH_ISOLDE
    return (void *)(long)run_in(isolde_space_new("second", NULL), argv, NULL);
#else
    return (void *)(long)run_with(argv, NULL);
#endif
}

static int both(char *file) {
    pthread_t thread;
    void *status;
    char *const argv[] = {file, "22", "23", "-ab", "rest1", "-az", "-cone", "--long", "y", NULL};
    pthread_create(&thread, NULL, second, file);
    int first = run_with(argv, NULL);
    pthread_join(thread, &status);
    return first * 1000 + (int)(long)status;
}

int main(void) {
    char *const own[] = {"host", "-x", "-y", "word", NULL};
    int there[2], back[2];
    if (pipe(there) < 0 || pipe(back) < 0)
        return 1;
    dup2(back[0], 22); /* the first program reads from the second, and writes to it */
    dup2(back[1], 20);
    dup2(there[0], 21);
    dup2(there[1], 23);
    while (getopt(4, own, "xy") >= 0)
        continue;
    for (int i = 0; i < 2; i++) {
        if (write(20, "x", 1) != 1)
            return 1;
        printf("statuses %d\n", both(i == 0 ? "./options" : "./options-uncopied"));
        char c;
        if (read(22, &c, 1) != 1)
            return 1;
    }
    printf("host's optind %d\n", optind);
}
