#include "shared.hpp"

#include <memory>

/* Takes every second turn, a hundred times. */
static void play(meeting *all, int side) {
    for (int i = 0; i < 100; i++) {
        std::call_once(all->once, [=] { ++all->initialised; });
        std::unique_lock<std::mutex> lock(all->mutex);
        all->changed.wait(lock, [=] { return all->turns % 2 == side; });
        all->turns++;
        all->changed.notify_all();
        lock.unlock();
        std::lock_guard<std::recursive_mutex> outer(all->recursive), inner(all->recursive);
        std::lock_guard<std::shared_mutex> alone(all->readers);
        all->count++;
    }
}

extern "C" std::thread *start(meeting *all, int side) {
    return new std::thread([=] { play(all, side); });
}

extern "C" void join(std::thread *thread) {
    thread->join();
    delete thread;
}

extern "C" void promise(std::future<int> *future) {
    *future = std::async(std::launch::async, [] { return 264; });
}

extern "C" int fails_once(meeting *all) {
    try {
        std::call_once(all->once, [] { throw 264; });
    } catch (int) {
        return 1;
    }
    return 0;
}
