#include <cstdio>

extern int in_library;
int next_shared();

template <class T> struct shared { static inline int count; };

static int own;

int main() {
    next_shared();
    std::printf("%d %d %d\n", ++own, ++in_library, ++shared<int>::count);
}
