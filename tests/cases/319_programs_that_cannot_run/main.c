#include <stdio.h>

#ifdef THREAD_LOCAL
_Thread_local int counter;
#else
static int counter;
#endif

#ifdef UNDERLINKED
void nowhere(void);
#else
static void nowhere(void) {}
#endif

int main(void) {
    printf("it runs\n");
    nowhere();
    return ++counter;
}
