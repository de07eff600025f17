/* A parallel region with a reduction and a thread-private counter. */
static int regions;
#pragma omp threadprivate(regions)

long sum_in_parallel(long n) {
    long sum = 0;
    regions++;
#pragma omp parallel for reduction(+ : sum) num_threads(2)
    for (long i = 1; i <= n; i++)
        sum += i;
    return sum + regions - 1;
}
