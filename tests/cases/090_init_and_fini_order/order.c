#include <stdio.h>

__attribute__((constructor(101))) static void early(void) { puts(NAME " constructor 101"); }
__attribute__((constructor(202))) static void middle(void) { puts(NAME " constructor 202"); }
__attribute__((constructor)) static void plain(void) { puts(NAME " constructor"); }
__attribute__((destructor(101))) static void last(void) { puts(NAME " destructor 101"); }
__attribute__((destructor(202))) static void later(void) { puts(NAME " destructor 202"); }
__attribute__((destructor)) static void end(void) { puts(NAME " destructor"); }

__attribute__((visibility("hidden"))) void old_init(void) { puts(NAME " DT_INIT"); }
__attribute__((visibility("hidden"))) void old_fini(void) { puts(NAME " DT_FINI"); }
