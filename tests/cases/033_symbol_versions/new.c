int old_answer(void) { return 1; }
int new_answer(void) { return 2; }
int secret_answer(void) { return 3; }

__asm__(".symver old_answer, answer@V1");
__asm__(".symver new_answer, answer@@V2");
__asm__(".symver secret_answer, withdrawn@V1");
