// Throws and catches with its own copy of libstdc++.
#include <stdexcept>
#include <string>
#include <vector>

extern "C" long catches_its_own(long number) {
    try {
        throw std::runtime_error(std::to_string(number));
    } catch (const std::exception &error) {
        return std::stol(error.what());
    }
}

extern "C" long catches_an_index() {
    try {
        return std::vector<long>(3).at(5);
    } catch (const std::out_of_range &) {
        return 5;
    }
}

extern "C" void throws(long number) { throw number; }
extern "C" void calls(void (*function)()) { function(); }
