#include <stdio.h>
#include <unistd.h>

int main(void) {
    if (daemon(0, 0) < 0)
        return 1;
    dprintf(11, "leader of a session %d\n", getsid(0) == getpid());
    return 5;
}
