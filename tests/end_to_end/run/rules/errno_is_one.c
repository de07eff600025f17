/* The program reads the errno that a namespace has set; no dl function touches it in success. */
#include "../check.h"

#include <errno.h>

int main(void) {
    void *handle = open_new("./liblocals.so");
    errno = 0;
    check(call(handle, "fail") == -1);
    check(errno == EBADF);
    errno = ENOTTY;
    check(call(handle, "read_errno") == ENOTTY);
    return 0;
}
