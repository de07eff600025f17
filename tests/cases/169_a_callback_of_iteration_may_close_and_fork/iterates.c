#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void fork_here(void) {
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        void *again = dlopen("./libcomes.so", RTLD_NOW);
        _exit(again != NULL && dlclose(again) == 0 ? 7 : 1);
    }
    waitpid(child, &status, 0);
    printf("child %d\n", WEXITSTATUS(status));
}

static int visit(struct dl_phdr_info *info, size_t size, void *data) {
    void **goes = data, *comes;
    (void)size;
    if (strstr(info->dlpi_name, "libgoes.so") == NULL || *goes == NULL)
        return 0;
    comes = dlopen("./libcomes.so", RTLD_NOW);
    fork_here();
    printf("opened %d, closed %d\n", comes != NULL, dlclose(comes));
    printf("closed %d\n", dlclose(*goes));
    *goes = NULL;
    return 1;
}

void iterate(void) {
    void *goes = dlopen("./libgoes.so", RTLD_NOW);
    dl_iterate_phdr(visit, &goes);
    goes = dlopen("./libgoes.so", RTLD_NOW | RTLD_NOLOAD);
    printf("gone %d\n", goes == NULL);
}
