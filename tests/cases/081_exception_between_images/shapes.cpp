#include "shapes.hpp"

shape::~shape() {}
bad_shape::~bad_shape() {}
int square::sides() const { return 4; }
int circle::sides() const { return 0; }

shape *make(int sides) {
    if (sides != 4 && sides != 0) {
        bad_shape error;
        error.code = sides;
        throw error;
    }
    return sides == 4 ? static_cast<shape *>(new square) : new circle;
}
