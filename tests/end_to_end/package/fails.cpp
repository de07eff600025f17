/* A library whose function throws. */
#include <stdexcept>

extern "C" void fail() { throw std::domain_error("caught"); }
