#include <stdio.h>
#include <unistd.h>

int add(int a, int b);

int main(int argc, char **argv) {
    printf("%s %d\n", argv[0], argc);
    char file[4096];
    ssize_t length = readlink("/proc/self/exe", file, argc + 4094);
    printf("%.*s\n", (int)length, file);
    return add(20, 3);
}
