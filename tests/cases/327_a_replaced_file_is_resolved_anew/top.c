extern const char *left(void), *rite(void);

const char *(*const table[])(void) = {left, rite};

const char *through_calls(int right) { return right ? rite() : left(); }
const char *through_table(int right) { return table[right](); }
