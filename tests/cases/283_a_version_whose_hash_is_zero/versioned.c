int zero_answer(void) { return 1; }
int other_answer(void) { return 2; }

__asm__(".symver zero_answer, answer@@PPPPPPPPPPPP");
__asm__(".symver other_answer, answer@OTHER");
