#define DECLARE(n) int f##n(void);
#define ADD(n) +f##n()
#define EIGHT(m, d) m(d##0) m(d##1) m(d##2) m(d##3) m(d##4) m(d##5) m(d##6) m(d##7)
#define ALL(m)                                                                                     \
    EIGHT(m, 0) EIGHT(m, 1) EIGHT(m, 2) EIGHT(m, 3) EIGHT(m, 4) EIGHT(m, 5) EIGHT(m, 6) EIGHT(m, 7)

ALL(DECLARE)

int sum(void) { return 0 ALL(ADD); }
