/* libstdcxx.cpp - a line on a stream, then an exception. */
#include <iostream>
#include <sstream>
#include <stdexcept>

extern "C" void print_touched(const char *phase);

extern "C" void use() {
    print_touched("loaded");
    std::ostringstream stream;
    stream << "one " << 1 << ' ' << 1.5 << std::endl;
    print_touched("a line written");
    try {
        throw std::runtime_error(stream.str());
    } catch (const std::exception &) {
        print_touched("a throw caught");
    }
}
