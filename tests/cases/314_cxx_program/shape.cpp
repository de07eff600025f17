#include "shape.hpp"

#include <iostream>

shape::~shape() = default;
int shape::corners() const { return 0; }
no_shape::~no_shape() = default;

struct square : shape {
    int corners() const override { return 4; }
};

static struct in_library {
    in_library() { std::cout << "library's object begins" << std::endl; }
    ~in_library() { std::cout << "library's object ends" << std::endl; }
} object;

shape *make_square() { return new square; }
void refuse() { throw no_shape("no shape"); }
