#include <dlfcn.h>
#include <string.h>

int inside(void) {
    dlerror();
    int failed = dlopen("./libabsent-inside.so", RTLD_NOW) == NULL;
    const char *error = dlerror();
    return failed && error != NULL && strstr(error, "libabsent-inside.so") != NULL &&
           dlerror() == NULL;
}
