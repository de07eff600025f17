#include <stdio.h>

extern char **environ;

FILE **library_stdout(void) { return &stdout; }
char ***library_environ(void) { return &environ; }
