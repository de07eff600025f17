#include "loader.h"

/* "PPPPPPPPPPPP" hashes to 0, as an absent version would. */
int main(void) {
    void *library = opened("./libuser.so", RTLD_NOW);
    printf("used %d\n", number(library, "use"));
    int (*zero)(void) = dlvsym(library, "answer", "PPPPPPPPPPPP");
    int (*other)(void) = dlvsym(library, "answer", "OTHER");
    printf("zero %d, other %d\n", zero ? zero() : -1, other ? other() : -1);
}
