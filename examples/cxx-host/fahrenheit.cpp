/* The other one. */
#include <stdexcept>

extern "C" {
int conversions;

double convert(double degrees) {
    if (degrees < -459.67)
        throw std::domain_error("below absolute zero");
    conversions++;
    return (degrees - 32) * 5 / 9;
}
}
