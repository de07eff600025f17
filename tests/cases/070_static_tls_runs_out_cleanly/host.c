#include "loader.h"

int main(void) {
    void *huge = dlopen("./libhuge.so", RTLD_NOW);
    const char *error = dlerror();
    printf("huge: %s\n", huge ? "opened" : "refused");
    printf("names libhuge.so and static TLS %d\n",
           error != NULL && strstr(error, "libhuge.so") && strcasestr(error, "static TLS"));
    printf("others: %d\n", number(opened("./libcounter.so", RTLD_NOW), "bump"));
}
