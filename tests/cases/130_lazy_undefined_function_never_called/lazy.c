int nobody_defines_this(void);

int work(int really) { return really ? nobody_defines_this() : 130; }
