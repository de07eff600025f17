/* Each build has who() somewhere else. */
#ifdef MORE
const char *more(void) { return WHO " more"; }
#endif
#ifdef YET_MORE
const char *yet_more(void) { return WHO " yet more"; }
#endif
const char *who(void) { return WHO; }
