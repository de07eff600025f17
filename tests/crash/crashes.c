#include <signal.h>
#include <stdlib.h>

void __attribute__((noinline)) by_segmentation_fault(void) { *(volatile int *)8 = 1; }
void __attribute__((noinline)) by_illegal_instruction(void) { __builtin_trap(); }
void __attribute__((noinline)) by_abort(void) { abort(); }
void __attribute__((noinline)) by_division(int zero) { raise(SIGFPE + zero); }
