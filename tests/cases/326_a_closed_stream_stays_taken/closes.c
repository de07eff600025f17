#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    char c;
    close(1);
    if (write(11, "x", 1) != 1 || read(12, &c, 1) != 1)
        return 1;
    long written = write(1, "lost", 4);
    int closed = errno == EBADF ? close(1) : 0;
    int file = open("out", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    close(0);
    int copy = dup(file);
    close(2);
    int created = creat("/dev/null", 0600);
    printf("write %ld, close %d, open %d, dup %d, creat %d\n", written, closed, file, copy,
           created);
    return 0;
}
