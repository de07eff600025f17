void look(void);

void in_the_one_that_goes(void) {}

__attribute__((constructor)) static void start(void) { look(); }
__attribute__((destructor)) static void end(void) { look(); }
