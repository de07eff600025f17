#include <stdint.h>
#include <stdio.h>

/* At its start a function has just been called and then saves the frame pointer. */
#define ALIGNED ((uintptr_t)__builtin_frame_address(0) % 16 == 0)

void old_init(void) { printf("DT_INIT %d\n", ALIGNED); }
void old_fini(void) { printf("DT_FINI %d\n", ALIGNED); }
__attribute__((constructor)) static void begin(void) { printf("constructor %d\n", ALIGNED); }
__attribute__((destructor)) static void end(void) { printf("destructor %d\n", ALIGNED); }

static int yes(void) { return 1; }
static int no(void) { return 0; }
static int (*choose(void))(void) { return ALIGNED ? yes : no; }
int chosen(void) __attribute__((ifunc("choose")));
