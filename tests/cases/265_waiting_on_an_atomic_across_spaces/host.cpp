#include "../spaces.h"
#include "waiter.hpp"

#include <string>
#include <thread>

typedef void waiting(meeting *);

/* Whether the thread sleeps in the kernel, which behind the announcement only the wait does. */
static bool sleeps(int thread) {
    char state = 0;
    FILE *file = fopen(("/proc/self/task/" + std::to_string(thread) + "/stat").c_str(), "r");
    if (file == nullptr || fscanf(file, "%*d %*s %c", &state) != 1)
        state = 0;
    if (file != nullptr)
        fclose(file);
    return state == 'S';
}

static void wake(void *library, bool from_there) {
    static meeting all;
    std::thread thread([=] { function_of<waiting>(library, "wait_for")(&all); });
    while (all.waiter == 0 || !sleeps(all.waiter))
        std::this_thread::yield();
    all.value = 1;
    if (from_there)
        function_of<waiting>(library, "notify")(&all);
    else
        all.value.notify_all();
    thread.join();
    puts(from_there ? "  woken from its own space" : "  woken from the host");
}

int main() {
    in_both_kinds("./libwaiter.so", [](const char *kind, void *library) {
        puts(kind);
        ends("  notified in its own space", [=] { wake(library, true); });
        ends("  notified in the host", [=] { wake(library, false); });
    });
}
