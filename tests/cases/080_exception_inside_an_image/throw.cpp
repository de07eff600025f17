#include <stdexcept>

static int destroyed;

struct guard {
    ~guard() { ++destroyed; }
};

static void deep(int n) {
    guard g;
    if (n == 0)
        throw std::runtime_error("bottom");
    deep(n - 1);
}

extern "C" int throw_and_catch(void) {
    try {
        deep(9);
    } catch (const std::exception &error) {
        return error.what()[0] == 'b' ? destroyed : -1;
    }
    return -2;
}
