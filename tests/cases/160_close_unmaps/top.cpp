#include <stdexcept>

extern "C" int bump();
extern "C" int use() {
    try {
        throw std::runtime_error("160");
    } catch (const std::exception &) {
        return bump();
    }
}
