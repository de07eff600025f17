#include "../250_exceptions_of_a_space_reach_the_host/fault.hpp"
#include "../spaces.h"

typedef void thrower(void);

static void between(kind thrower_kind, kind middle_kind) {
    void *from = opened_in(thrower_kind, "./libthrower.so");
    void *middle = opened_in(middle_kind, "./libmiddle.so");
    thrower *throw_fault = function_of<thrower>(from, "throw_fault");
    int before = number(middle, "count_destroyed");
    int code = function_of<int(thrower *)>(middle, "catch_code")(throw_fault), passed = 0;
    try {
        function_of<void(thrower *)>(middle, "pass_on")(throw_fault);
    } catch (const fault &error) {
        passed = error.code;
    }
    printf("%s to %s: caught %d, passed %d, destroyed %d, alive %d\n", kind_names[thrower_kind],
           kind_names[middle_kind], code, passed, number(middle, "count_destroyed") - before,
           *function_of<int *()>(from, "faults_alive")());
}

int main() {
    between(SHARING, SHARING);
    between(PRIVATE, PRIVATE);
    between(SHARING, PRIVATE);
    between(PRIVATE, SHARING);
}
