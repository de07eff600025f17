#include "../spaces.h"

typedef void thrower(void);

static void through(kind each, const char *file) {
    ends(file, [=] {
        thrower *throw_int = function_of<thrower>(opened_in(each, "./libthrower.so"), "throw_int");
        void *between = opened_in(each, file);
        try {
            function_of<int(thrower *)>(between, "pass_on")(throw_int);
        } catch (int code) {
            printf("%s: caught %d, cleaned %d\n", file, code, number(between, "cleaned"));
        }
    });
}

int main() {
    for (kind each : {SHARING, PRIVATE}) {
        puts(kind_names[each]);
        through(each, "./libc_frame.so");
        through(each, "./libno_exceptions.so");
        through(each, "./libno_tables.so");
        ends("uncaught", [=] { run(opened_in(each, "./libthrower.so"), "throw_int"); });
        ends("noexcept", [=]() noexcept { run(opened_in(each, "./libthrower.so"), "throw_int"); });
    }
}
