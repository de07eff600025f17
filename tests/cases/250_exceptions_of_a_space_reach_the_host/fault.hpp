#include <stdexcept>

extern "C" int *faults_alive(void);

/* Defined in each object that includes it: spaces do not see each other's. */
struct fault : std::runtime_error {
    int code;
    int *alive;
    fault(const char *text, int number, int *count)
        : std::runtime_error(text), code(number), alive(count) {
        ++*alive;
    }
    fault(const fault &other) : std::runtime_error(other), code(other.code), alive(other.alive) {
        ++*alive;
    }
    ~fault() override { --*alive; }
};
