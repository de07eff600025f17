#include <exception>
#include <future>
#include <stdexcept>
#include <thread>

extern "C" void keep(std::exception_ptr *kept) {
    *kept = std::make_exception_ptr(std::range_error("kept"));
}

extern "C" void current(std::exception_ptr *kept) { *kept = std::current_exception(); }

extern "C" int is_range_error(const std::exception_ptr *kept) {
    try {
        std::rethrow_exception(*kept);
    } catch (const std::range_error &) {
        return 1;
    } catch (...) {
        return 0;
    }
}

extern "C" void break_promise(std::promise<int> *promise) {
    std::thread([=] {
        try {
            throw std::out_of_range("promised");
        } catch (...) {
            promise->set_exception(std::current_exception());
        }
    }).join();
}

extern "C" void throw_nested(void) {
    try {
        throw std::range_error("inner");
    } catch (...) {
        std::throw_with_nested(std::runtime_error("outer"));
    }
}
