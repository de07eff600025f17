/* Thread-local variables, by whatever model the compiler was told to use. */
static _Thread_local int count = 40;
static _Thread_local int zeroed[64];

int bump(int number) {
    for (int i = 0; i < 64; i++)
        zeroed[i]++;
    count++;
    return zeroed[number % 64] == count - 40 ? number : -1;
}
