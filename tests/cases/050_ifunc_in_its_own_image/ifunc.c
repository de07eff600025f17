static int chosen(void) { return 50; }
static int chosen_static(void) { return 51; }
static int (*resolve(void))(void) { return chosen; }
static int (*resolve_static(void))(void) { return chosen_static; }

int picked(void) __attribute__((ifunc("resolve")));
static int picked_static(void) __attribute__((ifunc("resolve_static")));

int (*pointer)(void) = picked;
static int (*static_pointer)(void) = picked_static;

int by_call(void) { return picked(); }
int by_pointer(void) { return pointer(); }
int by_static_call(void) { return picked_static(); }
int by_static_pointer(void) { return static_pointer(); }
