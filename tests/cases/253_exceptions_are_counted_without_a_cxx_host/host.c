#include "../spaces.h"

typedef void thrower(void);
typedef int question(void);
typedef int catcher(thrower *, question *);

static void *library, *others;

static void try_it(const char *when, catcher *catch_and, question *under_way) {
    int translated = catch_and(found(library, "throw_it"), found(library, "translate"));
    printf("%s: translated %d, under way %d and %d\n", when, translated,
           number(library, "under_way"), under_way());
}

static int loads_a_runtime(void) {
    void *hosts = (dlopen)("./libcatcher.so", RTLD_NOW);
    opened_in(PRIVATE, "./libplain.so"); /* now it is noticed */
    return hosts != NULL ? number(library, "translate") : -1;
}

/* The second space brings a libstdc++ into the host, and uses that. */
static void private_then_shared(void *unused) {
    (void)unused;
    library = opened_in(PRIVATE, "./libaccount.so");
    others = opened_in(SHARING, "./libcatcher.so");
    try_it("shared later", (catcher *)found(others, "catch_and"),
           (question *)found(others, "under_way_here"));
}

int main(void) {
    printf("libstdc++ in the host: %d\n",
           (dlopen)("libstdc++.so.6", RTLD_NOLOAD | RTLD_NOW) != NULL);
    ends("shared later", private_then_shared, NULL);
    library = opened_in(PRIVATE, "./libaccount.so");
    others = opened_in(PRIVATE, "./libcatcher.so");
    catcher *catch_and = (catcher *)found(others, "catch_and");
    question *under_way = (question *)found(others, "under_way_here");
    try_it("without", catch_and, under_way);
    printf("in between: %d\n", catch_and(found(library, "throw_it"), loads_a_runtime));
    try_it("with", catch_and, under_way);
    void *hosts = (dlopen)("./libcatcher.so", RTLD_NOW);
    printf("host's catcher: %d, %d under way\n",
           ((catcher *)(dlsym)(hosts, "catch_and"))(found(library, "throw_it"),
                                                    found(library, "translate")),
           ((question *)(dlsym)(hosts, "under_way_here"))());
}
