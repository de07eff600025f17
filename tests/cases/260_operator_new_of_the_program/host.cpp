#include "../spaces.h"

#include <new>
#include <string>

static const long ours = 0x1501de;
static int alive, made;

void *operator new(std::size_t size) {
    long *block = static_cast<long *>(malloc(size + 16));
    *block = ours;
    alive++;
    made++;
    return block + 2;
}

void operator delete(void *memory) noexcept {
    if (memory == nullptr)
        return;
    long *block = static_cast<long *>(memory) - 2;
    if (*block != ours)
        abort();
    *block = 0;
    alive--;
    free(block);
}

void operator delete(void *memory, std::size_t) noexcept { operator delete(memory); }

static void count(void *library) {
    int before = alive;
    made = 0;
    printf("  %d characters", number(library, "work"));
    printf(", used %d, left %d\n", made > 0, alive - before);
    void *block = function_of<void *()>(library, "make")();
    printf("  made there: %d\n", alive - before);
    function_of<void(void *)>(library, "release")(block);
}

int main(int argc, char **) {
    printf("the host's text of %zu\n", std::to_string(argc).append(100, ' ').size());
    in_both_kinds("./libtexts.so", [](const char *kind, void *library) {
        puts(kind);
        ends("  work", [=] { count(library); });
    });
}
