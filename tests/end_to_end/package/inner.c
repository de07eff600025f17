/* A plugin that uses Isolde itself. */
#include <isolde.h>

void *whose(void) { return (void *)isolde_space_new; }
