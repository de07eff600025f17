#include "program.h"

#include <dirent.h>
#include <sched.h>

static int threads(void) {
    int count = 0;
    DIR *tasks = opendir("/proc/self/task");
    for (struct dirent *entry; (entry = readdir(tasks)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(tasks);
    return count;
}

int main(void) {
    int told[2], tell[2], status;
    char c, *const argv[] = {"./leaves", NULL};
    if (pipe(told) < 0 || pipe(tell) < 0 || dup2(told[1], 11) < 0 || dup2(tell[0], 12) < 0)
        return 1;
    printf("status %d\n", run_program("./leaves", "a thread"));
    if (read(told[0], &c, 1) != 1)
        return 1;
    printf("mapped %d\n", mappings_of("/leaves") > 0);
    printf("run %d: ", isolde_run(the_space(), "./leaves", argv, NULL, &status));
    printf("%s\n", isolde_dlerror());
    if (write(tell[1], "x", 1) != 1)
        return 1;
    while (threads() > 1)
        sched_yield();
    printf("mapped %d\n", mappings_of("/leaves") > 0);
    printf("status %d\n", run_program("./leaves"));
    printf("close %d\n", isolde_space_close(the_space()));
}
