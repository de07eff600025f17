int answer(void);

int use(void) { return answer(); }
