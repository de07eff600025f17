#include <immintrin.h>
#include <stdio.h>

#include "shapes.h"

double mixed(int, int, int, int, int, int, double, double, double, double, double, double, double,
             double, int, double);
double variable(int count, ...);
struct big make_big(int start);
struct two_doubles make_doubles(double);
struct two_longs make_longs(long);
struct mixed_pair make_mixed(long);
long double make_long_double(long double);
_Complex long double make_complex(long double);
__m256d add_ymm(__m256d, __m256d, __m256d, __m256d, __m256d, __m256d, __m256d, __m256d)
    __attribute__((target("avx")));
__m512d add_zmm(__m512d, __m512d, __m512d, __m512d, __m512d, __m512d, __m512d, __m512d)
    __attribute__((target("avx512f")));

void scalars(void) {
    printf("mixed %g\n", mixed(1, 2, 3, 4, 5, 6, .5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 9, 10));
    printf("variable %g\n", variable(8, 1., 2., 3., 4., 5., 6., 7., 8.));
}

void structs(void) {
    struct big big = make_big(10);
    struct two_doubles doubles = make_doubles(1.25);
    struct two_longs longs = make_longs(7);
    struct mixed_pair pair = make_mixed(3);
    printf("big %ld %ld\n", big.value[0], big.value[7]);
    printf("doubles %g %g\n", doubles.first, doubles.second);
    printf("longs %ld %ld\n", longs.first, longs.second);
    printf("pair %ld %g\n", pair.first, pair.second);
    printf("long double %Lg\n", make_long_double(2.5L));
    printf("complex %Lg %Lg\n", __real__ make_complex(4), __imag__ make_complex(4));
}

/* The wide halves are where a trampoline that saves only xmm loses arguments. */
__attribute__((target("avx"))) int ymm_wrong(void) {
    __m256d one = _mm256_set_pd(4, 3, 2, 1);
    double sum[4];
    _mm256_storeu_pd(sum, add_ymm(one, one, one, one, one, one, one, one));
    return sum[0] != 36 || sum[1] != 72 || sum[2] != 108 || sum[3] != 144;
}
__attribute__((target("avx512f"))) int zmm_wrong(void) {
    __m512d one = _mm512_set_pd(8, 7, 6, 5, 4, 3, 2, 1);
    double sum[8];
    int wrong = 0;
    _mm512_storeu_pd(sum, add_zmm(one, one, one, one, one, one, one, one));
    for (int i = 0; i < 8; i++)
        wrong += sum[i] != 36 * (i + 1);
    return wrong;
}
