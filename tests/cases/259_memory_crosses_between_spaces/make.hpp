/* How each side makes, changes and releases blocks; compiled into each of them. */
#include "blocks.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

inline char *a_line(std::size_t size) {
    std::string text(size, 'l');
    FILE *file = fmemopen(&text[0], text.size(), "r");
    char *got = nullptr;
    std::size_t capacity = 0;
    if (getline(&got, &capacity, file) < 0)
        std::abort();
    fclose(file);
    return got;
}

inline void *memory_for(way how, std::size_t size) {
    const std::string text(size, 'x');
    switch (how) {
    case MALLOC:
        return std::malloc(size);
    case CALLOC:
        return std::calloc(size, 2);
    case ALIGNED:
        return std::aligned_alloc(64, (size + 63) / 64 * 64);
    case NEW:
        return new std::size_t(size);
    case NEW_ARRAY:
        return new char[size];
    case NEW_ALIGNED:
        return new line;
    case STRDUP:
        return strdup(text.c_str());
    case GETLINE:
        return a_line(size);
    case STRING:
        return new std::string(text);
    default:
        return new container{{1, {{text, text}}}, {2, {{text}}}};
    }
}

/* Grows before it frees: the size classes of one allocator must be known to the other. */
inline void release_memory(const block &one) {
    switch (one.how) {
    case NEW:
        return delete static_cast<std::size_t *>(one.memory);
    case NEW_ARRAY:
        return delete[] static_cast<char *>(one.memory);
    case NEW_ALIGNED:
        return delete static_cast<line *>(one.memory);
    case STRING:
        static_cast<std::string *>(one.memory)->append(100, 'y');
        return delete static_cast<std::string *>(one.memory);
    case CONTAINER:
        (*static_cast<container *>(one.memory))[3].resize(5);
        return delete static_cast<container *>(one.memory);
    default:
        return std::free(std::realloc(one.memory, 3000));
    }
}
