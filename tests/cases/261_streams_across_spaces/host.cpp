#include "../spaces.h"

#include <iostream>
#include <sstream>

typedef void sayer(const char *);

static void streams(void *library) {
    std::ostringstream text;
    function_of<void(std::ostream *)>(library, "write_to")(&text);
    std::cout << text.str();
    std::istringstream input("250 elevenchars");
    std::cout << function_of<int(std::istream *)>(library, "read_from")(&input) << '\n';
}

static void in_turn(void *library) {
    sayer *say = function_of<sayer>(library, "say");
    std::cout << "1 ";
    say("2 ");
    fputs("3 ", stdout);
    say("4\n");
}

/* Without synchronisation each copy of std::cout has a buffer of its own. */
static void unsynchronised(void *library) {
    run(library, "unsynchronise");
    std::cout << "first ";
    function_of<sayer>(library, "say")("second ");
    std::cout << "third ";
    std::cout.flush();
    run(library, "flush");
    puts("");
}

int main() {
    in_both_kinds("./libwriter.so", [](const char *kind, void *library) {
        puts(kind);
        streams(library);
        in_turn(library);
    });
    unsynchronised(opened_in(PRIVATE, "./libwriter.so"));
}
