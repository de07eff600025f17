#include <pthread.h>
#include <semaphore.h>

#include "loader.h"

int main(void) {
    sem_t release;
    void *answer;
    sem_init(&release, 0, 0);
    void *library = opened("./libworker.so", RTLD_NOW);
    pthread_t *(*begin)(sem_t *) = found(library, "begin");
    pthread_t thread = *begin(&release);
    printf("close %d\n", dlclose(library));
    printf("mapped while it runs %d\n", mappings_of("/libworker.so") > 0);
    sem_post(&release);
    pthread_join(thread, &answer);
    printf("it returned %ld\n", (long)answer);
    printf("mapped when it has ended %d\n", mappings_of("/libworker.so") > 0);
}
