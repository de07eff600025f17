#include "../250_exceptions_of_a_space_reach_the_host/fault.hpp"
#include "../257_casts_and_type_information_across_spaces/shapes.hpp"
#include "../spaces.h"

typedef void thrower(void);

static int caught_here(thrower *throws) {
    try {
        throws();
    } catch (const fault &error) {
        return error.code;
    }
    return -1;
}

int main() {
    for (kind each : {SHARING, PRIVATE}) {
        void *shapes_there = opened_in(each, "./libclang_shapes.so");
        thrower *of_clang =
            function_of<thrower>(opened_in(each, "./libclang_thrower.so"), "throw_fault");
        thrower *of_gcc =
            function_of<thrower>(opened_in(each, "./libgcc_thrower.so"), "throw_fault");
        auto clang_catches =
            function_of<int(thrower *)>(opened_in(each, "./libclang_middle.so"), "catch_code");
        printf("%s: clang to gcc %d, gcc to clang %d\n", kind_names[each], caught_here(of_clang),
               clang_catches(of_gcc));
        shapes::shape *four = function_of<shapes::shape *(int)>(shapes_there, "make")(4);
        printf("  square %d\n", dynamic_cast<shapes::square *>(four) != nullptr);
        delete four;
    }
}
