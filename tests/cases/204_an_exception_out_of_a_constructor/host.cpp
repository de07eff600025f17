#include <thread>
#include <unistd.h>

#include "loader.h"

int main() {
    alarm(20); // a constructor that nobody ends would be waited for for ever
    try {
        opened("./libthrows.so", RTLD_NOW);
    } catch (int thrown) {
        printf("caught %d\n", thrown);
    }
    std::thread([] { opened("./libthrows.so", RTLD_NOW); }).join();
    opened("./libadd.so", RTLD_NOW);
    printf("closed %d\n", close_space(the_space()));
}
