#include "kinds.h"

#include <dlfcn.h>
#include <string.h>

extern "C" int (*const chosen_pointer)() = chosen;
extern "C" char *(*const copy_pointer)(char *, const char *) = strcpy; /* an IFUNC of the host's */

extern "C" int top_unique(int by) { return unique() += by; }
extern "C" int top_local(int by) { return local += by; }
extern "C" int top_chosen() { return chosen() + chosen_pointer(); }
extern "C" int top_global() { return global_count(); }
extern "C" int top_copies() {
    char text[8];
    return strcmp(copy_pointer(text, "copied"), "copied");
}
/* Finds this space's library, or none. */
extern "C" int top_opens() { return dlopen("libextra.so", RTLD_NOW | RTLD_NOLOAD) != nullptr; }
