/* A module that multiplies matrices with the BLAS it finds, and says which that is. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

void dgemm_(const char *transa, const char *transb, const int *m, const int *n, const int *k,
            const double *alpha, const double *a, const int *lda, const double *b, const int *ldb,
            const double *beta, double *c, const int *ldc);

/* C = A * B, all of them N by N, column by column. */
void multiply(int n, const double *a, const double *b, double *c) {
    const double one = 1, zero = 0;

    dgemm_("N", "N", &n, &n, &n, &one, a, &n, b, &n, &zero, c, &n);
}

/* The file that dgemm_ comes from. */
const char *blas_file(void) {
    Dl_info info;

    return dladdr((void *)dgemm_, &info) ? info.dli_fname : "?";
}

/* What the implementation says about itself, or NULL where it has no words. */
const char *blas_says(void) {
    char *(*openblas_get_config)(void) =
        (char *(*)(void))dlsym(RTLD_DEFAULT, "openblas_get_config");

    if (openblas_get_config != NULL)
        return openblas_get_config();
    return dlsym(RTLD_DEFAULT, "ATL_buildinfo") != NULL ? "ATLAS (it has ATL_buildinfo)" : NULL;
}
