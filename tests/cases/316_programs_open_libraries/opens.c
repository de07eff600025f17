#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int word(void) { return 4; }

int main(int argc, char **argv) {
    Dl_info info;
    void *own = dlopen(NULL, RTLD_NOW), *plugin = dlopen("./libplugin.so", RTLD_NOW);
    (void)argc;
    printf("own %d, default %d\n", dlsym(own, "word") == (void *)word,
           dlsym(RTLD_DEFAULT, "word") == (void *)word);
    printf("dladdr %d ", dladdr((void *)main, &info));
    printf("%s\n", info.dli_sname);
    printf("exit is one %d\n", dlsym(RTLD_DEFAULT, "exit") == dlsym(plugin, "exit"));
    printf("plugin %d\n", ((int (*)(void))dlsym(plugin, "plugin"))());
    if (strcmp(argv[1], "close") == 0)
        printf("close %d\n", dlclose(plugin));
    else
        ((void (*)(int))dlsym(plugin, "leave"))(6);
    return 5;
}
