#ifndef VISIBILITY
#define VISIBILITY protected
#endif
#define TEXT(x) #x
#define SEEN_AS(x) __attribute__((visibility(TEXT(x))))

SEEN_AS(VISIBILITY) int which(void) { return NUMBER; }
SEEN_AS(VISIBILITY) int value = NUMBER;
static int (*volatile pointer)(void) = which;

int function(void) { return which(); }
int by_pointer(void) { return pointer(); }
int data(void) { return value; }
