#include <stdio.h>
#include <string.h>

extern int additions, *increment;
void addvec(const int *x, const int *y, int *z, int n);
int *the_additions(void);

int main(int argc, char **argv) {
    int x[2] = {1, 2}, y[2] = {3, 4}, z[2];
    addvec(x, y, z, 2);
    fprintf(stdout, "z = [%d %d]\n", z[0], z[1]);
    printf("additions %d, increment %d, one %d\n", additions, *increment,
           the_additions() == &additions);
    additions = 0;
    addvec(x, y, z, 2);
    printf("additions %d, %d argument, %s\n", additions, argc - 1, argv[1]);
    return z[0];
}
