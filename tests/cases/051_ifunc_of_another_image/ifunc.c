int feature_level(void);

static int low(void) { return 1; }
static int high(void) { return 300; }

static int (*resolve(void))(void) { return feature_level() == 3 ? high : low; }

int picked(void) __attribute__((ifunc("resolve")));
