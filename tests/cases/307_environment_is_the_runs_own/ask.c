#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *ask(const char *name) { return getenv(name) ? getenv(name) : "unset"; }

const char *look(const char *name) {
    size_t length = strlen(name);
    for (char **at = environ; at != NULL && *at != NULL; at++)
        if (strncmp(*at, name, length) == 0 && (*at)[length] == '=')
            return *at + length + 1;
    return "unset";
}
