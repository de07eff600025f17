#include "../spaces.h"
#include "shared.hpp"

typedef std::thread *starter(meeting *, int);
typedef void joiner(std::thread *);

static void meet(kind left_kind, kind right_kind) {
    void *left = opened_in(left_kind, "./libleft.so"),
         *right = opened_in(right_kind, "./libright.so");
    meeting all;
    std::future<int> future;
    int failed = function_of<int(meeting *)>(left, "fails_once")(&all);
    std::thread *threads[] = {function_of<starter>(left, "start")(&all, 0),
                              function_of<starter>(right, "start")(&all, 1)};
    function_of<joiner>(right, "join")(threads[0]);
    function_of<joiner>(left, "join")(threads[1]);
    function_of<void(std::future<int> *)>(left, "promise")(&future);
    printf("%s and %s: turns %d, count %d, initialised %d after %d, future %d\n",
           kind_names[left_kind], kind_names[right_kind], all.turns, all.count, all.initialised,
           failed, future.get());
}

int main() {
    meet(SHARING, SHARING);
    meet(PRIVATE, PRIVATE);
    meet(SHARING, PRIVATE);
}
