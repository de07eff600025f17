#include <immintrin.h>
#include <stdarg.h>

#include "shapes.h"

/* Every register argument and two on the stack, weighed by place. */
double mixed(int a, int b, int c, int d, int e, int f, double s, double t, double u, double v,
             double w, double x, double y, double z, int g, double last) {
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + s + 2 * t + 3 * u + 4 * v + 5 * w + 6 * x +
           7 * y + 8 * z + 100 * g + 1000 * last;
}

double variable(int count, ...) {
    va_list arguments;
    double sum = 0;
    va_start(arguments, count);
    for (int i = 0; i < count; i++)
        sum = sum * 10 + va_arg(arguments, double);
    va_end(arguments);
    return sum;
}

struct big make_big(int start) {
    struct big result;
    for (int i = 0; i < 8; i++)
        result.value[i] = start + i;
    return result;
}
struct two_doubles make_doubles(double x) {
    return (struct two_doubles){x, x + 1};
}
struct two_longs make_longs(long x) {
    return (struct two_longs){x, x + 1};
}
struct mixed_pair make_mixed(long x) {
    return (struct mixed_pair){x, x + 0.5};
}
long double make_long_double(long double x) { return x * 2; }
_Complex long double make_complex(long double x) { return x + 1.0iL; }

__attribute__((target("avx"))) __m256d add_ymm(__m256d a, __m256d b, __m256d c, __m256d d,
                                               __m256d e, __m256d f, __m256d g, __m256d h) {
    return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8;
}
__attribute__((target("avx512f"))) __m512d add_zmm(__m512d a, __m512d b, __m512d c, __m512d d,
                                                   __m512d e, __m512d f, __m512d g, __m512d h) {
    return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8;
}
