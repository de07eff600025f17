#include "make.hpp"

extern "C" block make(way how, std::size_t size) { return {how, memory_for(how, size)}; }
extern "C" void release(block one) { release_memory(one); }
