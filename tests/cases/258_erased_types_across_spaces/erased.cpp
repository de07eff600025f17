#include "erased.hpp"

extern "C" void fill(bundle *all, int *deleted) {
    all->any = std::string("a text that is too long to be kept inside the object");
    all->function = add{250};
    all->made = std::make_shared<std::vector<int>>(8, 1);
    all->wrapped.reset(new std::vector<int>(8, 2), counting_delete{deleted});
    all->variant = std::string("another text that is too long to be kept inside");
}
