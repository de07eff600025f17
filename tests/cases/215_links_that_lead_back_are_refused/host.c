#include "links.h"

int main(void) {
    isolde_space *a = space_here("a"), *b = space_here("b"), *c = space_here("c");
    link_for(a, b, "libping.so");
    link_for(b, a, "libping.so");
    open_there(a, "libping.so");
    link_for(b, c, "libping.so"); /* the latest counts */
    printf("by way of b from c: %d\n", call(open_there(a, "libping.so"), "ping"));
    print_images(a);
    print_images(b);
    isolde_space *d = space_here("d"), *e = space_here("e");
    link_for(d, e, "libpong.so");
    link_for(e, d, "libping.so");
    open_there(d, "libping.so");
    print_images(d);
    print_images(e);
    isolde_space *gone = space_here("gone"), *middle = space_here("middle");
    link_for(middle, gone, "libping.so");
    isolde_space_close(gone);
    isolde_space *newer = space_here("newer");
    link_for(newer, middle, "libping.so");
    printf("in the place of one that is gone: %d\n", newer == gone);
    open_there(newer, "libping.so");
}
