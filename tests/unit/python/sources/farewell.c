/* Says when it is unloaded. */
#include <unistd.h>

static int target = -1;

void tell(int descriptor) { target = descriptor; }

__attribute__((destructor)) static void end(void) {
    if (target >= 0 && write(target, "bye", 3) != 3)
        _exit(3);
}
