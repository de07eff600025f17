extern int __cxa_atexit(void (*function)(void *), void *argument, void *dso);
extern void *__dso_handle __attribute__((visibility("hidden")));

int leave(void (*function)(void *), void *argument) {
    return __cxa_atexit(function, argument, &__dso_handle);
}
