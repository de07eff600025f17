#include <any>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

struct bundle {
    std::any any;
    std::function<std::string(int)> function;
    std::shared_ptr<std::vector<int>> made, wrapped;
    std::variant<int, std::string> variant;
};

struct counting_delete {
    int *count;
    void operator()(std::vector<int> *vector) const {
        ++*count;
        delete vector;
    }
};

struct add {
    int to;
    std::string operator()(int number) const { return std::to_string(to + number); }
};
