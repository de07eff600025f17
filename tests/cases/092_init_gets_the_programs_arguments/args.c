#include <stdio.h>
#include <string.h>

static void look(int argc, char **argv, char **envp) {
    int seen = 0;
    for (char **entry = envp; *entry != NULL; entry++)
        seen += strcmp(*entry, "ISOLDE_CASE=seen") == 0;
    printf("argc %d, argv ends %d, host %d, environment %d\n", argc, argv[argc] == NULL,
           strstr(argv[0], "host-") != NULL, seen);
}

__attribute__((constructor)) static void init_array(int argc, char **argv, char **envp) {
    look(argc, argv, envp);
}
