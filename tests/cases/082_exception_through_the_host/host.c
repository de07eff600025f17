#include "loader.h"

static void (*throw_it)(int);
static int cleaned;

static void clean(int *unused) {
    (void)unused;
    cleaned++;
}

static void between(int code) {
    __attribute__((cleanup(clean))) int guarded = code;
    throw_it(guarded + 1);
}

int main(void) {
    void *library = opened("./libthrow.so", RTLD_NOW);
    throw_it = found(library, "throw_it");
    int (*call_back)(void (*)(int), int) = found(library, "call_back");
    printf("caught %d\n", call_back(between, 81));
    printf("cleaned %d\n", cleaned);
}
