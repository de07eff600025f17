#include "loader.h"

int main(void) {
    unsigned long long before[2], opened_one[2], closed_one[2];
    int (*read_counters)(unsigned long long *) =
        found(opened("./libcounters.so", RTLD_NOW), "read_counters");
    read_counters(before);
    void *library = opened("./libadd.so", RTLD_NOW);
    read_counters(opened_one);
    dlclose(library);
    read_counters(closed_one);
    printf("open adds %d, close subtracts %d\n", opened_one[0] > before[0],
           closed_one[1] > opened_one[1]);
}
