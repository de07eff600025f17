/* Needs versioned@NEW. */
int versioned(void);

int call_versioned(void) { return versioned(); }
