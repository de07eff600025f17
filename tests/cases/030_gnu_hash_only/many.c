/* 64 functions, so that buckets have chains. */
#define ONE(n)                                                                                     \
    int f##n(void) { return 0x##n; }
#define EIGHT(d) ONE(d##0) ONE(d##1) ONE(d##2) ONE(d##3) ONE(d##4) ONE(d##5) ONE(d##6) ONE(d##7)
EIGHT(0) EIGHT(1) EIGHT(2) EIGHT(3) EIGHT(4) EIGHT(5) EIGHT(6) EIGHT(7)
