int gift(void);

int take(void) { return gift(); }
