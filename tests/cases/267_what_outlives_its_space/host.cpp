#include "../spaces.h"
#include "shape.hpp"

#include <stdexcept>

struct closing {
    place where;
    void *library;
    explicit closing(kind each)
        : where(place_new(each)), library(open_in(where, "./libmaker.so", RTLD_NOW)) {}
    void close() const { printf("  closed %d\n", close_place(where, library)); }
};

static void keep_object(kind each) {
    closing space(each);
    shape *kept = function_of<shape *()>(space.library, "make")();
    printf("  sides %d\n", kept->sides());
    space.close();
    fflush(stdout);
    printf("  sides %d\n", kept->sides());
}

static void keep_exception(kind each) {
    std::exception_ptr kept;
    closing space(each);
    function_of<void(std::exception_ptr *)>(space.library, "keep")(&kept);
    space.close();
    fflush(stdout);
    try {
        std::rethrow_exception(kept);
    } catch (const std::range_error &error) {
        printf("  exception %s\n", error.what());
    }
}

int main() {
    for (kind each : {SHARING, PRIVATE}) {
        puts(kind_names[each]);
        ends("  object", [=] { keep_object(each); });
        ends("  exception", [=] { keep_exception(each); });
    }
}
