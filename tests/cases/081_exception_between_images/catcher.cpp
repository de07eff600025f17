#include "shapes.hpp"

#include <typeinfo>

extern "C" int catch_code(void) {
    try {
        make(3);
    } catch (const bad_shape &error) {
        return error.code;
    } catch (...) {
        return -1;
    }
    return -2;
}

extern "C" int casts(void) {
    shape *four = make(4), *round = make(0);
    int result = (dynamic_cast<square *>(four) != nullptr) * 10 +
                 (dynamic_cast<square *>(round) != nullptr) +
                 (typeid(*four) == typeid(square)) * 100;
    delete four;
    delete round;
    return result;
}
