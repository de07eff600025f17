/* Exports an interface, api_*, and things that are none of a plugin's business. */
#include <isolde.h>
#include <stdio.h>
#include <string.h>

void *opener(const char *file);
void *opener_symbol(void *handle, const char *name);
const char *opener_error(void);

int api_value(void) { return 1; }
int api_own(void) { return 2; }
int other(void) { return 3; }

static int call(void *handle, const char *name) {
    int (*function)(void) = (int (*)(void))opener_symbol(handle, name);
    return function ? function() : -1;
}

static void lend(const char *path, const char *const *prefixes, const char *plugin) {
    isolde_space *space = isolde_space_new("borrower", NULL);
    if (isolde_space_lend(space, path, prefixes) < 0) {
        puts(isolde_dlerror());
        return;
    }
    void *handle = isolde_dlopen(space, plugin, RTLD_NOW);
    printf("%d %d %d\n", handle ? call(handle, "plugin") : -1,
           handle ? call(handle, "plugin_own") : -1, handle ? call(handle, "plugin_other") : -1);
    isolde_space_close(space);
}

static void route(const char *name) {
    isolde_space *space = isolde_space_new("routed", NULL);
    isolde_space *before = isolde_host_route(space);
    void *ours = opener(name);
    void *glibcs = opener(name);
    printf("%s, then %s; before: %s\n",
           isolde_space_of(opener_symbol(ours, "other")) ? "ours" : "?",
           isolde_space_of(opener_symbol(glibcs, "other")) ? "?" : "glibc's",
           before ? "?" : "nothing");
    isolde_host_route(space);
    printf("%s\n", opener("nowhere.so") ? "?" : opener_error());
    isolde_host_route(space);
    printf("taken back: %s\n", isolde_host_route(NULL) == space ? "yes" : "no");
    isolde_dlopen(space, "unheard-of.so", RTLD_NOW);
    printf("%s\n", opener("nowhere.so") ? "?" : strchr(opener_error(), ':'));
    isolde_space_close(space);
    isolde_host_route(space);
    printf("%s\n", opener(name) ? "?" : opener_error());
}

int main(int argc, char **argv) {
    int bits = isolde_host_adopt(argv[1]);
    printf("adopted %d\n", bits);
    if (argc > 3)
        lend(argv[2], (const char *const *)argv + 4, argv[3]);
    else
        route(argv[2]);
    return 0;
}
