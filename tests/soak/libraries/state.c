/* Remembers one number, and says so when constructed and destructed. */
static int remembered;
static int constructed;

__attribute__((constructor)) static void construct(void) { constructed++; }
__attribute__((destructor)) static void destruct(void) { constructed--; }

int remember(int number) {
    int before = remembered;
    remembered = number;
    return constructed == 1 ? before : -1;
}
