#include "../spaces.h"

#include <locale>
#include <stdexcept>
#include <system_error>

static void error_codes(void *library) {
    try {
        run(library, "throw_no_entry");
    } catch (const std::system_error &error) {
        printf("  value %d, category %s, is errc::no_such_file_or_directory %d\n",
               error.code().value(), error.code().category().name(),
               error.code() == std::errc::no_such_file_or_directory);
    }
}

static void locales(void *library) {
    auto assign = function_of<void(std::locale *)>(library, "assign_classic");
    for (int i = 0; i < 1000; i++) {
        std::locale mine;
        assign(&mine);
    }
    puts("  locales released");
}

static void copied_errors(void *library) {
    for (int i = 0; i < 1000; i++)
        try {
            run(library, "throw_without_text");
        } catch (const std::runtime_error &error) {
            std::runtime_error copy = error, again = copy;
        }
    puts("  errors without text copied");
}

static void old_strings(kind each) {
    alignas(16) char place[64];
    void *maker = opened_in(each, "./libold.so"), *other = opened_in(each, "./liboldtoo.so");
    function_of<void(void *)>(maker, "make_empty")(place);
    function_of<void(void *)>(other, "destroy")(place);
    puts("  old empty string destroyed");
}

int main() {
    for (kind each : {SHARING, PRIVATE}) {
        void *library = opened_in(each, "./libstate.so");
        puts(kind_names[each]);
        error_codes(library);
        copied_errors(library);
        ends("  locales", [=] { locales(library); });
        ends("  old strings", [=] { old_strings(each); });
    }
}
