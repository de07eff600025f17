#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Tells that it runs, and runs long enough for another thread to come and wait. */
__attribute__((constructor)) static void start(void) {
    struct timespec pause = {0, 50000000};
    if (write(atoi(getenv("CONSTRUCTING")), "", 1) != 1)
        abort();
    nanosleep(&pause, 0);
}
