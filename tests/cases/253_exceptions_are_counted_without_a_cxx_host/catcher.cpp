#include <exception>

extern "C" int catch_and(void (*throws)(void), int (*ask)(void)) {
    try {
        throws();
    } catch (...) {
        return ask();
    }
    return -1;
}

extern "C" int under_way_here(void) { return std::uncaught_exceptions(); }
