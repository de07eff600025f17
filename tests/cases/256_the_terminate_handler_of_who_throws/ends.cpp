#include <new>

extern "C" void throw_int(void) { throw 256; }
extern "C" int has_new_handler(void) { return std::get_new_handler() != nullptr; }
