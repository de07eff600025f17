#include "loader.h"

int main(void) {
    int (*add)(int, int) = found(opened("./libadd.so", RTLD_NOW), "add");
    printf("enter %d\n", isolde_call_enter(the_space()));
    printf("close %d\n", isolde_space_close(the_space()));
    printf("busy %d, names the space %d\n", isolde_last_error()->code == ISOLDE_EBUSY,
           strstr(isolde_dlerror(), isolde_space_name(the_space())) != NULL);
    printf("still works %d\n", add(2, 3));
    isolde_call_leave(the_space());
    printf("close %d\n", isolde_space_close(the_space()));
    printf("mapped %d\n", mappings_of("/libadd.so"));
}
