int is_ready(void);

static int early;

__attribute__((constructor)) static void begin(void) { early = !is_ready(); }

int use(void) { return is_ready() && !early; }
