#include "../spaces.h"
#include "make.hpp"

#include <malloc.h>
#include <random>

static allocator of(void *library) {
    return {function_of<block(way, std::size_t)>(library, "make"),
            function_of<void(block)>(library, "release")};
}

/* 10,000 blocks from MAKER, in random order and overlapping lives, released by RELEASER. */
static void cross(const allocator &maker, const allocator &releaser) {
    std::mt19937 random(259);
    std::vector<block> alive;
    for (int i = 0; i < 10000; i++) {
        alive.push_back(maker.make(way(random() % WAYS), 1 + random() % 2000));
        if (alive.size() < 100)
            continue;
        std::swap(alive[random() % alive.size()], alive.back());
        releaser.release(alive.back());
        alive.pop_back();
    }
    for (const block &one : alive)
        releaser.release(one);
}

static void all_pairs(kind left, kind right) {
    const allocator sides[] = {
        of(opened_in(left, "./libleft.so")),
        of(opened_in(right, "./libright.so")),
        {[](way how, std::size_t size) {
             return block{how, memory_for(how, size)};
         },
         [](block one) { release_memory(one); }},
    };
    cross(sides[0], sides[1]); /* what is allocated once is */
    std::size_t before = mallinfo2().uordblks;
    for (const allocator &maker : sides)
        for (const allocator &releaser : sides)
            if (&maker != &releaser)
                cross(maker, releaser);
    printf("%s and %s: leaked %d\n", kind_names[left], kind_names[right],
           mallinfo2().uordblks > before + 10000);
}

int main() {
    all_pairs(SHARING, SHARING);
    all_pairs(PRIVATE, PRIVATE);
    all_pairs(SHARING, PRIVATE);
}
