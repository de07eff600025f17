#include <pthread.h>

#include "../spaces.h"

static void *left, *right;

static void print_alive(void) {
    printf("  alive %d %d\n", number(left, "count_alive"), number(right, "count_alive"));
}

static void add_on_both(const char *where) {
    int first = number(left, "add");
    printf("  %s %d, then %d\n", where, first, number(right, "add"));
    print_alive();
}

static void *in_a_thread(void *unused) {
    add_on_both("in a thread");
    return unused;
}

static void *in_each(void *kind) {
    pthread_t thread;
    left = opened_in(*(enum kind *)kind, "./libleft.so");
    right = opened_in(*(enum kind *)kind, "./libright.so");
    add_on_both("at first");
    pthread_create(&thread, NULL, in_a_thread, NULL);
    pthread_join(thread, NULL);
    print_alive();
    return NULL;
}

int main(void) {
    for (enum kind each = SHARING; each <= PRIVATE; each++) {
        pthread_t thread;
        puts(kind_names[each]);
        pthread_create(&thread, NULL, in_each, &each);
        pthread_join(thread, NULL);
        print_alive();
    }
}
