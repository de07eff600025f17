#include "loader.h"

int main(void) {
    void *user = opened("./libuser.so", RTLD_NOW);
    printf("use %d, dlsym %d\n", number(user, "use"), number(user, "answer"));
}
