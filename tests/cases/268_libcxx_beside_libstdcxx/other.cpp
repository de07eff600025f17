#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

extern "C" void throw_error(void) { throw std::runtime_error("of libc++"); }

extern "C" int catches_its_own(void) {
    std::vector<std::string> texts(3, "a text that is too long to be kept inside the object");
    try {
        texts.at(250).clear();
    } catch (const std::out_of_range &) {
        return 1;
    }
    return 0;
}

extern "C" int *make(void) { return new int(268); }
extern "C" void write_to(FILE *file) { std::fprintf(file, "a FILE crosses\n"); }
