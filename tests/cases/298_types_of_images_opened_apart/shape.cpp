struct shape {
    virtual ~shape() {}
};
struct square : shape {};
struct failure {
    virtual ~failure() {}
    int code = 298;
};

extern "C" void *make() { return static_cast<shape *>(new square); }
extern "C" void fail() { throw failure(); }

extern "C" int is_square(void *object) {
    return dynamic_cast<square *>(static_cast<shape *>(object)) != nullptr;
}

extern "C" int caught(void (*function)()) {
    try {
        function();
    } catch (const failure &error) {
        return error.code;
    }
    return 0;
}
