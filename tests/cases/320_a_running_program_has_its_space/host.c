#include "program.h"

#include <pthread.h>

static void *use(void *unused) {
    (void)unused;
    return (void *)(long)run_program("./uses");
}

int main(void) {
    int told[2], tell[2], status = -1;
    char c;
    void *result;
    pthread_t thread;
    char *const argv[] = {"./copies", NULL};
    if (pipe(told) < 0 || pipe(tell) < 0 || dup2(told[1], 11) < 0 || dup2(tell[0], 12) < 0)
        return 1;
    void *library = opened("./libshared.so", RTLD_NOW);
    number(library, "count");
    pthread_create(&thread, NULL, use, NULL);
    if (read(told[0], &c, 1) != 1)
        return 1;
    printf("open %d: ", dlopen("./libshared.so", RTLD_NOW) != NULL);
    printf("%s\n", dlerror());
    if (write(tell[1], "x", 1) != 1)
        return 1;
    pthread_join(thread, &result);
    printf("status %ld\n", (long)result);
    printf("count %d\n", number(library, "count"));
    printf("run %d: ", isolde_run(the_space(), argv[0], argv, NULL, &status));
    printf("%s\n", isolde_dlerror());
    dlclose(library);
    if (write(tell[1], "x", 1) != 1)
        return 1;
    printf("status %d\n", run_program("./copies"));
}
