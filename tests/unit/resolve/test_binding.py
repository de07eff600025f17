"""Which definition a reference means: each rule in a process made for it, and glibc agrees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from isolde.resolve.scope import Space
from tests.contract.bindings import (
    differences,
    opened_by_glibc,
    opened_by_resolver,
    traced_by_glibc,
    traced_by_resolver,
)
from tests.toolchain import REPOSITORY, compile_object
from tests.unit.resolve.bindings_made import Made, Process, in_a_space, started

_ASK = "int who(void); int ask(void) { return who(); }"


def _who(number: int) -> str:
    return f"int who(void) {{ return {number}; }}"


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path)


@pytest.fixture
def agreed() -> Iterator[list[str]]:
    """Files for which glibc must bind everything as the resolver does."""
    files: list[str] = []
    yield files
    for file in files:
        assert list(differences(traced_by_glibc(file), traced_by_resolver(file))) == []


def test_the_first_in_the_order_of_loading_wins(made: Made, agreed: list[str]) -> None:
    made.library("liba.so", _who(1))
    made.library("libb.so", _who(2))
    library = made.library("libask.so", _ASK, ["libb.so", "liba.so"])
    agreed.append(library)
    process = started(library)
    assert process.verdicts("libask.so", "who") == [("libb.so", "won"), ("liba.so", "shadowed")]


def test_a_weak_definition_counts_as_much_as_a_strong_one(made: Made, agreed: list[str]) -> None:
    made.library("libweak.so", f"__attribute__((weak)) {_who(1)}")
    made.library("libstrong.so", _who(2))
    library = made.library("libask.so", _ASK, ["libweak.so", "libstrong.so"])
    agreed.append(library)
    assert started(library).winner("libask.so", "who") == "libweak.so"


def test_breadth_first_a_later_sibling_is_before_a_grandchild(
    made: Made, agreed: list[str]
) -> None:
    made.library("libdeep.so", _who(1))
    made.library("libfirst.so", "int first;", ["libdeep.so"])
    made.library("libsecond.so", _who(2))
    library = made.library("libask.so", _ASK, ["libfirst.so", "libsecond.so"])
    agreed.append(library)
    assert started(library).winner("libask.so", "who") == "libsecond.so"


def test_symbolic_looks_into_itself_first(made: Made, agreed: list[str]) -> None:
    code = f"{_who(1)} int ask(void) {{ return who(); }}"
    made.library("libsymbolic.so", code, flags=["-Wl,-Bsymbolic", "-Wl,-z,lazy", "-fPIC"])
    program = made.program(
        "program", f"{_who(2)} int ask(void); int main(void) {{ return ask(); }}",
        ["libsymbolic.so"], ["-rdynamic"],
    )  # fmt: skip
    agreed.append(program)
    process = started(program)
    scope = process.namespace.scope_of(process.objects["libsymbolic.so"])
    assert [place.part for place in scope.places][:2] == ["symbolic", "global"]
    assert [Path(item.path).name for item in scope.objects][:2] == ["libsymbolic.so", "program"]


def test_a_program_interposes(made: Made, agreed: list[str]) -> None:
    made.library("libask.so", f"{_who(1)} {_ASK}")
    program = made.program(
        "program", f"{_who(2)} int ask(void); int main(void) {{ return ask(); }}", ["libask.so"]
    )
    agreed.append(program)
    process = started(program)
    assert process.verdicts("libask.so", "who") == [("program", "won"), ("libask.so", "shadowed")]


def test_protected_hidden_and_local_symbols_mean_the_objects_own(
    made: Made, agreed: list[str]
) -> None:
    protected = f'__attribute__((visibility("protected"))) {_who(1)} void *p = (void *)who;'
    made.library("libprotected.so", protected)
    program = made.program(
        "program", f"{_who(2)} extern void *p; int main(void) {{ return !p; }}",
        ["libprotected.so"], ["-rdynamic"],
    )  # fmt: skip
    agreed.append(program)
    process = started(program)
    assert process.winner("libprotected.so", "who") == "libprotected.so"
    assert ("program", "shadowed") in process.verdicts("libprotected.so", "who")


def test_hidden_definitions_of_others_do_not_count(made: Made) -> None:
    made.library("libhidden.so", f'__attribute__((visibility("hidden"))) {_who(1)}')
    library = made.library("libask.so", _ASK, ["libhidden.so"])
    binding = started(library).bind("libask.so", "who")
    assert binding.is_fault
    assert binding.candidates == ()


def test_a_weak_reference_may_find_nothing(made: Made, agreed: list[str]) -> None:
    code = "__attribute__((weak)) int who(void); int ask(void) { return who ? who() : 0; }"
    library = made.library("libask.so", code)
    agreed.append(library)
    binding = started(library).bind("libask.so", "who")
    assert binding.definition is None
    assert not binding.is_fault


def test_a_copied_variable_is_the_programs_for_everybody(made: Made, agreed: list[str]) -> None:
    made.library("libdata.so", "int data = 1; int get(void) { return data; }")
    program = made.program(
        "program", "extern int data; int main(void) { return data; }", ["libdata.so"],
        ["-no-pie", "-fno-pie"],
    )  # fmt: skip
    agreed.append(program)
    process = started(program)
    assert process.winner("program", "data", "copy") == "libdata.so"
    assert process.winner("libdata.so", "data") == "program"
    assert process.verdicts("program", "data", "copy") == [
        ("program", "the program's copy"),
        ("libdata.so", "won"),
    ]


def test_the_address_of_a_function_is_the_programs_stub_but_calls_go_past_it(
    made: Made, agreed: list[str]
) -> None:
    code = f"{_who(1)} void *p = (void *)who; int call(void) {{ return who(); }}"
    made.library("libwho.so", code)
    program = made.program(
        "program", "int who(void); int main(void) { return (long)who & who(); }", ["libwho.so"],
        ["-no-pie", "-fno-pie"],
    )  # fmt: skip
    agreed.append(program)
    process = started(program)
    assert process.winner("libwho.so", "who", "address") == "program"
    assert process.winner("libwho.so", "who", "call") == "libwho.so"
    assert process.verdicts("libwho.so", "who", "call")[0] == ("program", "only a stub")


class TestVersions:
    """The library has who@V1 and who@@V2."""

    CODE = """
    int old(void) { return 1; }
    int new(void) { return 2; }
    __asm__(".symver old,who@V1");
    __asm__(".symver new,who@@V2");
    """
    SCRIPT = "V1 { global: who; local: *; }; V2 { global: who; } V1;"

    def _versioned(self, made: Made) -> None:
        made.library("libv.so", self.CODE, flags=[made.version_script("v", self.SCRIPT)])

    def test_a_reference_with_a_version_takes_that(self, made: Made, agreed: list[str]) -> None:
        self._versioned(made)
        library = made.library("libask.so", _ASK, ["libv.so"])
        agreed.append(library)
        binding = started(library).bind("libask.so", "who")
        assert binding.reference.label == "who@V2"
        assert binding.definition is not None
        assert binding.definition.version == "V2"
        assert [(each.definition.version, each.verdict) for each in binding.candidates] == [
            ("V1", "wrong version"),
            ("V2", "won"),
        ]

    def test_a_reference_without_a_version_takes_the_oldest(
        self, made: Made, agreed: list[str]
    ) -> None:
        made.library("libv.so", _who(0))
        library = made.library("libask.so", _ASK, ["libv.so"])
        self._versioned(made)
        agreed.append(library)
        binding = started(library).bind("libask.so", "who")
        assert binding.definition is not None
        assert (binding.definition.version, binding.definition.is_default) == ("V1", False)

    def test_a_later_version_serves_only_if_it_is_the_only_one(
        self, made: Made, agreed: list[str]
    ) -> None:
        made.library("libv.so", _who(0))
        library = made.library("libask.so", _ASK, ["libv.so"])
        script = made.version_script("v", "V1 { global: other; }; V2 { global: who; } V1;")
        made.library("libv.so", f"int other; {_who(2)}", flags=[script])
        agreed.append(library)
        assert started(library).verdicts("libask.so", "who") == [("libv.so", "won")]

    def test_an_object_without_versions_satisfies_every_reference(
        self, made: Made, agreed: list[str]
    ) -> None:
        self._versioned(made)
        library = made.library("libask.so", _ASK, ["libv.so"])
        before = made.library("libplain.so", _who(3))
        program = made.program(
            "program", "int ask(void); int main(void) { return ask(); }",
            ["libplain.so", "libask.so"],
        )  # fmt: skip
        agreed.append(program)
        assert before
        assert library
        assert started(program).winner("libask.so", "who") == "libplain.so"

    def test_another_version_is_not_taken(self, made: Made) -> None:
        self._versioned(made)
        library = made.library("libask.so", _ASK, ["libv.so"])
        script = made.version_script("v", "V1 { global: who; };")
        made.library("libv.so", _who(1), flags=[script])
        binding = started(library).bind("libask.so", "who")
        assert binding.is_fault
        assert [each.verdict for each in binding.candidates] == ["wrong version"]


class TestOpened:
    """What dlopen's modes mean."""

    @pytest.fixture
    def process(self, made: Made) -> Process:
        program = made.program("program", "int main(void) { return 0; }")
        first = made.library("libfirst.so", _who(1))
        made.library("libown.so", _who(2))
        return Process(program, first, made.library("libask.so", _ASK, ["libown.so"]))

    def test_what_was_opened_locally_is_not_in_the_scope(self, process: Process) -> None:
        process.start("program")
        process.open("libfirst.so")
        process.open("libask.so")
        assert process.verdicts("libask.so", "who") == [
            ("libown.so", "won"),
            ("libfirst.so", "not in the scope"),
        ]

    def test_what_was_opened_globally_comes_first(self, process: Process) -> None:
        process.start("program")
        process.open("libfirst.so", everywhere=True)
        process.open("libask.so")
        assert process.winner("libask.so", "who") == "libfirst.so"

    def test_with_deepbind_the_own_dependencies_come_first(self, process: Process) -> None:
        process.start("program")
        process.open("libfirst.so", everywhere=True)
        process.open("libask.so", deepbind=True)
        assert process.verdicts("libask.so", "who") == [
            ("libown.so", "won"),
            ("libfirst.so", "shadowed"),
        ]

    def test_the_scope_says_why_each_object_is_in_it(self, process: Process) -> None:
        process.start("program")
        process.open("libask.so")
        scope = process.namespace.scope_of(process.objects["libask.so"])
        parts = {Path(place.object.path).name: place.part for place in scope.places}
        assert parts["program"] == parts["libc.so.6"] == "global"
        assert parts["libown.so"] == "local"

    def test_glibc_binds_the_same_when_it_opens_the_library(
        self, made: Made, process: Process
    ) -> None:
        opener = compile_object(
            made.folder / "opener", [REPOSITORY / "tests" / "oracle" / "opener.c"], ["-ldl"]
        )
        library = process.objects["libask.so"].path
        ours = opened_by_resolver(opener, library)
        assert ours
        assert list(differences(opened_by_glibc(opener, library), ours)) == []


def test_a_unique_symbol_is_the_first_that_anybody_bound_to(made: Made) -> None:
    unique = """
    __asm__(".type shared, @gnu_unique_object\\n.globl shared\\n.data\\nshared: .long 1\\n.text");
    extern int shared; int *where(void) { return &shared; }
    """
    first, second = made.library("liba.so", unique), made.library("libb.so", unique)
    process = Process(first, second)
    process.open("liba.so")
    assert process.winner("liba.so", "shared") == "liba.so"
    process.open("libb.so")
    assert process.winner("libb.so", "shared") == "liba.so"
    assert ("libb.so", "another is unique") in process.verdicts("libb.so", "shared")


class TestSpace:
    """In an Isolde space."""

    def test_the_spaces_own_images_come_before_the_shared_group(self, made: Made) -> None:
        own = made.library("libown.so", "void *malloc(unsigned long n) { return 0; }")
        assert own
        library = made.library(
            "libask.so", "void *malloc(unsigned long); void *ask(void) { return malloc(1); }",
            ["libown.so"],
        )  # fmt: skip
        process = in_a_space(library)
        assert process.winner("libask.so", "malloc") == "libown.so"
        assert process.winner("libask.so", "__cxa_finalize") == "libc.so.6"

    def test_libc_is_shared_and_comes_last(self, made: Made) -> None:
        library = made.library("libask.so", _ASK)
        process = in_a_space(library)
        scope = process.namespace.scope_of(process.objects["libask.so"])
        assert [(Path(place.object.path).name, place.part) for place in scope.places] == [
            ("libask.so", "local"),
            ("libc.so.6", "shared"),
            ("ld-linux-x86-64.so.2", "shared"),
        ]

    def test_what_the_host_has_serves_only_with_host(self, made: Made) -> None:
        host = started(made.program("program", f"{_who(1)} int main(void) {{ return 0; }}", (),
                                    ["-rdynamic"]))  # fmt: skip
        library = made.library("libask.so", _ASK)
        objects = host.namespace.objects
        assert in_a_space(library, Space(host=objects)).bind("libask.so", "who").is_fault
        space = Space(host=objects, everything=True)
        assert in_a_space(library, space).winner("libask.so", "who") == "program"

    def test_another_space_is_not_seen(self, made: Made) -> None:
        made.library("libwho.so", _who(1))
        asks = made.library("libask.so", _ASK)
        assert in_a_space(asks).verdicts("libask.so", "who") == []
