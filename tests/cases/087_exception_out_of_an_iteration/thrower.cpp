#include <cstring>
#include <link.h>

static int visit(dl_phdr_info *image, size_t, void *) {
    if (std::strstr(image->dlpi_name, "libthrower.so") != nullptr)
        throw 87;
    return 0;
}

extern "C" int caught(void) {
    try {
        return dl_iterate_phdr(visit, nullptr);
    } catch (int thrown) {
        return thrown;
    }
}
