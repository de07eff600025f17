// An exception that nobody catches.
#include <stdexcept>

extern "C" void thrower() { throw std::runtime_error("nobody catches this"); }
