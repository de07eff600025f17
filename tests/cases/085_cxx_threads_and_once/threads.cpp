#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

static std::once_flag once;
static std::mutex mutex;
static std::condition_variable changed;
static int initialised, arrived;

static int slow_static() {
    static int value = [] { return ++initialised; }();
    return value;
}

extern "C" int together(void) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; i++)
        threads.emplace_back([] {
            std::call_once(once, [] { ++initialised; });
            slow_static();
            std::unique_lock<std::mutex> lock(mutex);
            if (++arrived == 8)
                changed.notify_all();
            changed.wait(lock, [] { return arrived == 8; });
        });
    for (auto &thread : threads)
        thread.join();
    return initialised * 10 + arrived;
}
