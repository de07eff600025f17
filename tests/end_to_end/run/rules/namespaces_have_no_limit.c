/* A thousand namespaces, each with a copy of its own. */
#include "../check.h"

enum { MANY = 1000 };

int main(void) {
    static void *handles[MANY];
    for (int i = 0; i < MANY; i++)
        handles[i] = open_new("./libcounter.so");
    for (int i = 0; i < MANY; i++)
        for (int j = 0; j <= i % 3; j++)
            call(handles[i], "next");
    for (int i = 0; i < MANY; i++)
        check(call(handles[i], "next") == i % 3 + 2);
    for (int i = 0; i < MANY; i++)
        for (int j = i + 1; j < MANY; j += 97)
            check(id_of(handles[i]) != id_of(handles[j]));
    return 0;
}
