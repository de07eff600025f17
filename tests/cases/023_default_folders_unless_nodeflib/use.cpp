#include <string>

extern "C" int use(void) { return std::to_string(1234).size(); }
