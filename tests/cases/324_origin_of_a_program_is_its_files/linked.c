#include <stdio.h>

int add(int a, int b);

int main(int argc, char **argv) {
    printf("%s %d\n", argv[0], argc);
    return add(20, 3);
}
