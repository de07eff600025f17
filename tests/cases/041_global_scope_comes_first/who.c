#ifndef VISIBILITY
#define VISIBILITY "default"
#endif

/* noinline: a call through the PLT, as from another file. */
__attribute__((visibility(VISIBILITY), noinline)) const char *who(void) {
    __asm__ volatile("");
    return WHO;
}

__attribute__((visibility(VISIBILITY))) const char *whose = WHO;

const char *call(void) { return who(); }
const char *read(void) { return whose; }
