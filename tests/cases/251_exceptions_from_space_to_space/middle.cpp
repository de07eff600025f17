#include "../250_exceptions_of_a_space_reach_the_host/fault.hpp"

#include <string>

static int destroyed;

struct guard {
    ~guard() { ++destroyed; }
};

extern "C" int count_destroyed(void) { return destroyed; }

extern "C" int catch_code(void (*throws)(void)) {
    guard here;
    try {
        throws();
    } catch (const fault &error) {
        return error.code;
    }
    return -1;
}

extern "C" void pass_on(void (*throws)(void)) {
    guard here;
    std::string text = "a local object";
    try {
        throws();
    } catch (int) {
        destroyed = -1000;
    }
}
