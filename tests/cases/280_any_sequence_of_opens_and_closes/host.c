#include "loader.h"

enum { FILES = 6, MOST = 64, STEPS = 3000 };

static const char *const files[FILES] = {"./libbase.so",  "./libmiddle.so", "./libtop.so",
                                         "./libother.so", "./libgiver.so",  "./libtaker.so"};
static void *held[MOST];
static int count;
static unsigned state = 1;

static unsigned any(unsigned below) {
    state = state * 1103515245 + 12345;
    return (state >> 16) % below;
}

static unsigned open_ones(void) {
    unsigned set = 0;
    for (int i = 0; i < FILES; i++) {
        void *handle = dlopen(files[i], RTLD_LAZY | RTLD_NOLOAD);
        if (handle != NULL)
            dlclose(handle);
        set = set << 1 | (handle != NULL);
    }
    return set;
}

static void step(void) {
    static const int modes[] = {RTLD_NOW, RTLD_LAZY, RTLD_NOW | RTLD_GLOBAL,
                                RTLD_LAZY | RTLD_GLOBAL, RTLD_NOW | RTLD_NOLOAD};
    unsigned file = any(FILES), mode = any(5), closes = any(2);
    if (count == MOST || (closes && count > 0)) {
        unsigned which = any((unsigned)count);
        dlclose(held[which]);
        held[which] = held[--count];
    } else {
        void *handle = dlopen(files[file], modes[mode]);
        if (handle != NULL)
            held[count++] = handle;
    }
}

int main(void) {
    unsigned history = 0;
    for (int i = 1; i <= STEPS; i++) {
        step();
        history = history * 31 + open_ones();
        if (i % 250 == 0)
            printf("%d: open %02x, history %08x\n", i, open_ones(), history);
    }
    while (count > 0)
        dlclose(held[--count]);
    printf("left %02x\n", open_ones());
}
