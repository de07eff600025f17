inline int variable;

inline int &static_local() {
    static int value;
    return value;
}

template <class T> struct of_template { static T member; };
template <class T> T of_template<T>::member;

struct counter {
    int *alive;
    int value = 0;
    explicit counter(int *count) : alive(count) { ++*alive; }
    ~counter() { --*alive; }
};
