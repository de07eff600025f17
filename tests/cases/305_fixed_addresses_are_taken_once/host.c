#include "program.h"

#include <pthread.h>
#include <sys/mman.h>

static void *first(void *space) {
    return (void *)(long)run_in(space, (char *const[]){"./fixed", NULL}, NULL);
}

static void refused(isolde_space *space, const char *file) {
    int status;
    char *const argv[] = {(char *)file, "go", NULL};
    int result = isolde_run(space, file, argv, NULL, &status);
    printf("run %d: %s\n", result, result < 0 ? isolde_dlerror() : "");
}

int main(void) {
    int told[2], tell[2];
    char c;
    void *status;
    pthread_t thread;
    isolde_space *one = isolde_space_new("one", NULL), *two = isolde_space_new("two", NULL);
    if (pipe(told) < 0 || pipe(tell) < 0 || dup2(told[1], 11) < 0 || dup2(tell[0], 12) < 0)
        return 1;
    pthread_create(&thread, NULL, first, one);
    if (read(told[0], &c, 1) != 1)
        return 1;
    refused(two, "./other");
    refused(one, "./fixed");
    int closed = isolde_space_close(one);
    printf("close %d: %s\n", closed, isolde_dlerror());
    if (write(tell[1], "x", 1) != 1)
        return 1;
    pthread_join(thread, &status);
    printf("status %ld\n", (long)status);
    refused(two, "./other");
    void *page = mmap((void *)0x401000, 4096, PROT_READ,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    printf("page taken %d\n", page == (void *)0x401000);
    refused(two, "./other");
}
