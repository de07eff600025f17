#include <cstdio>
#include <stdexcept>

static void throws(const char *what) {
    try {
        throw std::runtime_error(what);
    } catch (const std::exception &error) {
        std::printf("caught in the %s\n", error.what());
    }
}

static struct object {
    object() { throws("constructor"); }
    ~object() { throws("destructor"); }
} the_object;
