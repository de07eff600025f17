/* A library about as small as one can be and still do something. */
static int calls;

int add(int a, int b) {
    calls++;
    return a + b;
}
