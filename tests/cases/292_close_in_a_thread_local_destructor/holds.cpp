#include <dlfcn.h>

struct holder {
    void *handle = dlopen("libadd.so", RTLD_NOW);
    ~holder() { dlclose(handle); }
};

static thread_local holder held;

extern "C" int hold() {
    auto add = reinterpret_cast<int (*)(int, int)>(dlsym(held.handle, "add"));
    return add(2, 3);
}
