#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void use(void);

static void late(void) { puts("registered by a handler"); }
static void first(void) { puts("first"); }
static void second(void) {
    puts("second");
    atexit(late);
}
static void told(int status, void *argument) {
    printf("%s, status %d\n", (char *)argument, status);
}
static void again(void) {
    puts("exits again");
    exit(9);
}
static void quick(void) {
    puts("quick handler");
    fflush(stdout);
}

__attribute__((constructor)) static void begin(void) { puts("program begins"); }
__attribute__((destructor)) static void end(void) { puts("program ends"); }

int main(int argc, char **argv) {
    (void)argc;
    atexit(first);
    use();
    on_exit(told, "on_exit");
    atexit(second);
    if (strcmp(argv[1], "twice") == 0)
        atexit(again);
    at_quick_exit(quick);
    printf("main\n");
    fflush(stdout);
    if (strcmp(argv[1], "_exit") == 0)
        _exit(4);
    if (strcmp(argv[1], "quick_exit") == 0)
        quick_exit(5);
    return 3;
}
