static void (*at_end)(void);

void tell_at_end(void (*function)(void)) { at_end = function; }

__attribute__((destructor)) static void end(void) { at_end(); }
