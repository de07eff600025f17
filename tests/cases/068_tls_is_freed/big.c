/* 4 MB a thread: what is not given back shows after a few hundred of them. */
static __thread char big[4 << 20];

int touch(void) {
    for (unsigned i = 0; i < sizeof big; i += 4096)
        big[i] = 1;
    return big[4096];
}
