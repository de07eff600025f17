#include "shapes.hpp"

extern "C" shapes::shape *make(int sides) {
    if (sides < 0)
        return new secret;
    return sides ? static_cast<shapes::shape *>(new shapes::square) : new shapes::circle;
}

extern "C" int is_square(shapes::shape *shape) {
    return dynamic_cast<shapes::square *>(shape) != nullptr;
}
