#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <vector>

enum way {
    MALLOC,
    CALLOC,
    ALIGNED,
    NEW,
    NEW_ARRAY,
    NEW_ALIGNED,
    STRDUP,
    GETLINE,
    STRING,
    CONTAINER
};
enum { WAYS = CONTAINER + 1 };
struct alignas(64) line {
    char bytes[64];
};
typedef std::map<int, std::vector<std::list<std::string>>> container;

struct block {
    way how;
    void *memory;
};

struct allocator {
    block (*make)(way how, std::size_t size);
    void (*release)(block one);
};
