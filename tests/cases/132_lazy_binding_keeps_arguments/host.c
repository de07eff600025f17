#include "loader.h"

int main(void) {
    void *library = opened("./libcaller.so", RTLD_LAZY);
    run(library, "scalars");
    run(library, "structs");
    printf("ymm wrong %d\n", __builtin_cpu_supports("avx") ? number(library, "ymm_wrong") : 0);
    printf("zmm wrong %d\n", __builtin_cpu_supports("avx512f") ? number(library, "zmm_wrong") : 0);
}
