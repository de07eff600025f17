#include <stdio.h>

#include "isolde.h"
#include "loader.h"

enum { MOST = 12000 };

static isolde_space *spaces[MOST];
static int (*next[MOST])(void);

static void use(int count) {
    int wrong = 0;
    for (int i = 0; i < count; i++) {
        spaces[i] = isolde_space_new(NULL, NULL);
        void *library = isolde_dlopen(spaces[i], "./libcount.so", RTLD_NOW);
        if (library == NULL) {
            printf("space %d refused: %s\n", i, isolde_dlerror());
            exit(1);
        }
        next[i] = isolde_dlsym(library, "next");
        for (int call = 0; call < i % 5; call++)
            next[i]();
    }
    for (int i = 0; i < count; i += 2)
        wrong += isolde_space_close(spaces[i]) != 0;
    for (int i = 1; i < count; i += 2)
        wrong += next[i]() != i % 5 + 1 || isolde_space_close(spaces[i]) != 0;
    printf("%d spaces: wrong %d, mapped %d\n", count, wrong, mappings_of("/libcount.so"));
}

int main(void) {
    use(17);
    use(100);
    use(1000);
    use(MOST);
}
