#include <condition_variable>
#include <future>
#include <mutex>
#include <shared_mutex>
#include <thread>

struct meeting {
    std::mutex mutex;
    std::recursive_mutex recursive;
    std::shared_mutex readers;
    std::condition_variable changed;
    std::once_flag once;
    int turns = 0, initialised = 0, count = 0;
};
