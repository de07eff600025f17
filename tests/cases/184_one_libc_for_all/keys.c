#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

int make_key(void) {
    pthread_key_t key;
    return pthread_key_create(&key, NULL) == 0 ? (int)key : -1;
}

void *allocate(void) { return malloc(100); }
void release(void *block) { free(block); }
void *self(void) { return (void *)pthread_self(); }
void *libc(void) { return dlopen("libc.so.6", RTLD_NOW); }
void *puts_of(void *library) { return dlsym(library, "puts"); }
