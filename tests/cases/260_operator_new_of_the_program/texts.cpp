#include <sstream>
#include <string>
#include <vector>

extern "C" int work(void) {
    std::string text;
    for (int i = 0; i < 100; i++)
        text += std::to_string(i) + " a text that is too long to be kept inside the object";
    std::vector<std::string> copies(10, text);
    std::ostringstream stream;
    stream << copies[3];
    return (int)stream.str().size();
}

extern "C" void *make(void) { return new int(260); }
extern "C" void release(void *made) { delete static_cast<int *>(made); }
