/* ONE(a, b, c) for every number of three digits, such as ONE(0, 4, 2). */
#define FIVE(a, b) ONE(a, b, 0) ONE(a, b, 1) ONE(a, b, 2) ONE(a, b, 3) ONE(a, b, 4)
#define TEN(a, b) FIVE(a, b) ONE(a, b, 5) ONE(a, b, 6) ONE(a, b, 7) ONE(a, b, 8) ONE(a, b, 9)
#define FIFTY(a) TEN(a, 0) TEN(a, 1) TEN(a, 2) TEN(a, 3) TEN(a, 4)
#define HUNDRED(a) FIFTY(a) TEN(a, 5) TEN(a, 6) TEN(a, 7) TEN(a, 8) TEN(a, 9)

HUNDRED(0)
HUNDRED(1) HUNDRED(2) HUNDRED(3) HUNDRED(4) HUNDRED(5) HUNDRED(6) HUNDRED(7) HUNDRED(8) HUNDRED(9)

#undef FIVE
#undef TEN
#undef FIFTY
#undef HUNDRED
