// Code of the program between a throw and a catch of one namespace; and the other way round.
#include "../check.h"

static void *handle;

static void calls_back() { reinterpret_cast<void (*)(long)>(dlsym(handle, "throws"))(3); }

int main() {
    handle = open_new("./libthrower.so");
    int caught = 0;
    try {
        reinterpret_cast<void (*)(void (*)())>(dlsym(handle, "calls"))(calls_back);
    } catch (long number) {
        caught += number;
    }
    try {
        reinterpret_cast<void (*)(void (*)())>(dlsym(handle, "calls"))(+[] { throw 4L; });
    } catch (long number) {
        caught += number;
    }
    check(caught == 7);
    return 0;
}
