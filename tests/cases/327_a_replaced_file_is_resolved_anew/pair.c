/* Two functions whose places in the file differ from one build to the next, its size not. */
#define FUNCTION(name)                                                                             \
    const char *name(void) { return #name; }

#if defined ALONE
FUNCTION(left)
FUNCTION(lefu)
#elif defined SWAPPED
FUNCTION(rite)
FUNCTION(left)
#else
FUNCTION(left)
FUNCTION(rite)
#endif
