"""Which bindings cross: each rule in two libraries made for it, and glibc agrees in every order."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from isolde.diagnose.collide import Collision, collide, this_environment
from tests.unit.diagnose.collide.conftest import Pair
from tests.unit.diagnose.collide.witness import bindings_in, traced

_FIRST, _SECOND = "libfirst.so", "libsecond.so"
_ASK = "int who(void) {{ return {}; }} int ask(void) {{ return who(); }}"
_COUNTER = "inline int &counter() { static int count; return count; }\n"


def _symbols(told: Collision) -> Mapping[tuple[str, str], list[tuple[str, str, str]]]:
    """Of each mode and first file: symbol, rank and reason of what crosses."""
    return {
        (each.mode.removeprefix("RTLD_").lower(), Path(each.order[0]).name): [
            (crossing.symbol, crossing.rank, crossing.why) for crossing in each.crossings
        ]
        for each in told.scenarios
    }


def _nothing_but(**found: list[tuple[str, str, str]]) -> dict[tuple[str, str], object]:
    return {
        (mode, first): found.get(mode, [])
        for mode in ("local", "global")
        for first in (_FIRST, _SECOND)
    }


def test_what_both_define_crosses_only_under_rtld_global(pair: Pair) -> None:
    told = pair.told(pair.library(_FIRST, _ASK.format(1)), pair.library(_SECOND, _ASK.format(2)))
    everywhere = [("who", "function", "global scope")]
    assert _symbols(told) == _nothing_but(**{"global": everywhere})
    assert told.advice.action == "isolate"


def test_a_unique_symbol_crosses_under_rtld_local_too(pair: Pair) -> None:
    code = f'{_COUNTER} extern "C" int NAME() {{ return ++counter(); }}'
    told = pair.told(
        pair.library(_FIRST, code.replace("NAME", "one"), language="cpp"),
        pair.library(_SECOND, code.replace("NAME", "two"), language="cpp"),
    )
    unique = ("_ZZ7countervE5count", "data", "unique")
    assert unique in _symbols(told)["local", _FIRST]
    assert unique in _symbols(told)["local", _SECOND]
    assert told.duplicates[0].unique == 1


def test_symbolic_keeps_its_own(pair: Pair) -> None:
    told = pair.told(
        pair.library(_FIRST, _ASK.format(1), ["-Wl,-Bsymbolic", "-Wl,-z,norelro"]),
        pair.library(_SECOND, _ASK.format(2)),
    )
    assert _symbols(told)["global", _FIRST] == [("who", "function", "global scope")]
    assert _symbols(told)["global", _SECOND] == []


def test_symbolic_functions_leave_data_to_the_first(pair: Pair) -> None:
    code = f"int state; int *place(void) {{ return &state; }} {_ASK.format(1)}"
    flags = ["-Wl,-Bsymbolic-functions"]
    told = pair.told(pair.library(_FIRST, code, flags), pair.library(_SECOND, code, flags))
    assert _symbols(told) == _nothing_but(**{"global": [("state", "data", "global scope")]})


def test_protected_keeps_its_own(pair: Pair) -> None:
    code = f'__attribute__((visibility("protected"))) {_ASK.format(1)}'
    told = pair.told(pair.library(_FIRST, code), pair.library(_SECOND, code))
    assert _symbols(told) == _nothing_but()


def test_another_version_is_another_symbol(pair: Pair) -> None:
    first = pair.library(_FIRST, _ASK.format(1), [pair.scripted("ONE { global: who; ask; };")])
    second = pair.library(_SECOND, _ASK.format(2), [pair.scripted("TWO { global: who; ask; };")])
    assert _symbols(pair.told(first, second)) == _nothing_but()


def test_the_same_version_crosses(pair: Pair) -> None:
    script = pair.scripted("ONE { global: who; ask; };")
    first = pair.library(_FIRST, _ASK.format(1), [script])
    second = pair.library(_SECOND, _ASK.format(2), [script])
    told = pair.told(first, second)
    assert _symbols(told) == _nothing_but(**{"global": [("who", "function", "global scope")]})
    assert told.scenarios[1].crossings[0].version == "ONE"


def test_a_library_of_both_is_bound_to_whoever_came_first(pair: Pair) -> None:
    common = pair.library("libcommon.so", "int who(void); int common(void) { return who(); }")
    needs = [str(common)]
    told = pair.told(
        pair.library(_FIRST, _ASK.format(1), needs), pair.library(_SECOND, _ASK.format(2), needs)
    )
    local = [("who", "function", "shared library")]
    assert _symbols(told)["local", _FIRST] == _symbols(told)["local", _SECOND] == local


def test_a_file_of_both_is_no_clash(pair: Pair) -> None:
    common = pair.library("libcommon.so", _ASK.format(3))
    needs = [str(common)]
    code = "int ask(void); int {}(void) {{ return ask(); }}"
    told = pair.told(
        pair.library(_FIRST, code.format("one"), needs),
        pair.library(_SECOND, code.format("two"), needs),
    )
    assert _symbols(told) == _nothing_but()
    assert told.duplicates[0].count == 0
    assert told.advice.action == "harmless"


def test_a_program_is_asked_first_for_what_it_copied(pair: Pair) -> None:
    library = pair.library(_FIRST, "int state = 1; int *one(void) { return &state; }")
    program = pair.program(
        "program",
        "#include <dlfcn.h>\nextern int state;\n"
        "int main(int c, char **v) { return !dlopen(v[c - 1], RTLD_NOW) + state - 1; }\n",
        [str(library), "-no-pie", f"-Wl,-rpath,{pair.folder}"],
    )
    second = pair.library(_SECOND, "int state = 2; int *two(void) { return &state; }")
    told = collide([str(program), str(second)], this_environment())
    assert told.host == str(program)
    assert [(each.mode, each.order[0]) for each in told.scenarios] == [
        ("RTLD_LOCAL", str(program)),
        ("RTLD_GLOBAL", str(program)),
    ]
    (crossing,) = told.scenarios[0].crossings
    run = traced([str(program), str(second)])
    assert bindings_in(run)[str(second), "state"] == str(program)
    assert (crossing.symbol, crossing.definer, crossing.why) == (
        "state",
        str(program),
        "global scope",
    )


def test_of_three_each_pair_and_the_given_order_are_told(pair: Pair) -> None:
    files = [pair.library(f"lib{name}.so", _ASK.format(1)) for name in ("a", "b", "c")]
    told = pair.told(*files)
    orders = {"".join(Path(name).name[3] for name in each.order) for each in told.scenarios}
    assert orders == {"ab", "ba", "ac", "ca", "bc", "cb", "abc"}


def test_data_comes_before_rtti_and_functions(pair: Pair) -> None:
    code = "struct Shape { virtual int area(); }; int Shape::area() { return 1; }\n"
    code += 'int state; extern "C" Shape *make() { state++; return new Shape; }'
    told = pair.told(
        pair.library(_FIRST, code, language="cpp"), pair.library(_SECOND, code, language="cpp")
    )
    ranks = [rank for _, rank, _ in _symbols(told)["global", _FIRST]]
    assert ranks == sorted(ranks, key=["data", "rtti", "function"].index)
    assert set(ranks) == {"data", "rtti", "function"}
    assert dict(told.duplicates[0].counts) == {"data": 1, "rtti": 3, "function": 2}
