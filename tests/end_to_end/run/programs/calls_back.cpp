// An exception of the program's that crosses a frame of a namespace on its way.
#include "../check.h"

static void throws() { throw 4L; }

int main() {
    void *handle = open_new("./libthrower.so");
    long caught = 0;
    try {
        reinterpret_cast<void (*)(void (*)())>(dlsym(handle, "calls"))(throws);
    } catch (long number) {
        caught = number;
    }
    check(caught == 4);
    return 0;
}
