#include <stdexcept>

extern "C" void throw_uncaught() { throw std::runtime_error("nobody catches this"); }
