/* A thousand copies of libgomp, each asked something; the first ones run a parallel region. */
#include "../check.h"

enum { COPIES = 1000, PARALLEL = 5 };

static int parts;

static void part(void *data) {
    (void)data;
    __atomic_add_fetch(&parts, 1, __ATOMIC_RELAXED);
}

int main(void) {
    for (int i = 0; i < COPIES; i++) {
        void *handle = open_new("libgomp.so.1");
        int (*threads)(void) = (int (*)(void))dlsym(handle, "omp_get_max_threads");
        check(threads != NULL && threads() >= 1);
        if (i % (COPIES / PARALLEL) != 0)
            continue;
        typedef void parallel(void (*)(void *), void *, unsigned, unsigned);
        ((parallel *)dlsym(handle, "GOMP_parallel"))(part, NULL, 3, 0);
    }
    check(parts == 3 * PARALLEL);
    return 0;
}
