extern const char *who(void);

const char *(*const table[])(void) = {who};

const char *through_call(void) { return who(); }
const char *through_table(void) { return table[0](); }
