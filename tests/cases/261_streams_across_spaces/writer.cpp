#include <iomanip>
#include <iostream>
#include <sstream>

extern "C" void say(const char *text) { std::cout << text; }
extern "C" void unsynchronise(void) { std::ios_base::sync_with_stdio(false); }
extern "C" void flush(void) { std::cout.flush(); }
extern "C" void write_to(std::ostream *out) {
    *out << std::setw(5) << 42 << ' ' << 2.5 << ' ' << std::hex << 255 << std::dec << std::endl;
}
extern "C" int read_from(std::istream *in) {
    int first = 0;
    std::string second;
    *in >> first >> second;
    return first + (int)second.size();
}
