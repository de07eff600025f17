/* Everything is defined in each object that includes this. */
#include <typeinfo>

namespace shapes {

struct named {
    virtual ~named() = default;
    virtual const char *name() const { return "named"; }
};

struct shape {
    virtual ~shape() = default;
    virtual int sides() const = 0;
};

struct square : shape, virtual named {
    int sides() const override { return 4; }
    const char *name() const override { return "square"; }
};

struct circle : shape {
    int sides() const override { return 0; }
};

} // namespace shapes

namespace {
struct secret : shapes::shape {
    int sides() const override { return -1; }
};
} // namespace
