#include "../spaces.h"
#include "shapes.hpp"

#include <memory>
#include <typeindex>

using namespace shapes;
typedef std::unique_ptr<shape> owned;

static void casts(const shape &round, shape &four) {
    printf("  down %d %d\n", dynamic_cast<const square *>(&round) != nullptr,
           dynamic_cast<square *>(&four) != nullptr);
    named *other_base = dynamic_cast<named *>(&four);
    printf("  across %s, and back %d\n", other_base ? other_base->name() : "nothing",
           dynamic_cast<shape *>(other_base) == &four);
    printf("  whole %d\n", dynamic_cast<void *>(other_base) == dynamic_cast<void *>(&four));
    try {
        dynamic_cast<const square &>(round).sides();
    } catch (const std::bad_cast &error) {
        printf("  %s\n", error.what());
    }
}

static void types(const shape &four) {
    printf("  typeid %d, index %d, hash %d\n", typeid(four) == typeid(square),
           std::type_index(typeid(four)) == std::type_index(typeid(square)),
           typeid(four).hash_code() == typeid(square).hash_code());
}

int main() {
    in_both_kinds("./libshapes.so", [](const char *kind, void *library) {
        shape *(*make)(int) = function_of<shape *(int)>(library, "make");
        owned round(make(0)), four(make(4)), hidden(make(-1));
        square here;
        const shape &secret_one = *hidden;
        puts(kind);
        casts(*round, *four);
        types(*four);
        printf("  the host's is a square there %d\n",
               function_of<int(shape *)>(library, "is_square")(&here));
        printf("  anonymous %d, same typeid %d\n", dynamic_cast<secret *>(hidden.get()) != nullptr,
               typeid(secret_one) == typeid(secret));
    });
}
