#include <pthread.h>
#include <stdio.h>

extern pthread_t thread_of_constructors;

int main(int argc, char **argv) {
    printf("main: %d %s, same thread %d\n", argc, argv[1],
           pthread_equal(thread_of_constructors, pthread_self()) != 0);
    return 0;
}
