"""`isolde why` says what a process then does, and what a space does with the same files."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

import isolde as package
from tests.end_to_end.diagnose.broken import Broken
from tests.unit.cli.command import Done, isolde
from tests.unit.docs.json_reference import documented_fields, fields_of

_LOOSE = "-Wl,--no-as-needed,--allow-shlib-undefined"


def _answers(number: int) -> str:
    return f"int answer(void) {{ return {number}; }}"


class Installation:
    """Two libraries define `answer`: libone.so returns 1, libtwo.so 2.

    The program needs libone.so, then libask.so, which needs libtwo.so and calls `answer`.
    """

    def __init__(self, folder: Path) -> None:
        self.made = made = Broken(folder)
        here = made.runs_here()
        self.one = made.library("libone.so", _answers(1))
        self.two = made.library("libtwo.so", _answers(2))
        code = "int answer(void); int ask(void) { return answer(); }"
        self.ask = made.library("libask.so", code, [_LOOSE, self.two, here])
        main = "int ask(void); int main(void) { return ask(); }"
        flags = [_LOOSE, self.one, self.ask, here]
        self.program = made.program("program", main, flags)

    def host(self, flags: str) -> str:
        """A program that opens libask.so, and has libone.so: the exit status is the answer."""
        code = (
            "#define _GNU_SOURCE\n#include <dlfcn.h>\nint main(void) { int (*ask)(void) = "
            f'(int (*)(void))dlsym(dlopen("{self.ask}", RTLD_NOW | {flags}), "ask"); '
            "return ask(); }"
        )
        return self.made.program("host", code, [_LOOSE, self.one, self.made.runs_here(), "-ldl"])


@pytest.fixture
def installed(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


def _status(program: str, **environment: str) -> int:
    return subprocess.run([program], env=environment, check=False).returncode


def _bound(*words: str, asker: str) -> str:
    """The file name of what ASKER's reference is bound to."""
    document = json.loads(isolde("why", "--json", "answer", *words).out)
    (found,) = [each for each in document["asked"] if each["asker"].endswith(asker)]
    return Path(found["bound"]["path"]).name


def _first_line(done: Done) -> str:
    return done.out.splitlines()[0]


class TestAProcess:
    def test_the_first_in_the_global_scope_wins(self, installed: Installation) -> None:
        assert _status(installed.program) == 1
        done = isolde("why", "answer", installed.program)
        said = f"answer, asked for by {installed.ask}, is bound to {installed.one}"
        assert _first_line(done) == said
        assert done.status == 0

    def test_who_comes_later_is_shadowed(self, installed: Installation) -> None:
        assert (
            f"global  {installed.two}: shadowed\n" in isolde("why", "answer", installed.program).out
        )

    def test_every_object_on_the_way_is_shown(self, installed: Installation) -> None:
        lines = isolde("why", "answer", installed.program).out.splitlines()
        assert lines[1] == f"    1  global  {installed.program}: does not define it"
        assert lines[2] == f"    2  global  {installed.one}: won"

    def test_objects_that_do_not_define_it_are_folded(self, installed: Installation) -> None:
        where = installed.made.runs_here()
        main = "int ask(void); int main(void) { return ask(); }"
        program = installed.made.program("late", main, [_LOOSE, installed.ask, where])
        passed = f"    1  global  {program}: does not define it\n"
        folded, shown = (isolde("why", "answer", *v, program).out for v in ((), ("-v",)))
        assert "\n       3 objects that do not define it\n    4  global" in folded
        assert "more behind it" in folded
        assert passed in shown
        assert "that do not define it" not in shown
        assert "more behind it" not in shown

    def test_who_asks_for_it_does_not_define_it(self, installed: Installation) -> None:
        code = "#include <stdlib.h>\nint main(void) { free(malloc(1)); return 0; }"
        program = installed.made.program("asks", code, [])
        (first,) = [
            line
            for line in isolde("why", "-v", "malloc", program).out.splitlines()
            if line.startswith("    1  ")
        ]
        assert first == f"    1  global  {program}: does not define it"

    def test_what_is_preloaded_comes_first(self, installed: Installation) -> None:
        assert _status(installed.program, LD_PRELOAD=installed.two) == 2
        words = ("--preload", installed.two, installed.program)
        assert _bound(*words, asker="libask.so") == "libtwo.so"

    @pytest.mark.parametrize(
        ("flags", "options", "answer"),
        [
            ("RTLD_LOCAL", (), "libone.so"),
            ("RTLD_GLOBAL", ("--global",), "libone.so"),
            ("RTLD_DEEPBIND", ("--deepbind",), "libtwo.so"),
        ],
    )
    def test_the_host_opens_it_with_flags(
        self, installed: Installation, flags: str, options: tuple[str, ...], answer: str
    ) -> None:
        host = installed.host(flags)
        assert _status(host) == {"libone.so": 1, "libtwo.so": 2}[answer]
        assert _bound("--host", host, *options, installed.ask, asker="libask.so") == answer


class TestASpace:
    def test_the_hosts_library_is_not_in_it(self, installed: Installation) -> None:
        host = installed.host("RTLD_LOCAL")
        done = isolde("why", "answer", "--host", host, installed.ask)
        assert (
            f"  in a space: bound to {installed.two}: {installed.one} is not in the space\n"
            in done.out
        )
        with package.Space() as space:
            assert space.load(installed.ask).ask() == 2

    def test_of_the_same_objects_says_the_same(self, installed: Installation) -> None:
        assert "  in a space: the same\n" in isolde("why", "answer", installed.ask).out

    def test_the_shared_groups_own_references_are_the_hosts(self, installed: Installation) -> None:
        document = json.loads(isolde("why", "--json", "malloc", installed.program).out)
        (found,) = [each for each in document["asked"] if "libc.so" in each["asker"]]
        assert found["space"] is None


class TestFaults:
    def test_a_symbol_that_nobody_defines(self, installed: Installation) -> None:
        code = "int nobody(void); int f(void) { return nobody(); }"
        library = installed.made.library("libalone.so", code)
        done = isolde("why", "nobody", library)
        assert _first_line(done) == f"nobody, asked for by {library}, is defined by nobody"
        assert done.status == 1

    def test_a_weak_one_is_none(self, installed: Installation) -> None:
        code = "__attribute__((weak)) int nobody(void); int f(void) { return nobody(); }"
        library = installed.made.library("libalone.so", code)
        done = isolde("why", "nobody", library)
        assert _first_line(done).endswith("is defined by nobody: it is weak, and so 0")
        assert done.status == 0

    def test_a_name_that_is_nearly_right(self, installed: Installation) -> None:
        done = isolde("why", "anwser", installed.program)
        assert done.out == (
            f"anwser: neither {installed.program} nor what it needs has such a symbol\n"
            "  near: answer\n"
        )
        assert done.status == 1

    def test_a_version_that_there_is_not(self, installed: Installation) -> None:
        done = isolde("why", "abs@GLIBC_2.999", installed.program)
        assert "  near: abs@GLIBC_2.2.5\n" in done.out

    def test_a_version_of_a_symbol_that_has_none(self, installed: Installation) -> None:
        done = isolde("why", "answer@VERSION_1", installed.one)
        assert done.out.endswith("  near: answer\n")
        assert done.status == 1

    def test_no_name_at_all(self, installed: Installation) -> None:
        done = isolde("why", "", installed.one)
        said = "isolde: '' names no symbol: say which to look up\n"
        assert (done.status, done.err) == (2, said)

    @pytest.mark.parametrize("option", ["--host", "--global"])
    def test_a_program_that_a_host_would_open(self, installed: Installation, option: str) -> None:
        host = [installed.host("RTLD_LOCAL")] if option == "--host" else ["--preload", "libm.so.6"]
        done = isolde("why", "answer", installed.program, option, *host)
        said = (
            f"isolde: {installed.program} is a program, which dlopen refuses: ask about it "
            "without --host, --global and --deepbind\n"
        )
        assert (done.status, done.err) == (1, said)

    def test_the_versions_that_are_defined_and_not_asked_for(self) -> None:
        done = isolde("why", "memcpy", "libc.so.6")
        assert re.search(r" defines it: GLIBC_2\S+ \(default\)", done.out)

    def test_a_name_that_is_defined_and_not_asked_for(self, installed: Installation) -> None:
        done = isolde("why", "answer", installed.one)
        assert done.out == f"answer: nobody asks for it; {installed.one} defines it\n"
        assert done.status == 0

    def test_a_file_that_is_not_there(self) -> None:
        done = isolde("why", "f", "libno-such.so.1")
        said = "isolde: libno-such.so.1: no such file, nor a library of that name\n"
        assert (done.status, done.err) == (1, said)


def _builds(folder: Path, before: str, after: str) -> tuple[str, str]:
    """An old and a new build of a library."""
    made = Broken(folder)
    return made.library("old/libbuilt.so", before), made.library("new/libbuilt.so", after)


class TestDifferences:
    def test_between_two_files(self, installed: Installation) -> None:
        done = isolde("why", "answer", installed.ask, "--diff", installed.program)
        assert done.out.startswith(
            "answer, asked for by libask.so, is bound to another\n"
            f"  {installed.ask}: libtwo.so\n"
            f"  {installed.program}: libone.so\n"
        )
        assert done.status == 1

    def test_between_then_and_now(self, installed: Installation, tmp_path: Path) -> None:
        saved = tmp_path / "then.json"
        saved.write_text(isolde("why", "--json", "answer", installed.program).out)
        same = isolde("why", "answer", installed.program, "--diff", str(saved))
        assert (same.status, same.out) == (0, f"{saved} and {installed.program}: the same\n")
        installed.made.library("libone.so", "int other(void) { return 1; }")
        changed = isolde("why", "answer", installed.program, "--diff", str(saved))
        assert changed.out.startswith(
            "answer, asked for by libask.so, is bound to another\n"
            f"  {saved}: libone.so\n"
            f"  {installed.program}: libtwo.so\n"
        )
        assert changed.status == 1

    def test_between_two_roots(self, tmp_path: Path) -> None:
        made = Broken(tmp_path)
        for root, number in (("old", 1), ("new", 2)):
            name = f"libanswer.so.{number}"
            answers = made.library(f"{root}/usr/lib/{name}", _answers(number), ["-nostdlib"])
            code = "int answer(void); int ask(void) { return answer(); }"
            made.library(f"{root}/usr/lib/libask.so", code, ["-nostdlib", answers])
        old, new = str(tmp_path / "old"), str(tmp_path / "new")
        done = isolde("why", "--root", old, "--diff-root", new, "answer", "/usr/lib/libask.so")
        assert done.out.startswith(
            "answer, asked for by libask.so, is bound to another\n"
            "  /usr/lib/libask.so: libanswer.so.1\n"
            f"  /usr/lib/libask.so in {new}: libanswer.so.2\n"
        )

    def test_a_definition_that_is_gone(self, tmp_path: Path) -> None:
        old, new = _builds(tmp_path, "int open_it(void) { return 1; } int f;", "int f;")
        done = isolde("why", "open_it", old, "--diff", new)
        said = f"open_it, defined by libbuilt.so: only in {old} (FUNC GLOBAL)\n"
        assert (done.status, done.out) == (1, said)
        done = isolde("why", "open_it", new, "--diff", old)
        assert (done.status, done.out) == (1, said)

    def test_a_definition_that_is_gone_since_a_report(self, tmp_path: Path) -> None:
        old, new = _builds(tmp_path, "int open_it(void) { return 1; }", "int f;")
        saved = tmp_path / "then.json"
        saved.write_text(isolde("why", "--json", "open_it", old).out)
        done = isolde("why", "open_it", new, "--diff", str(saved))
        said = f"open_it, defined by libbuilt.so: only in {saved} (FUNC GLOBAL)\n"
        assert (done.status, done.out) == (1, said)

    @pytest.mark.parametrize(
        ("before", "after", "was", "now"),
        [
            ("int x;", "int x[2];", "OBJECT GLOBAL, 4 bytes", "OBJECT GLOBAL, 8 bytes"),
            ("int x;", "int x(void) { return 1; }", "OBJECT GLOBAL, 4 bytes", "FUNC GLOBAL"),
            (
                "int x(void) { return 1; }",
                '__attribute__((weak, visibility("protected"))) int x(void) { return 1; }',
                "FUNC GLOBAL",
                "FUNC WEAK PROTECTED",
            ),
        ],
    )
    def test_a_definition_that_is_another(
        self, tmp_path: Path, before: str, after: str, was: str, now: str
    ) -> None:
        old, new = _builds(tmp_path, before, after)
        done = isolde("why", "x", old, "--diff", new)
        first = "x, defined by libbuilt.so, is defined otherwise"
        assert done.out == f"{first}\n  {old}: {was}\n  {new}: {now}\n"
        assert done.status == 1

    @pytest.mark.parametrize(
        ("name", "now"),
        [("x@@V2", "FUNC GLOBAL, version V2 (default)"), ("x@V1", "FUNC GLOBAL, version V1")],
    )
    def test_a_definition_of_another_version(self, tmp_path: Path, name: str, now: str) -> None:
        versions = tmp_path / "versions"
        versions.write_text("V1 { global: x; local: mine; }; V2 { global: x; } V1;")
        made = Broken(tmp_path)
        old, new = (
            made.library(
                f"{build}/libbuilt.so",
                f'int mine(void) {{ return 1; }} __asm__(".symver mine, {version}");',
                [f"-Wl,--version-script={versions}"],
            )
            for build, version in (("old", "x@@V1"), ("new", name))
        )
        done = isolde("why", "x", old, "--diff", new)
        assert done.out == (
            "x, defined by libbuilt.so, is defined otherwise\n"
            f"  {old}: FUNC GLOBAL, version V1 (default)\n"
            f"  {new}: {now}\n"
        )

    def test_the_size_of_code_is_none(self, tmp_path: Path) -> None:
        after = "int f(int x) { return x * 77 / 3 + 1; }"
        old, new = _builds(tmp_path, "int f(int x) { return x; }", after)
        done = isolde("why", "f", old, "--diff", new)
        assert (done.status, done.out) == (0, f"{old} and {new}: the same\n")

    def test_the_two_files_may_have_other_names(self, tmp_path: Path) -> None:
        made = Broken(tmp_path)
        code = "int f(void) { return 1; } int g(void) { return f(); }"
        old, new = (made.library(name, code) for name in ("libf.so.1", "libf.so.2"))
        done = isolde("why", "f", old, "--diff", new)
        assert (done.status, done.out) == (0, f"{old} and {new}: the same\n")

    def test_a_symbol_of_neither(self, tmp_path: Path) -> None:
        old, new = _builds(tmp_path, "int answer;", "int f;")
        done = isolde("why", "anwser", old, "--diff", new)
        assert done.out == (
            f"anwser: neither {old} nor {new}, nor what they need, has such a symbol\n"
            "  near: answer\n"
        )
        assert done.status == 1
        document = json.loads(isolde("why", "--json", "anwser", old, "--diff", new).out)
        assert (document["is_known"], document["changes"]) == (False, [])

    def test_a_report_about_another_symbol_is_refused(
        self, installed: Installation, tmp_path: Path
    ) -> None:
        saved = tmp_path / "then.json"
        saved.write_text(isolde("why", "--json", "ask", installed.program).out)
        done = isolde("why", "answer", installed.program, "--diff", str(saved))
        said = f"isolde: --diff {saved}: a report about ask, and not answer: ask for that\n"
        assert (done.status, done.err) == (2, said)

    @pytest.mark.parametrize(
        "change",
        [{"defined": [{}]}, {"asked": [1]}, {"near": [1]}, {"defined": None}, {"file": None}],
    )
    def test_a_report_that_was_damaged_is_refused(
        self, installed: Installation, tmp_path: Path, change: dict[str, object]
    ) -> None:
        saved = tmp_path / "then.json"
        report = json.loads(isolde("why", "--json", "answer", installed.program).out)
        saved.write_text(json.dumps({**report, **change}))
        done = isolde("why", "answer", installed.program, "--diff", str(saved))
        said = f"isolde: --diff {saved}: no report of `isolde why --json`\n"
        assert (done.status, done.err) == (2, said)

    def test_what_cannot_be_preloaded_is_told_once(self, installed: Installation) -> None:
        nope = installed.made.file("nope.so")
        both = (installed.program, "--diff", installed.program)
        done = isolde("why", "answer", "--preload", nope, *both)
        said = f"isolde: {nope} cannot be preloaded: ignored: no such file\n"
        assert (done.status, done.err) == (1, said)

    def test_what_is_no_report_is_refused(self, installed: Installation, tmp_path: Path) -> None:
        saved = tmp_path / "other.json"
        saved.write_text('{"files": []}')
        done = isolde("why", "answer", installed.program, "--diff", str(saved))
        said = f"isolde: --diff {saved}: no report of `isolde why --json`\n"
        assert (done.status, done.err) == (2, said)

    def test_two_comparisons_at_once_are_refused(self) -> None:
        done = isolde("why", "f", "libc.so.6", "--diff", "x", "--diff-root", "/")
        said = "isolde: --diff and --diff-root are two comparisons: say one of them\n"
        assert (done.status, done.err) == (2, said)


def test_flags_of_dlopen_need_who_calls_it() -> None:
    done = isolde("why", "--deepbind", "f", "libc.so.6")
    said = "isolde: --global and --deepbind say how a --host PROGRAM opens FILE: name it\n"
    assert (done.status, done.err) == (2, said)


def test_a_readable_name_means_the_mangled_one(tmp_path: Path) -> None:
    source = tmp_path / "named.cpp"
    source.write_text("namespace a { int f(int); int g() { return f(1); } }")
    library = str(tmp_path / "libnamed.so")
    subprocess.run(["g++", "-shared", "-fPIC", "-o", library, str(source)], check=True)
    for word in ("_ZN1a1fEi", "a::f(int)", "a::f"):
        document = json.loads(isolde("why", "--json", word, library).out)
        assert [each["symbol"] for each in document["asked"]] == ["_ZN1a1fEi"]
        assert document["readable"] == "a::f(int)"
    first = _first_line(isolde("why", "a::f", library))
    assert first == f"_ZN1a1fEi (a::f(int)), asked for by {library}, is defined by nobody"


class TestWhatIsNotThere:
    @pytest.mark.parametrize("kind", ["program", "library"])
    @pytest.mark.parametrize(
        ("name", "reason"),
        [("nope.so", "no such file"), ("text", "not an ELF file")],
    )
    def test_what_cannot_be_preloaded_is_ignored(
        self, installed: Installation, kind: str, name: str, reason: str
    ) -> None:
        Path(installed.made.file("text")).write_text("no ELF file at all\n")
        bad = installed.made.file(name)
        environment = {"LD_PRELOAD": bad}
        ran = subprocess.run(
            [installed.program], env=environment, stderr=subprocess.PIPE, text=True, check=False
        )
        assert "cannot be preloaded" in ran.stderr
        assert ran.returncode == 1  # libone.so's answer, as without it
        file = installed.program if kind == "program" else installed.ask
        done = isolde("why", "--json", "answer", "--preload", bad, file)
        said = f"isolde: {bad} cannot be preloaded: ignored: {reason}\n"
        assert (done.status, done.err) == (1, said)
        assert json.loads(done.out)["ignored"] == [{"name": bad, "reason": reason}]

    def test_a_soname_that_the_program_does_not_find_is_ignored(
        self, installed: Installation
    ) -> None:
        done = isolde("why", "answer", "--preload", "libnope.so.1", installed.program)
        said = "isolde: libnope.so.1 cannot be preloaded: ignored: no such file\n"
        assert (done.status, done.err) == (1, said)

    def test_a_program_is_not_preloaded(self, installed: Installation) -> None:
        host = installed.host("RTLD_LOCAL")
        done = isolde("why", "answer", "--preload", host, installed.program)
        said = f"isolde: {host} cannot be preloaded: ignored: a program, and no library\n"
        assert (done.status, done.err) == (1, said)

    def test_the_others_are_preloaded(self, installed: Installation) -> None:
        both = f"{installed.made.file('nope.so')}:{installed.two}"
        assert _status(installed.program, LD_PRELOAD=both) == 2
        words = ("--preload", both, installed.program)
        assert _bound(*words, asker="libask.so") == "libtwo.so"

    def test_a_library_that_is_missing_is_named(self, installed: Installation) -> None:
        Path(installed.two).unlink()
        done = isolde("why", "--json", "answer", installed.program)
        document = json.loads(done.out)
        assert document["missing"] == [{"name": "libtwo.so", "needed_by": installed.ask}]
        said = f"isolde: libtwo.so, needed by {installed.ask}, was not found; "
        assert done.err.startswith(said)
        assert done.status == 1


def test_json_has_the_documented_fields(installed: Installation) -> None:
    nope = installed.made.file("nope.so")
    Path(installed.two).unlink()
    done = isolde("why", "--json", "answer", "--preload", nope, installed.program)
    near = isolde("why", "--json", "anwser", installed.program)
    fields = fields_of(json.loads(done.out)) | fields_of(json.loads(near.out))
    assert fields == documented_fields("isolde why")


def test_json_of_a_comparison_has_the_documented_fields(installed: Installation) -> None:
    found: set[str] = set()
    for word in ("answer", "anwser"):
        done = isolde("why", "--json", word, installed.ask, "--diff", installed.program)
        found |= fields_of(json.loads(done.out))
    assert found == documented_fields("isolde why --diff")
