#include "kinds.h"

static int seven() { return 7; }
extern "C" int (*resolver())() { return seven; }
extern "C" int chosen() __attribute__((ifunc("resolver")));

thread_local int local = 5;

extern "C" int kinds_unique(int by) { return unique() += by; }
extern "C" int kinds_local(int by) { return local += by; }
