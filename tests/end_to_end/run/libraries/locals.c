/* Thread-local variables by the dynamic models. */
#include <errno.h>
#include <stddef.h>
#include <unistd.h>

__thread long of_thread = 7;
static __thread char large[5000];

long next_of_thread(void) { return of_thread++; }
long *its_address(void) { return &of_thread; }
long zeroes(void) {
    long sum = 0;
    for (size_t i = 0; i < sizeof large; i++)
        sum += large[i];
    large[0] = 1;
    return sum;
}
long fail(void) { return close(-1); }
long read_errno(void) { return errno; }
