/* Uses libfirst.so without saying so. */
long kept_number(void);

long number_of_first(void) { return kept_number(); }
