#include "program.h"

static void show(const char *file) {
    int status = -1000;
    char *const argv[] = {"argument zero", NULL};
    printf("%d: ", isolde_run(the_space(), file, argv, NULL, &status));
    printf("%s; status %d\n", isolde_last_error()->message, status);
}

int main(void) {
    char *const argv[] = {"./static", NULL}, *const none[] = {NULL};
    int status;
    setenv("PATH", "/nowhere:.", 1);
    const char *const files[] = {"./libplain.so",     "./static",       "./static-pie",
                                 "./of-another-libc", "./thread-local", "./own-start",
                                 "./underlinked",     "./nothing",      "nothing",
                                 "libc.so.6",         "/etc/passwd"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        show(files[i]);
    printf("no arguments: %d ", isolde_run(the_space(), "./static", none, NULL, &status));
    printf("%s\n", isolde_dlerror());
    printf("no status: %d ", isolde_run(the_space(), "./static", argv, NULL, NULL));
    printf("%s\n", isolde_dlerror());
    printf("dlopen: %d ", isolde_dlopen(the_space(), "./thread-local", RTLD_NOW) != NULL);
    printf("%s\n", isolde_dlerror());
    size_t count;
    isolde_free(isolde_images(the_space(), &count));
    printf("images %zu\n", count);
}
