// Throws, and catches four frames up.
static volatile int depth_seen;

__attribute__((noinline)) static void descend(int depth) {
    if (depth == 0)
        throw depth_seen;
    descend(depth - 1);
    depth_seen = depth;
}

extern "C" void throw_many(int times) {
    for (int i = 0; i < times; i++) {
        try {
            descend(4);
        } catch (int) {
            depth_seen = i;
        }
    }
}

// Something to call that does not throw.
extern "C" int depth() { return depth_seen; }
