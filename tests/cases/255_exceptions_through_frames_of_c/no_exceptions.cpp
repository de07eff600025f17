static int count;

struct guard {
    ~guard() { ++count; }
};

extern "C" int cleaned(void) { return count; }

extern "C" int pass_on(void (*throws)(void)) {
    guard here;
    throws();
    return cleaned();
}
