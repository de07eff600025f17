/* A small module in C++: throws, catches, and counts what it has caught. */
#include <stdexcept>
#include <string>

static int caught;

extern "C" int throw_and_catch(int number) {
    try {
        throw std::runtime_error(std::to_string(number));
    } catch (const std::exception &error) {
        caught++;
        return std::stoi(error.what()) == number ? caught : -1;
    }
}
