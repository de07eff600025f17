/* The first seed's popen that never came back: many namespaces, threads, and forks. */
#include "../check.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COPIES = 30, THREADS = 6, ROUNDS = 5 };

static void *handles[COPIES];

static void *in_a_thread(void *data) {
    long thread = (long)data;
    for (int i = 0; i < ROUNDS; i++) {
        void *handle = handles[(thread * ROUNDS + i) % COPIES];
        long (*by_popen)(long) = (long (*)(long))dlsym(handle, "by_popen");
        check(by_popen(100 * thread + i) == 100 * thread + i);
        check(call(handle, "child_sees") == 6);
        check(dlclose(open_new("./libforker.so")) == 0);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[THREADS];
    for (int i = 0; i < COPIES; i++)
        handles[i] = open_new("./libforker.so");
    for (long i = 0; i < THREADS; i++)
        check(pthread_create(&threads[i], NULL, in_a_thread, (void *)i) == 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pid_t child = fork();
    if (child == 0) {
        check(call(handles[0], "child_sees") == 6);
        _exit(id_of(open_new("./libforker.so")) == LM_ID_BASE);
    }
    int status = -1;
    check(waitpid(child, &status, 0) == child && status == 0);
    return 0;
}
