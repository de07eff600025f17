extern int only;
int *of_second(void);

int use(void) { return only * 10 + (of_second() == &only); }
