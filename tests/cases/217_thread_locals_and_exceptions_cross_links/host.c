#include <pthread.h>

#include "links.h"

static void *owner, *general, *descriptor;

static void *use(void *who) {
    printf("%s: %d", (char *)who, call(owner, "owner_bump"));
    printf(" %d", call(general, "bump"));
    printf(" %d\n", call(descriptor, "bump"));
    return NULL;
}

static void catches(isolde_space *space) {
    void *catcher = open_there(space, "./libcatcher.so");
    printf("%s: caught %d", isolde_space_name(space), call(catcher, "catch_code"));
    printf(", casts %d\n", call(catcher, "casts"));
}

int main(void) {
    pthread_t thread;
    isolde_space *provider = space_here("provider"), *user = space_here("user");
    isolde_space *closer = space_here("closer");
    link_for(user, provider, "libowner.so");
    link_for(user, provider, "libshapes.so");
    link_for(closer, provider, "libshapes.so");
    link_for(closer, provider, "libstdc++.so.6");
    general = open_there(user, "./libgeneral.so");
    descriptor = open_there(user, "./libdescriptor.so");
    owner = open_there(provider, "libowner.so");
    use("main");
    pthread_create(&thread, NULL, use, "thread");
    pthread_join(thread, NULL);
    catches(user);
    catches(closer);
}
