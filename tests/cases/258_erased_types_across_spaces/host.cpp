#include "../spaces.h"
#include "erased.hpp"

static void look(const bundle &all) {
    printf("  any %zu, not int %d\n", std::any_cast<std::string>(all.any).size(),
           std::any_cast<int>(&all.any) == nullptr);
    printf("  function %s, its target %d\n", all.function(8).c_str(),
           all.function.target<add>()->to);
    printf("  shared %zu and %zu, its deleter %d\n", all.made->size(), all.wrapped->size(),
           std::get_deleter<counting_delete>(all.wrapped) != nullptr);
    printf("  variant %zu\n", std::get<std::string>(all.variant).size());
}

int main() {
    in_both_kinds("./liberased.so", [](const char *kind, void *library) {
        int deleted = 0;
        puts(kind);
        {
            bundle all;
            function_of<void(bundle *, int *)>(library, "fill")(&all, &deleted);
            look(all);
        }
        printf("  deleted %d\n", deleted);
    });
}
