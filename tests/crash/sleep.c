/* A library whose function does not come back. */
#include <unistd.h>

void sleep_here(void (*ready)(void)) {
    ready();
    pause();
}
