#include "links.h"

int main(void) {
    isolde_space *provider = space_here("provider"), *user = space_here("user");
    link_for(user, provider, "libbase.so");
    printf("open %d\n", isolde_dlopen(user, "libbase.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
    void *own = open_there(provider, "libbase.so");
    void *base = isolde_dlopen(user, "libbase.so", RTLD_NOW | RTLD_NOLOAD);
    printf("open %d, the same handle %d, again %d\n", base != NULL, base == own,
           open_there(user, "libbase.so") == base);
    printf("next %d\n", call(base, "next"));
    printf("ask %d\n", call(open_there(user, "./libasks.so"), "ask"));
    printf("dlclose %d %d\n", isolde_dlclose(own), isolde_dlclose(base));
    printf("close provider %d\n", isolde_space_close(provider));
    printf("next %d\n", call(base, "next"));
    printf("dlclose %d\n", isolde_dlclose(base));
    printf("dlclose %d\n", isolde_dlclose(base));
    printf("%s\n", strstr(isolde_dlerror(), "not one that isolde_dlopen returned"));
}
