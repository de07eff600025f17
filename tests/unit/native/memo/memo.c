/* Asks the memory of the core for things, and prints what it remembers.
 *
 * Values say when they are freed; each counts as a mebibyte. */
#include "loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct value {
    struct kept kept;
    unsigned long name;
};

static int alive;

static void free_value(struct kept *kept) {
    alive--;
    free(kept);
}

static struct value *value_new(unsigned long name) {
    struct value *value = calloc(1, sizeof *value);
    value->kept = (struct kept){.holders = 1, .size = 1 << 20, .free = free_value};
    value->name = name;
    alive++;
    return value;
}

static void keep(unsigned long name) {
    const uint64_t words[] = {7, name};
    struct value *value = value_new(name);
    memo_keep(words, 2, &value->kept);
    kept_release(&value->kept);
}

/* The value that NAME leads to, 0: none. */
static unsigned long ask(unsigned long name) {
    const uint64_t words[] = {7, name};
    struct recollection found = memo_recall(words, 2);
    unsigned long answer = found.value ? ((struct value *)found.value)->name : 0;
    kept_release(found.value);
    return answer;
}

static void number(void) {
    const uint64_t words[] = {1, 2, 3};
    struct recollection first = memo_recall(words, 3), again = memo_recall(words, 3),
                        shorter = memo_recall(words, 2);
    printf("known %d %d %d\n", first.known, again.known, shorter.known);
    printf("same %d, other %d, odd %d\n", first.number == again.number,
           first.number != shorter.number, (int)(first.number & shorter.number & 1));
}

static void bound(void) {
    for (unsigned long name = 1; name <= 100; name++) {
        keep(name);
        ask(1); /* wanted all along */
    }
    unsigned long remembered = 0;
    for (unsigned long name = 1; name <= 100; name++)
        remembered += ask(name) == name;
    printf("the one in use %lu, the second %lu, the last %lu\n", ask(1), ask(2), ask(100));
    printf("remembered %lu, alive %d\n", remembered, alive);
}

static void held(void) {
    const uint64_t words[] = {7, 1000};
    keep(1000);
    struct value *value = (struct value *)memo_recall(words, 2).value;
    for (unsigned long name = 1001; name <= 1100; name++)
        keep(name);
    printf("forgotten %d, still %lu\n", memo_recall(words, 2).value == NULL, value->name);
    int before = alive;
    kept_release(&value->kept);
    printf("freed %d\n", before - alive);
}

static void again(void) {
    const uint64_t words[] = {8, 1};
    uint64_t first = memo_recall(words, 2).number;
    for (unsigned long name = 2000; name <= 2100; name++)
        keep(name);
    struct recollection later = memo_recall(words, 2);
    printf("known %d, same number %d\n", later.known, later.number == first);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*run)(void);
    } checks[] = {{"number", number}, {"bound", bound}, {"held", held}, {"again", again}};
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (argc > 1 && strcmp(argv[1], checks[i].name) == 0)
            checks[i].run();
}
