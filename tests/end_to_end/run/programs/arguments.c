/* Prints how it was called. */
#include <stdio.h>

int main(int count, char **arguments) {
    for (int i = 0; i < count; i++)
        puts(arguments[i]);
    return 0;
}
