#include "loader.h"

static Lmid_t number_of(void *handle) {
    Lmid_t id = LM_ID_NEWLM;
    dlinfo(handle, RTLD_DI_LMID, &id);
    return id;
}

static void refused(const char *what, void *handle) {
    const char *why = dlerror();
    printf("%s: %s, %s\n", what, handle ? "opened" : "refused", why ? why : "and no reason given");
}

int main(void) {
    void *first = dlmopen(LM_ID_NEWLM, "./libcount.so", RTLD_NOW);
    void *second = dlmopen(LM_ID_NEWLM, "./libcount.so", RTLD_NOW);
    void *base = dlmopen(LM_ID_BASE, "./libcount.so", RTLD_NOW);
    number(first, "next");
    number(first, "next");
    number(second, "next");
    printf("counts %d %d %d\n", number(first, "next"), number(second, "next"),
           number(base, "next"));
    printf("base is %ld, dlopen's %d\n", (long)number_of(base),
           host_dlopen("./libcount.so", RTLD_NOW) == base);
    printf("different numbers %d\n",
           number_of(first) != number_of(second) && number_of(first) > 0 && number_of(second) > 0);
    printf("by number %d\n", dlmopen(number_of(first), "./libcount.so", RTLD_NOW) == first);
    printf("found only %d\n",
           dlmopen(number_of(second), "./libcount.so", RTLD_NOW | RTLD_NOLOAD) == second);
    refused("no such namespace", dlmopen(4711, "./libcount.so", RTLD_NOW));
    refused("a new one for nothing", dlmopen(LM_ID_NEWLM, NULL, RTLD_NOW));
    refused("a new one to find in", dlmopen(LM_ID_NEWLM, "./libcount.so", RTLD_NOW | RTLD_NOLOAD));
}
