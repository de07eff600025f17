/* One of two libraries that clash: same names, another meaning, another state. */
#include <stdexcept>

extern "C" {
int conversions;

double convert(double degrees) {
    if (degrees < -273.15)
        throw std::domain_error("below absolute zero");
    conversions++;
    return degrees * 9 / 5 + 32;
}
}
