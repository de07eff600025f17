#include <cstdlib>
#include <cstring>
#include <pthread.h>
#include <string>
#include <unistd.h>

extern "C" int stay();

static void nothing() {}

struct object {
    std::string text = "of a thread, too long for the string itself";
    ~object() { text.clear(); }
};

int main(int, char **argv) {
    static object local;
    pthread_atfork(nothing, nothing, nothing);
    std::atexit(nothing);
    setenv("LEFT", local.text.c_str(), 1);
    stay();
    if (!std::strcmp(argv[1], "_exit"))
        _exit(0);
    if (!std::strcmp(argv[1], "abort"))
        std::abort();
    return 0;
}
