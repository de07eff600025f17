#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include "loader.h"

static space *other;
static void *other_library;
static sem_t in_destructor, closed;

static void *filled(space *made, void (*at_end)(void)) {
    void *library = dlopen_in(made, "./libends.so", RTLD_NOW);
    void (*tell)(void (*)(void)) = (void (*)(void (*)(void)))dlsym(library, "tell_at_end");
    tell(at_end);
    return library;
}

/* The destructors call this, and return to code that must still be mapped. */
static void let_close(void) {
    puts("destructor");
    fflush(stdout);
    sem_post(&in_destructor);
    sem_wait(&closed);
}

static void *close_what_ends(void *unused) {
    sem_wait(&in_destructor);
    printf("library: %d\n", dlclose(other_library));
    sem_post(&closed);
    sem_wait(&in_destructor);
    printf("space: %d\n", close_space(other));
    fflush(stdout);
    sem_post(&closed);
    return unused;
}

int main(void) {
    pthread_t thread;
    alarm(30);
    sem_init(&in_destructor, 0, 0);
    sem_init(&closed, 0, 0);
    other = new_space();
    filled(other, let_close);
    other_library = filled(new_space(), let_close);
    pthread_create(&thread, NULL, close_what_ends, NULL);
}
