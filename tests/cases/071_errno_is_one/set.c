#include <errno.h>
#include <unistd.h>

int fail(void) { return close(-1); }
void set(void) { errno = 123; }
