/* The first seed's library, with state that a debugger should show. */
#include <stdio.h>

static int greetings;
__thread int thread_greetings = 10;
#ifdef MANY
__thread char many[MANY];
#endif

void say_hello(int *where) {
    greetings++;
    thread_greetings++;
    *where = greetings;
    printf("Hello %d from shared library!\n", greetings);
}
