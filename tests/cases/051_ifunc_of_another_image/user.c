int picked(void);

int (*const pointer)(void) = picked;

int by_call(void) { return picked(); }
int by_pointer(void) { return pointer(); }
int by_address(void) {
    int (*volatile address)(void) = picked;
    return address();
}
