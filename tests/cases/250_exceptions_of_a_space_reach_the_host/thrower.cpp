#include "fault.hpp"

static int alive;

extern "C" int *faults_alive(void) { return &alive; }
extern "C" void throw_int(void) { throw 250; }
extern "C" void throw_fault(void) { throw fault("own class", 7, &alive); }
extern "C" void throw_bad_alloc(void) { throw std::bad_alloc(); }
