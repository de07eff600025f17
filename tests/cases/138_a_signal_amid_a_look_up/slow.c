/* Relocated only once the host lets it. */
extern void (*meet)(void);

static int body(void) { return 1; }
static int (*resolve(void))(void) {
    meet();
    return body;
}
int chosen(void) __attribute__((ifunc("resolve")));

int choose(void) { return chosen(); }
