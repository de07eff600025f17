#include <stdio.h>
#include <string.h>

#include "isolde.h"
#include "loader.h"

int main(void) {
    isolde_space *space[2] = {isolde_space_new("first", NULL), isolde_space_new(NULL, NULL)};
    void *add[2];
    for (int i = 0; i < 2; i++)
        add[i] = isolde_dlsym(isolde_dlopen(space[i], "./libadd.so", RTLD_NOW), "add");
    for (int i = 0; i < 2; i++) {
        Dl_info info = {0};
        printf("its space %d\n", isolde_space_of(add[i]) == space[i]);
        printf("known %d", isolde_dladdr(add[i], &info));
        printf(" %s in %s\n", info.dli_sname, last_part(info.dli_fname));
        printf("isolde_space_symbol %d\n", isolde_space_symbol(space[i], "add") == add[i]);
    }
    printf("name %s, numbers differ %d\n", isolde_space_name(space[0]),
           isolde_space_id(space[0]) != isolde_space_id(space[1]));
    printf("named by itself %d\n", strncmp(isolde_space_name(space[1]), "space-", 6) == 0);
    printf("the host's %d\n", isolde_space_of((void *)main) == NULL);
    printf("no libc in it %d\n", isolde_space_symbol(space[0], "malloc") == NULL);
    isolde_space_close(space[0]);
    printf("after close %d, the other's %d\n", isolde_space_of(add[0]) == NULL,
           isolde_space_of(add[1]) == space[1]);
}
