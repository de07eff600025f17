/* State that must be one's own in every space. */
int number = 7;

static int value;

int count_up(void) { return ++value; }
