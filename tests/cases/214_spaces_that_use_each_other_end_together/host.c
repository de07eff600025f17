#include "links.h"
#include "loader.h"

int main(void) {
    isolde_space *even = space_here("even"), *odd = space_here("odd");
    isolde_space *third = space_here("third");
    link_for(even, odd, "libmiddle.so");
    link_for(odd, even, "liblow.so");
    link_for(third, odd, "libmiddle.so");
    open_there(even, "./libhigh.so");
    void *middle = open_there(third, "libmiddle.so");
    print_images(even);
    print_images(odd);
    printf("close even %d\n", isolde_space_close(even));
    printf("close odd %d\n", isolde_space_close(odd));
    printf("dlclose %d\n", isolde_dlclose(middle));
    printf("mapped %d\n",
           mappings_of("/liblow.so") + mappings_of("/libmiddle.so") + mappings_of("/libhigh.so"));
}
