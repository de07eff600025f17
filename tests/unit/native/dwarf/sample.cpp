// Classes, templates, exceptions: what gcc describes with type units, ranges and call sites.
#include <map>
#include <stdexcept>
#include <string>

template <int *Where> struct Keeper {
    int keep(int value) { return *Where += value; }
};

int kept;
thread_local std::string last;

namespace {
struct Base {
    virtual ~Base() = default;
    virtual int value() const = 0;
};
template <int N> struct Number : Base {
    int value() const override { return N; }
};
} // namespace

int measure(const std::map<std::string, int> &table, const std::string &name) {
    Keeper<&kept> keeper;
    try {
        last = name;
        return keeper.keep(table.at(name)) + Number<5>().value();
    } catch (const std::out_of_range &error) {
        return keeper.keep(-1);
    }
}
