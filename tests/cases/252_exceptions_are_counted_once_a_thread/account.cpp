#include <exception>
#include <stdexcept>

static int seen_in_destructor;

struct watcher {
    ~watcher() { seen_in_destructor = std::uncaught_exceptions(); }
};

extern "C" void throw_it(void) {
    watcher here;
    throw std::runtime_error("here");
}

extern "C" int in_destructor(void) { return seen_in_destructor; }
extern "C" int under_way(void) { return std::uncaught_exceptions(); }
extern "C" int handles_one(void) { return std::current_exception() != nullptr; }

/* The function that every handler calls to turn an exception into a number. */
extern "C" int translate(void) {
    try {
        throw;
    } catch (const std::runtime_error &) {
        return 1;
    } catch (...) {
        return 2;
    }
}
