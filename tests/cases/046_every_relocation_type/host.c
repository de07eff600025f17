#include "loader.h"

int main(void) {
    void *library = opened("./libreloc.so", RTLD_NOW);
    long *relative = *(long **)found(library, "relative");
    int *with_addend = *(int **)found(library, "with_addend");
    printf("RELATIVE %ld\n", *relative);
    printf("64 %d\n", *with_addend);
    printf("SIZE64 %ld\n", *(long *)found(library, "size"));
    printf("SIZE32 %d\n", *(int *)found(library, "short_size"));
    printf("JUMP_SLOT %d\n", number(library, "call_slot"));
    printf("GLOB_DAT %d\n", number(library, "read_got"));
}
