#include <iostream>
#include <stdexcept>

extern "C" int allocations;

int main() {
    try {
        throw std::runtime_error("thrown");
    } catch (const std::exception &error) {
        std::cout << error.what() << ", wrapped " << (allocations > 0) << std::endl;
    }
}
