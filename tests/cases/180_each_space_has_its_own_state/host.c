#include "loader.h"

enum { MOST = 12000 };

static space *spaces[MOST];
static int (*next[MOST])(void);

static void use(int count) {
    int wrong = 0;
    for (int i = 0; i < count; i++) {
        spaces[i] = new_space();
        void *library = spaces[i] ? dlopen_in(spaces[i], "./libcount.so", RTLD_NOW) : NULL;
        if (library == NULL) {
            printf("space %d refused: %s\n", i, dlerror());
            exit(1);
        }
        next[i] = dlsym(library, "next");
        for (int call = 0; call < i % 5; call++)
            next[i]();
    }
    for (int i = 0; i < count; i += 2)
        wrong += close_space(spaces[i]) != 0;
    for (int i = 1; i < count; i += 2)
        wrong += next[i]() != i % 5 + 1 || close_space(spaces[i]) != 0;
    printf("%d spaces: wrong %d, mapped %d\n", count, wrong, mappings_of("/libcount.so"));
}

int main(void) {
    use(17);
    use(100);
    use(1000);
#ifndef THROUGH_PYTHON /* there a close looks at every live object */
    use(MOST);
#endif
}
