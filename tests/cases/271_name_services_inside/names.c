#include <netdb.h>
#include <pwd.h>
#include <string.h>

int user(void) {
    const struct passwd *entry = getpwuid(0);
    return entry != NULL && strcmp(entry->pw_name, "root") == 0;
}

int host(void) {
    struct addrinfo *found = NULL;
    if (getaddrinfo("localhost", NULL, NULL, &found) != 0)
        return 0;
    freeaddrinfo(found);
    return 1;
}
