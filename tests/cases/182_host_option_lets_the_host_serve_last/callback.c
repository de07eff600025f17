int of_the_executable(void);

int call_executable(void) { return of_the_executable(); }
