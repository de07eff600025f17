#include <stddef.h>

extern int __cxa_thread_atexit_impl(void (*run)(void *), void *object, void *dso);
extern void *__dso_handle;

void (*at_end)(void);

static void nothing(void *object) { (void)object; }
void stay_until_the_thread_ends(void) { __cxa_thread_atexit_impl(nothing, NULL, &__dso_handle); }

__attribute__((destructor)) static void end(void) {
    if (at_end != NULL)
        at_end();
}
