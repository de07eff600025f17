#include "loader.h"

int main(void) {
    void *library = opened("./libweak.so", RTLD_NOW);
    printf("strength %s, %s\n", text(library, "own_strength"), text(library, "strength"));
    printf("absent function %d\n", number(library, "absent_function"));
    printf("absent data %d\n", number(library, "absent_data"));
}
