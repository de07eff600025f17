"""What concerns the whole process is told of each side, by the functions that it calls."""

from __future__ import annotations

import pytest

from isolde.diagnose.collide import collide, this_environment
from tests.unit.diagnose.collide.conftest import Pair

_CALLS = {
    "signal handlers": "#include <signal.h>\nvoid NAME(void) { signal(SIGUSR1, SIG_IGN); }",
    "locale": '#include <locale.h>\nvoid NAME(void) { setlocale(LC_ALL, "C"); }',
    "environment": '#include <stdlib.h>\nvoid NAME(void) { setenv("A", "1", 1); }',
    "working directory": '#include <unistd.h>\nint NAME(void) { return chdir("/"); }',
    "umask": "#include <sys/stat.h>\nvoid NAME(void) { umask(0); }",
    "fork handlers": "#include <pthread.h>\nvoid NAME(void) { pthread_atfork(0, 0, 0); }",
    "child processes": "#include <unistd.h>\nint NAME(void) { return fork(); }",
    "opens libraries": '#include <dlfcn.h>\nvoid *NAME(void) { return dlopen("x", 1); }',
    "allocator": "void *malloc(unsigned long n) { return (void *)n; } void NAME(void) {}",
}


@pytest.mark.parametrize("habit", _CALLS)
def test_a_habit_of_both_is_told_with_who_and_by_what(pair: Pair, habit: str) -> None:
    names = [
        str(pair.library(f"lib{name}.so", _CALLS[habit].replace("NAME", name)))
        for name in ("one", "two")
    ]
    (found,) = collide(names, this_environment()).habits
    assert (found.name, found.is_common) == (habit, True)
    assert {name: list(files) for name, files in found.users.items()} == {
        name: [name] for name in names
    }


def test_a_habit_of_one_is_no_clash(pair: Pair) -> None:
    one = pair.library("libone.so", _CALLS["umask"].replace("NAME", "one"))
    two = pair.library("libtwo.so", "int two(void) { return 2; }")
    told = collide([str(one), str(two)], this_environment())
    (found,) = told.habits
    assert not found.is_common
    assert found.users == {str(one): {str(one): ("umask",)}}
    assert told.advice.action == "harmless"
