#include "program.h"

#include <dirent.h>
#include <pthread.h>

static int entries(const char *folder) {
    int count = 0;
    DIR *directory = opendir(folder);
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

static int keys_left(void) {
    pthread_key_t keys[PTHREAD_KEYS_MAX];
    int count = 0;
    while (count < PTHREAD_KEYS_MAX && pthread_key_create(&keys[count], NULL) == 0)
        count++;
    for (int i = 0; i < count; i++)
        pthread_key_delete(keys[i]);
    return count;
}

struct counts {
    int mappings, threads, descriptors, keys;
};

static struct counts now(void) {
    return (struct counts){mappings_of(""), entries("/proc/self/task"), entries("/proc/self/fd"),
                           keys_left()};
}

int main(void) {
    const char *const ways[] = {"return", "_exit", "abort"};
    struct counts before = {0}, after;
    for (int i = 0; i < 102; i++) {
        run_program(i % 2 ? "./leaves" : "./leaves-fixed", (char *)ways[i % 3]);
        if (i == 5)
            before = now();
    }
    after = now();
    printf("mappings of it %d\n", mappings_of("leaves") + mappings_of("libstays"));
    printf("mappings more %d\n", after.mappings - before.mappings);
    printf("threads more %d\n", after.threads - before.threads);
    printf("descriptors more %d\n", after.descriptors - before.descriptors);
    printf("keys fewer %d\n", before.keys - after.keys);
    pid_t child = fork(); /* would call what is unmapped */
    if (child == 0)
        _exit(getenv("LEFT") != NULL);
    int status;
    waitpid(child, &status, 0);
    printf("child %d\n", status);
}
