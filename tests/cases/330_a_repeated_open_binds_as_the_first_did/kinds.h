/* inline: its variable is one for all who include this (STB_GNU_UNIQUE) */
inline int &unique() {
    static int value;
    return value;
}

extern "C" int chosen();
extern "C" int global_count();
extern thread_local int local;
