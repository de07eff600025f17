static int target;

__attribute__((section(".data.rel.ro"))) int *volatile covered = &target;
int *volatile writable = &target;
