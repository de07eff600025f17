/* A program with the archive in it loads libisolde.so as well: two copies of the core, each with a
 * space of its own of one library that throws. */
#include <isolde.h>

#include <cstdio>
#include <link.h>
#include <stdexcept>

struct debug_element {
    r_debug base;
    debug_element *next;
};

/* The debugger's list of namespaces, as it finds it: through DT_DEBUG. */
static int listed() {
    const debug_element *element = nullptr;
    for (const ElfW(Dyn) *entry = _DYNAMIC; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_DEBUG)
            element = reinterpret_cast<debug_element *>(entry->d_un.d_ptr);
    int count = 0;
    for (; element != nullptr; element = element->next)
        count++;
    return count - 1; /* the first is glibc's own */
}

struct core {
    decltype(&isolde_space_new) space_new = isolde_space_new;
    decltype(&isolde_space_close) space_close = isolde_space_close;
    decltype(&isolde_dlopen) open = isolde_dlopen;
    decltype(&isolde_dlsym) symbol = isolde_dlsym;
    decltype(&isolde_dlerror) error = isolde_dlerror;
};

template <class Function> static void take(void *library, const char *name, Function &function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
}

static core loaded(const char *path) {
    core other;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
        throw std::runtime_error(dlerror());
    take(library, "isolde_space_new", other.space_new);
    take(library, "isolde_space_close", other.space_close);
    take(library, "isolde_dlopen", other.open);
    take(library, "isolde_dlsym", other.symbol);
    take(library, "isolde_dlerror", other.error);
    return other;
}

static isolde_space *open_in(const core &core, const char *name, const char *file) {
    isolde_space *space = core.space_new(name, nullptr);
    if (core.open(space, file, RTLD_NOW) == nullptr)
        throw std::runtime_error(core.error());
    return space;
}

static void catch_from(const core &core, const char *name, const char *file) {
    isolde_space *space = open_in(core, name, file);
    void *handle = core.open(space, file, RTLD_NOW);
    auto fail = reinterpret_cast<void (*)()>(core.symbol(handle, "fail"));
    try {
        fail();
    } catch (const std::domain_error &error) {
        std::printf("%s: %s\n", name, error.what());
    }
    core.space_close(space);
}

/* PROGRAM LIBISOLDE LIBRARY */
int main(int, char **argv) {
    const core own, other = loaded(argv[1]);
    const char *file = argv[2];
    std::printf("two copies: %d\n", own.space_new != other.space_new);
    isolde_space *a = open_in(own, "a", file), *b = open_in(other, "b", file);
    catch_from(own, "own", file);
    catch_from(other, "other", file);

    int refused = own.space_close(b);
    std::printf("handles of the other: %d, %s\n", refused, own.error() ? "told" : "not");
    isolde_space *c = open_in(own, "c", file), *d = open_in(other, "d", file);
    std::printf("listed: %d", listed());
    own.space_close(a);
    std::printf(" %d", listed());
    other.space_close(b);
    std::printf(" %d", listed());
    own.space_close(c);
    std::printf(" %d", listed());
    other.space_close(d);
    std::printf(" %d\n", listed());
}
