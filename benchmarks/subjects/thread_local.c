/* A thread-local variable, read as often as asked; the barrier keeps each read a read. */
_Thread_local long counter = 1;

__attribute__((noinline)) static long read_once(void) {
    __asm__ volatile("" ::: "memory");
    return counter;
}

long read_many(long times) {
    long sum = 0;
    for (long i = 0; i < times; i++)
        sum += read_once();
    return sum;
}
