/* namespaces.c - a program that knows nothing of Isolde, run with and without it: how many
 * namespaces of a library it gets, and what the first ones and the last ones cost.
 *
 * usage: namespaces LIBRARY HOW_MANY
 *
 * Prints the number reached, the median of the 2nd to 5th and that of the last fifty, in ns. */
#include "bench.h"

enum { FEW = 4, LATE = 50 };

static int smaller_first(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const double *samples, int count) {
    double sorted[LATE];
    for (int i = 0; i < count; i++)
        sorted[i] = samples[i];
    qsort(sorted, (size_t)count, sizeof *sorted, smaller_first);
    return sorted[count / 2];
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    int wanted = atoi(argv[2]), reached = 0;
    double *costs = calloc((size_t)wanted, sizeof *costs);
    while (reached < wanted) {
        double start = now_ns();
        if (dlmopen(LM_ID_NEWLM, argv[1], RTLD_NOW) == NULL)
            break;
        costs[reached++] = now_ns() - start;
    }
    int late = reached > LATE ? LATE : reached;
    printf("%d %.0f %.0f\n", reached, median(costs + 1, reached > FEW ? FEW : 1),
           median(costs + reached - late, late));
    fflush(stdout);
    _Exit(0);
}
