#include "loader.h"

static void versioned(void *library, const char *symbol, const char *version) {
    int (*function)(void) = dlvsym(library, symbol, version);
    printf("%s@%s: %d\n", symbol, version, function ? function() : -1);
}

int main(void) {
    void *old = opened("./libolduser.so", RTLD_NOW);
    void *new = opened("./libnewuser.so", RTLD_NOW);
    printf("old user %d, new user %d\n", number(old, "use"), number(new, "use"));
    printf("dlsym %d\n", number(new, "answer"));
    versioned(new, "answer", "V1");
    versioned(new, "answer", "V2");
    versioned(new, "answer", "V3");
    versioned(new, "withdrawn", "V1");
    const char *error = (dlvsym(new, "answer", "V3"), dlerror());
    printf("names the version %d\n", error != NULL && strstr(error, "V3") != NULL);
}
