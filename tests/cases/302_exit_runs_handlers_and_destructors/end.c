#include <stdio.h>
#include <stdlib.h>

extern int __cxa_thread_atexit_impl(void (*run)(void *), void *object, void *dso);
static char here;

static void object_of_thread(void *name) { printf("thread's object of %s\n", (char *)name); }
static void handler(void) { puts("handler of the library"); }

__attribute__((constructor)) static void begin(void) { puts("library begins"); }
__attribute__((destructor)) static void end(void) { puts("library ends"); }

void use(void) {
    atexit(handler);
    __cxa_thread_atexit_impl(object_of_thread, "main", &here);
}
