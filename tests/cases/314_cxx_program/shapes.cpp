#include "shape.hpp"

#include <cstring>
#include <iostream>
#include <memory>
#include <typeinfo>
#include <unistd.h>
#include <vector>

struct noted {
    const char *name;
    explicit noted(const char *text) : name(text) { std::cout << name << " begins" << std::endl; }
    ~noted() { std::cout << name << " ends" << std::endl; }
};

static noted object("program's object");

struct triangle : shape {
    int corners() const override { return 3; }
};

static void noexcept_thrower() noexcept { refuse(); }

int main(int, char **argv) {
    noted on_the_stack("main's object");
    static noted late("late object");
    std::vector<std::unique_ptr<shape>> all;
    all.emplace_back(make_square());
    all.emplace_back(new triangle);
    for (const auto &each : all)
        std::cout << each->corners() << (dynamic_cast<triangle *>(each.get()) ? " triangle" : "")
                  << (typeid(*each) == typeid(shape) ? " shape" : "") << "\n";
    try {
        refuse();
    } catch (const std::runtime_error &error) {
        std::cout << "caught " << error.what() << " " << typeid(error).name() << std::endl;
    }
    try {
        std::vector<int>().at(1);
    } catch (const std::out_of_range &) {
        std::cout << "out of range" << std::endl;
    }
    dup2(1, 2);
    if (!std::strcmp(argv[1], "uncaught"))
        refuse();
    if (!std::strcmp(argv[1], "noexcept"))
        noexcept_thrower();
    if (!std::strcmp(argv[1], "exit"))
        std::exit(2);
    return 1;
}
