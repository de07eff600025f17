// Throws what another library catches.
#include <stdexcept>
#include <string>

struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

extern "C" void refuse(int number) { throw Refused("number " + std::to_string(number)); }
