#include <stddef.h>

extern void *__libc_malloc(size_t size);
extern void __libc_free(void *block);

int allocations;

void *malloc(size_t size) {
    allocations++;
    return __libc_malloc(size);
}

void free(void *block) { __libc_free(block); }
