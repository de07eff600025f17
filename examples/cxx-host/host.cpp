/* A C++ host: two libraries that define the same names, their exceptions, and a failure in parts.
 *
 * Build and run it with `make run`.
 */
#include <isolde.hpp>

#include <cstdlib>
#include <iostream>
#include <stdexcept>

static int report(const isolde::error &error) {
    std::cerr << error.what() << '\n';
    for (const std::string &place : error.tried())
        std::cerr << "    tried " << place << '\n';
    return EXIT_FAILURE;
}

static void convert_both_ways(const std::string &folder) {
    isolde::space a("celsius"), b("fahrenheit");
    isolde::library celsius = a.open(folder + "/libcelsius.so");
    isolde::library fahrenheit = b.open(folder + "/libfahrenheit.so");
    auto from_celsius = celsius.function<double(double)>("convert");
    auto from_fahrenheit = fahrenheit.function<double(double)>("convert");

    std::cout << "100 C is " << from_celsius(100) << " F, 50 F is " << from_fahrenheit(50)
              << " C\n";
    std::cout << "0 C is " << from_celsius(0) << " F\n";
    try {
        from_celsius(-300);
    } catch (const std::domain_error &error) {
        std::cout << "-300 C is " << error.what() << '\n';
    }
    std::cout << a.name() << " made " << celsius.variable<int>("conversions") << " conversions, "
              << b.name() << " made " << fahrenheit.variable<int>("conversions") << '\n';
}

int main(int argc, char **argv) {
    try {
        convert_both_ways(argc > 1 ? argv[1] : ".");
    } catch (const isolde::error &error) {
        return report(error);
    }
    return EXIT_SUCCESS;
}
