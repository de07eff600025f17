#include <exception>
#include <iostream>
#include <stdexcept>
#include <typeinfo>

extern "C" void *cout_object() { return &std::cout; }
extern "C" const void *error_type() { return &typeid(std::runtime_error); }
extern "C" void throw_error() { throw std::runtime_error("from the space"); }

struct counter {
    int *seen;
    ~counter() { *seen = std::uncaught_exceptions(); }
};

/* How many exceptions are in flight as CALL, which throws, is left. */
extern "C" int in_flight(void (*call)()) {
    int seen = -1;
    try {
        counter count = {&seen};
        call();
    } catch (const std::exception &) {
    }
    return seen;
}
