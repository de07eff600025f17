#include "../spaces.h"

#include <future>
#include <stdexcept>

typedef void taker(std::exception_ptr *);

static void kept(void *library) {
    std::exception_ptr pointer, again;
    function_of<taker>(library, "keep")(&pointer);
    try {
        std::rethrow_exception(pointer);
    } catch (const std::range_error &error) {
        function_of<taker>(library, "current")(&again);
        printf("  %s, the same %d\n", error.what(), again == pointer);
    }
    auto own = std::make_exception_ptr(std::range_error("the host's"));
    printf("  the host's is known there %d\n",
           function_of<int(const std::exception_ptr *)>(library, "is_range_error")(&own));
}

static void promised(void *library) {
    std::promise<int> promise;
    std::future<int> future = promise.get_future();
    function_of<void(std::promise<int> *)>(library, "break_promise")(&promise);
    try {
        future.get();
    } catch (const std::logic_error &error) {
        printf("  %s\n", error.what());
    }
}

static void nested(void *library) {
    try {
        run(library, "throw_nested");
    } catch (const std::runtime_error &outer) {
        try {
            std::rethrow_if_nested(outer);
        } catch (const std::range_error &inner) {
            printf("  %s holds %s\n", outer.what(), inner.what());
        }
    }
}

int main() {
    in_both_kinds("./libkeeper.so", [](const char *kind, void *library) {
        puts(kind);
        kept(library);
        promised(library);
        nested(library);
    });
}
