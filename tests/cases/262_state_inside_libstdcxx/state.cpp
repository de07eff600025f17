#include <locale>
#include <stdexcept>
#include <system_error>

extern "C" void throw_no_entry(void) {
    throw std::system_error(std::make_error_code(std::errc::no_such_file_or_directory));
}

extern "C" void assign_classic(std::locale *target) { *target = std::locale::classic(); }

extern "C" void throw_without_text(void) { throw std::runtime_error(""); }
