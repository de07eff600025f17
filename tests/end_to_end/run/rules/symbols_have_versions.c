/* glibc: the same.  dlsym(3) takes the default version, dlvsym(3) the one that is named. */
#include "../check.h"

static int answer(void *function) {
    check(function != NULL);
    return ((int (*)(void))function)();
}

int main(void) {
    void *handle = open_new("./libversions.so");
    check(answer(dlsym(handle, "answer")) == 2);
    check(answer(dlvsym(handle, "answer", "ONE")) == 1);
    check(answer(dlvsym(handle, "answer", "TWO")) == 2);
    check(dlvsym(handle, "answer", "THREE") == NULL);
    check(strstr(dlerror(), "undefined symbol: answer, version THREE") != NULL);
    check(dlsym(handle, "question") == NULL);
    check(strstr(dlerror(), "undefined symbol: question") != NULL);
    check(dlsym(handle, "strlen") == dlsym(handle, "strlen"));
    return 0;
}
