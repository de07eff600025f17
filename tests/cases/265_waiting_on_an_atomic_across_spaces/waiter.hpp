#include <atomic>

struct meeting {
    std::atomic<int> waiter{0}, value{0}, woken{0};
};
