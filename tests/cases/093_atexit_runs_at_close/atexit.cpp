#include <cstdio>
#include <cstdlib>

struct noisy {
    const char *name;
    ~noisy() { std::printf("static %s destroyed\n", name); }
};

static noisy first{"first"}, second{"second"};

static void handler() { std::puts("atexit handler"); }

extern "C" void work(void) {
    static noisy local{"local"};
    std::atexit(handler);
}
