/* More than 63 neighbours, so that a bitmap is followed by another; a gap, so that an address is.
 */
static int value[200];

#define P1(i) &value[i]
#define P8(i)                                                                                      \
    P1(i), P1((i) + 1), P1((i) + 2), P1((i) + 3), P1((i) + 4), P1((i) + 5), P1((i) + 6), P1((i) + 7)
#define P64(i)                                                                                     \
    P8(i), P8((i) + 8), P8((i) + 16), P8((i) + 24), P8((i) + 32), P8((i) + 40), P8((i) + 48),      \
        P8((i) + 56)

struct sparse {
    int *pointer;
    long gap[100];
};

static int *dense[192] = {P64(0), P64(64), P64(128)};
static struct sparse sparse[3] = {{P1(0), {1}}, {P1(1), {1}}, {P1(2), {1}}};

int wrong(void) {
    int count = 0;
    for (int i = 0; i < 192; i++)
        count += dense[i] != &value[i];
    for (int i = 0; i < 3; i++)
        count += sparse[i].pointer != &value[i] || sparse[i].gap[0] != 1;
    return count;
}
