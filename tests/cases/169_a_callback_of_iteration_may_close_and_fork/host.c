#include <unistd.h>

#include "loader.h"

int main(void) {
    alarm(20); /* a lock that is held would be waited for for ever */
    run(opened("./libiterates.so", RTLD_NOW), "iterate");
}
