#include <new>
#include <string>

typedef std::string
    text; /* of the old ABI: it counts references, and the empty one is never freed */

extern "C" void make_empty(void *place) { new (place) text(); }
extern "C" void destroy(void *place) { static_cast<text *>(place)->~text(); }
