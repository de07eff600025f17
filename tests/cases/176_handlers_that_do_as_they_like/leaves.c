extern int __cxa_atexit(void (*function)(void *), void *argument, void *dso);
extern void __cxa_finalize(void *dso);
extern void *__dso_handle __attribute__((visibility("hidden")));

static char part;

int leave(void (*function)(void *), void *argument) {
    return __cxa_atexit(function, argument, &__dso_handle);
}

int leave_in_part(void (*function)(void *), void *argument) {
    return __cxa_atexit(function, argument, &part);
}

void end_part(void) { __cxa_finalize(&part); }
