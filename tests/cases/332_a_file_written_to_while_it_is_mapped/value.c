/* The other one has another value, and its functions the other way round. */
static int value = 1;
#ifdef OTHER
static int other = 2;
static int *place = &other;
int second(void) { return 2000 + *place + value; }
int first(void) { return 1000 + *place + value; }
#else
static int other = 0;
static int *place = &value;
int first(void) { return *place + other; }
int second(void) { return 10 + *place + other; }
#endif
