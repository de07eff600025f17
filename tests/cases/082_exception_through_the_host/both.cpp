extern "C" void throw_it(int code) { throw code; }

extern "C" int call_back(void (*callback)(int), int code) {
    try {
        callback(code);
    } catch (int caught) {
        return caught;
    }
    return -1;
}
