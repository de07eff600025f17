int first_answer(void), second_answer(void), answer(void), plain(void);

__asm__(".symver first_answer, answer@V1");
__asm__(".symver second_answer, answer@V2");

static int (*const volatile table[])(void) = {first_answer, second_answer, answer, plain};

int ask(void) { return table[0]() * 1000 + table[1]() * 100 + table[2]() * 10 + table[3](); }

int call(void) { return first_answer() * 1000 + second_answer() * 100 + answer() * 10 + plain(); }
