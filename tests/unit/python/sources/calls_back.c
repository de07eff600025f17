/* A destructor that calls whoever asked for it. */
static void (*last_wish)(void);

void remember(void (*function)(void)) { last_wish = function; }

__attribute__((destructor)) static void end(void) {
    if (last_wish)
        last_wish();
}
