__attribute__((weak)) int answer(void);

int use(void) { return answer ? answer() : -1; }
