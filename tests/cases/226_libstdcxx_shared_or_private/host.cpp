#include <iostream>
#include <stdexcept>
#include <typeinfo>

#include "links.h"

static void throws() { throw std::runtime_error("from the host"); }

static void look(const char *soname) {
    const char *shared[] = {soname, NULL};
    isolde_options options = {};
    options.size = sizeof options;
    options.shared = shared;
    isolde_space *space = isolde_space_new(NULL, &options);
    void *library = open_there(space, "./libstream.so");
    auto cout_object = (void *(*)())isolde_dlsym(library, "cout_object");
    auto error_type = (void *(*)())isolde_dlsym(library, "error_type");
    auto in_flight = (int (*)(void (*)()))isolde_dlsym(library, "in_flight");
    auto throw_error = (void (*)())isolde_dlsym(library, "throw_error");
    printf("one cout %d, one type %d", cout_object() == &std::cout,
           error_type() == &typeid(std::runtime_error));
    printf(", in flight %d", in_flight(throws));
    try {
        throw_error();
    } catch (const std::runtime_error &error) {
        printf(", caught: %s, still in flight %d\n", error.what(), std::uncaught_exceptions());
    }
    printf("mapped by the space %d\n", isolde_space_symbol(space, "_ZSt4cout") != NULL);
}

int main() {
    look("libstdc++.so.*");
    look("libother.so");
}
