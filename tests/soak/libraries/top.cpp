// Catches what libbase throws, and has a thread_local whose destructor must find its library.
#include <stdexcept>
#include <string>

extern "C" void refuse(int number);

static int alive;

struct Visitor {
    std::string name = "a name too long for the string's own buffer";
    Visitor() { __atomic_add_fetch(&alive, 1, __ATOMIC_RELAXED); }
    ~Visitor() { __atomic_sub_fetch(&alive, name.empty() ? 2 : 1, __ATOMIC_RELAXED); }
};

extern "C" int throw_and_catch(int number) {
    try {
        refuse(number);
    } catch (const std::runtime_error &refused) {
        return std::stoi(std::string(refused.what()).substr(7));
    }
    return -1;
}

extern "C" int visit(int number) {
    static thread_local Visitor visitor;
    return visitor.name.empty() ? -1 : number;
}
