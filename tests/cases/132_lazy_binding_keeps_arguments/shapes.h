struct big {
    long value[8];
};
struct two_doubles {
    double first, second;
};
struct two_longs {
    long first, second;
};
struct mixed_pair {
    long first;
    double second;
};
