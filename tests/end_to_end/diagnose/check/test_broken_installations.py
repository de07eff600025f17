"""Each kind of broken installation: the first line of `isolde check` names the cause."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.end_to_end.diagnose.broken import ANSWERS, ASKS, MAIN, Broken
from tests.unit.cli.command import Done, isolde
from tests.unit.docs.json_reference import documented_fields, fields_of


@pytest.fixture
def broken(tmp_path: Path) -> Broken:
    return Broken(tmp_path)


def _first_line(done: Done) -> str:
    return done.out.splitlines()[0]


def _glibc() -> str:
    done = subprocess.run(["ldd", "--version"], capture_output=True, text=True, check=True)
    match = re.search(r"(\d+\.\d+)$", done.stdout.splitlines()[0])
    assert match is not None
    return match[1]


def _run_path(text: str) -> str:
    return f"-Wl,--enable-new-dtags,-rpath,{text}"


def _old_libstdcxx(broken: Broken) -> str:
    script = broken.folder / "old.map"
    script.write_text("GLIBCXX_3.4 { old; };")
    flags = ["-nostdlib", f"-Wl,--version-script={script}"]
    return broken.library("old/libstdc++.so.6", "int old;", flags)


def _library_of_cxx(broken: Broken, more: Sequence[str] = ()) -> str:
    code = '#include <string>\nstd::string f(int i) { return std::to_string(i) + "x"; }'
    source = broken.folder / "uses.cpp"
    source.write_text(code)
    library = str(broken.folder / "libuses.so")
    flags = ["-shared", "-fPIC", "-o", library, str(source), broken.runs_here("old"), *more]
    subprocess.run(["g++", *flags], check=True)
    return library


class TestALibraryThatIsNotThere:
    def test_is_named_with_who_needs_it(self, broken: Broken) -> None:
        gone = broken.library("libgone.so.1", ANSWERS)
        program = broken.program("program", MAIN, [gone])
        Path(gone).unlink()
        done = isolde("check", program)
        said = f"{program}: fault: libgone.so.1, which it needs, is not there"
        assert _first_line(done) == said
        assert "looked in /etc/ld.so.cache" in done.out
        assert done.status == 1

    def test_of_a_library_is_that_librarys_need(self, broken: Broken) -> None:
        gone = broken.library("libgone.so.1", ANSWERS)
        middle = broken.library("libmiddle.so.1", ASKS, [gone])
        here = broken.runs_here()
        flags = [middle, here, "-Wl,--allow-shlib-undefined"]
        program = broken.program(
            "program", "int ask(void); int main(void) { return ask(); }", flags
        )
        Path(gone).unlink()
        done = isolde("check", program)
        said = f"{program}: fault: {middle}: libgone.so.1, which it needs, is not there"
        assert _first_line(done) == said

    def test_is_found_beside_the_program(self, broken: Broken) -> None:
        program = broken.program("program", MAIN, [broken.library("lib/libgone.so.1", ANSWERS)])
        done = isolde("check", program)
        assert (
            f"    {broken.file('lib')}/libgone.so.1 has that name, in a folder that is not "
            "searched\n    answer is undefined without it\n"
            f"    fix: patchelf --set-rpath '$ORIGIN/lib' {program}\n"
            f"     or: LD_LIBRARY_PATH={broken.file('lib')} {program}\n"
            "     or: -Wl,-rpath,'$ORIGIN/lib'\n"
        ) in done.out

    def test_is_found_by_way_of_a_link_that_leads_nowhere(self, broken: Broken) -> None:
        gone = Path(broken.library("lib/libdang.so.1", ANSWERS))
        program = broken.program("program", MAIN, [str(gone), broken.runs_here("lib")])
        gone.unlink()
        gone.symlink_to("nowhere.so")
        said = (
            f"{program}: fault: libdang.so.1, which it needs, is not there: {gone} is a link to "
            "nowhere.so, which does not exist"
        )
        assert _first_line(isolde("check", program)) == said

    def test_that_is_cut_short_is_to_be_replaced(self, broken: Broken) -> None:
        cut = Path(broken.library("libcut.so.1", ANSWERS))
        program = broken.program("program", MAIN, [str(cut), broken.runs_here()])
        cut.write_bytes(cut.read_bytes()[:10])
        said = f"    fix: put a whole copy in its place, made for x86-64: {cut}\n"
        assert said in isolde("check", program).out

    def test_has_other_versions(self, broken: Broken) -> None:
        gone = broken.library("libz.so.999", ANSWERS)
        program = broken.program("program", MAIN, [gone])
        Path(gone).unlink()
        assert re.search(
            r"^    /.*/libz\.so\.1 is another version of it$", isolde("check", program).out, re.M
        )

    def test_is_the_cause_of_its_symbols_absence(self, broken: Broken) -> None:
        gone = broken.library("libgone.so.1", ANSWERS)
        program = broken.program("program", MAIN, [gone])
        Path(gone).unlink()
        done = isolde("check", program)
        assert "    answer is undefined without it\n" in done.out
        assert done.out.splitlines()[-1].startswith(f"{program}: 1 fault (")

    def test_is_the_cause_of_what_others_ask_of_it(self, broken: Broken) -> None:
        gone = broken.library("libgone.so.1", ANSWERS)
        loose = ["-Wl,--no-as-needed,--allow-shlib-undefined", gone, broken.runs_here()]
        middle = broken.library("libmiddle.so.1", "int m(void) { return 1; }", loose)
        library = broken.library("libasks.so", ASKS, ["-Wl,--no-as-needed", middle, loose[-1]])
        Path(gone).unlink()
        done = isolde("check", library)
        assert f"    {library}: answer is undefined without it\n" in done.out
        assert done.out.count("fault: ") == 1


class TestOneCommandForTheWholeRunPath:
    """What is advised for one finding must not undo what is advised for another."""

    def test_takes_out_what_is_nowhere_and_brings_in_what_lies_near(self, broken: Broken) -> None:
        lib = broken.library("lib/liba.so.1", ANSWERS)
        program = broken.program("program", MAIN, [lib, _run_path("/opt/nowhere/lib")])
        fix = f"    fix: patchelf --set-rpath '$ORIGIN/lib' {program}\n"
        out = isolde("check", program).out
        assert (out.count(fix), out.count("fix: patchelf")) == (2, 2)

    def test_keeps_the_folder_that_a_relative_one_means(
        self, broken: Broken, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lib = broken.library("lib/liba.so.1", ANSWERS)
        program = broken.program("program", MAIN, [lib, _run_path("lib:/tmp")])
        monkeypatch.chdir(broken.folder)
        out = isolde("check", program).out
        fix = f"    fix: patchelf --set-rpath '$ORIGIN/lib' {program}\n"
        assert (out.count(fix), out.count("fix: patchelf")) == (2, 2)

    def test_keeps_an_open_folder_that_serves_and_closes_it(self, broken: Broken) -> None:
        lib = broken.library("lib/liba.so.1", ANSWERS)
        (broken.folder / "lib").chmod(0o777)
        program = broken.program("program", MAIN, [lib, _run_path(f"{broken.file('lib')}:/nowh")])
        out = isolde("check", program).out
        assert f"    fix: chmod o-w {broken.file('lib')}\n" in out
        assert f"    fix: patchelf --set-rpath '{broken.file('lib')}' {program}\n" in out

    def test_leaves_an_inherited_one_inherited(self, broken: Broken) -> None:
        lib = broken.library("lib/liba.so.1", ANSWERS)
        flags = [lib, f"-Wl,--disable-new-dtags,-rpath,{broken.file('lib')}:/nowhere"]
        program = broken.program("program", MAIN, flags)
        fix = f"patchelf --force-rpath --set-rpath '{broken.file('lib')}' {program}\n"
        assert fix in isolde("check", program).out


class TestAVersionThatIsTooNew:
    def test_of_ones_own_library_wants_a_newer_library(self, broken: Broken) -> None:
        code, scripts = "int v(void) { return 1; }", []
        for name, text in {"old": "V_1 { x; };", "new": "V_1 { x; }; V_2 { v; };"}.items():
            scripts.append(broken.folder / f"{name}.map")
            scripts[-1].write_text(text)
        flags = ["-nostdlib", f"-Wl,--version-script={scripts[1]}"]
        lib = broken.library("libf.so.1", f"int x; {code}", flags)
        main = "int v(void); int main(void) { return v(); }"
        program = broken.program("program", main, [lib, broken.runs_here()])
        flags = ["-nostdlib", f"-Wl,--version-script={scripts[0]}"]
        broken.library("libf.so.1", f"int x; {code}", flags)
        assert f"    fix: install a newer libf.so.1 at {lib}\n" in isolde("check", program).out

    def test_keeps_the_folder_where_it_serves_other_libraries(self, broken: Broken) -> None:
        answers = broken.library("old/libanswers.so.1", ANSWERS, ["-nostdlib"])
        old = _old_libstdcxx(broken)
        library = _library_of_cxx(broken, ["-Wl,--no-as-needed", answers])
        assert f"    fix: mv {old} {old}.old\n" in isolde("check", library).out

    def test_is_named_with_the_newest_there_is(self, broken: Broken) -> None:
        code = "int of_the_future(void); int f(void) { return of_the_future(); }"
        library = broken.library("libnew.so", code, ["-nostdlib", broken.fake_libc()])
        done = isolde("check", library)
        assert _first_line(done) == (
            f"{library}: fault: it needs GLIBC_2.999 of libc.so.6, which has up to GLIBC_{_glibc()}"
        )
        assert "    GLIBC_2.999 is needed by of_the_future\n" in done.out
        assert "undefined" not in done.out
        assert done.status == 1

    def test_that_the_systems_own_library_has_blames_the_run_path(self, broken: Broken) -> None:
        old = _old_libstdcxx(broken)
        library = _library_of_cxx(broken)
        done = isolde("check", library)
        assert "of libstdc++.so.6, which has up to GLIBCXX_3.4\n" in done.out
        assert f"    libstdc++.so.6 is {old}\n" in done.out
        assert f"    fix: patchelf --remove-rpath {library}\n" in done.out


class TestAnotherMachine:
    def test_of_a_library_is_told_with_both_machines(self, broken: Broken) -> None:
        other = broken.library("libother.so.1", ANSWERS)
        program = broken.program("program", MAIN, [other, broken.runs_here()])
        broken.library_of_386("libother.so.1")
        done = isolde("check", program)
        assert _first_line(done) == (
            f"{program}: fault: libother.so.1, which it needs, is there only for another machine: "
            f"{other} is for Intel 80386, 32 bits, and {program} is for x86-64"
        )
        said = f"    fix: put one in its place that is made for x86-64: {other}\n"
        assert said in done.out
        assert done.status == 1

    def test_of_the_file_itself(self, broken: Broken) -> None:
        library = Path(broken.library("libneeds.so.1", "int f(void) { return 1; }"))
        data = bytearray(library.read_bytes())
        data[18:20] = (183).to_bytes(2, "little")
        library.write_bytes(data)
        done = isolde("check", str(library))
        first = f"{library}: fault: it is made for AArch64, and this machine is x86-64"
        assert _first_line(done) == first
        assert done.out.count("fault: ") == 1


class TestAnUnderlinkedPlugin:
    def test_asks_for_what_a_library_of_the_machine_has(self, broken: Broken) -> None:
        code = "double cos(double); double f(double x) { return cos(x); }"
        plugin = broken.library("plugin.so", code, ["-fno-builtin", "-nostdlib"])
        done = isolde("check", plugin)
        assert done.out == (
            f"{plugin}: fault: cos is undefined: libm.so.6, which it does not name, defines it\n"
            "    cos: defined by libm.so.6\n"
            f"    fix: patchelf --add-needed libm.so.6 {plugin}\n"
            "     or: -lm\n"
            f"{plugin}: 1 fault (1 object)\n"
        )
        assert done.status == 1

    def test_is_in_order_with_the_program_that_has_it(self, broken: Broken) -> None:
        plugin = broken.library("plugin.so", ASKS)
        program = broken.program(
            "program", f"{ANSWERS} int main(void) {{ return 0; }}", ["-rdynamic"]
        )
        assert "no library of this machine defines it" in _first_line(isolde("check", plugin))
        assert f"fix: isolde check --host PROGRAM {plugin}" in isolde("check", plugin).out
        done = isolde("check", "--host", program, plugin)
        assert (done.status, _first_line(done).split(" (")[0]) == (0, f"{plugin}: nothing is wrong")

    def test_that_another_library_saves_is_warned_of(self, broken: Broken) -> None:
        answers = broken.library("libanswers.so.1", ANSWERS)
        here, loose = broken.runs_here(), "-Wl,--no-as-needed,--allow-shlib-undefined"
        code = "int answer(void); int middle(void) { return answer(); }"
        middle = broken.library("libmiddle.so.1", code, [answers, here])
        asks = "int answer(void); int middle(void); int f(void) { return middle() + answer(); }"
        library = broken.library("libasks.so", asks, [loose, middle, here])
        done = isolde("check", library)
        assert _first_line(done) == (
            f"{library}: warning: it uses answer of libanswers.so.1, which it does not name; "
            f"it is there because {middle} needs it"
        )
        assert f"    fix: patchelf --add-needed libanswers.so.1 {library}\n" in done.out
        assert done.status == 0
        assert isolde("check", "--strict", library).status == 1


class TestACycle:
    def test_is_shown_from_end_to_end(self, broken: Broken) -> None:
        here = broken.runs_here()
        broken.library("libb.so", "int a(void); int b(void) { return a(); }")
        a = broken.library(
            "liba.so", "int b(void); int a(void) { return b(); }", [broken.file("libb.so"), here]
        )
        broken.library("libb.so", "int a(void); int b(void) { return a(); }", [a, here])
        done = isolde("check", a)
        assert _first_line(done) == (
            f"{a}: warning: it needs itself: liba.so -> libb.so -> liba.so; "
            "no order of constructors suits all of them"
        )


class TestHabits:
    def test_an_unused_library_is_named(self, broken: Broken) -> None:
        answers = broken.library("libanswers.so.1", ANSWERS)
        flags = ["-Wl,--no-as-needed", answers, broken.runs_here(), "-nostdlib"]
        library = broken.library("libnames.so", "int f(void) { return 1; }", flags)
        done = isolde("check", library)
        first = f"{library}: warning: it names libanswers.so.1 and uses nothing of it"
        assert _first_line(done) == first
        assert f"    fix: patchelf --remove-needed libanswers.so.1 {library}\n" in done.out

    def test_a_library_that_has_got_versions_since_is_used(self, broken: Broken) -> None:
        answers = broken.library("libanswers.so.1", ANSWERS, ["-nostdlib"])
        library = broken.library("libasks.so", ASKS, [answers, broken.runs_here(), "-nostdlib"])
        script = broken.folder / "answers.map"
        script.write_text("ANSWERS_1 { answer; };")
        flags = ["-nostdlib", f"-Wl,--version-script={script}"]
        broken.library("libanswers.so.1", ANSWERS, flags)
        assert isolde("check", library).out == f"{library}: nothing is wrong (2 objects)\n"

    def test_an_executable_stack(self, broken: Broken) -> None:
        library = broken.library("libstack.so", "int f(void) { return 1; }", ["-Wl,-z,execstack"])
        first = (
            f"{library}: warning: it asks for an executable stack, "
            "which every thread of the process gets"
        )
        assert _first_line(isolde("check", library)) == first

    def test_text_relocations(self, broken: Broken) -> None:
        source = broken.folder / "text.s"
        source.write_text('.text\n.globl f\nf: .quad f\n.section .note.GNU-stack,"",@progbits\n')
        library = broken.file("libtext.so")
        flags = ["-shared", "-nostdlib", "-Wl,-z,notext", "-o", library, str(source)]
        subprocess.run(["gcc", *flags], check=True)
        first = _first_line(isolde("check", library))
        assert first.startswith(f"{library}: warning: it has text relocations: ")

    def test_run_paths(self, broken: Broken) -> None:
        open_folder = broken.folder / "open"
        open_folder.mkdir()
        open_folder.chmod(0o777)
        good = broken.folder
        path = f"-Wl,--enable-new-dtags,-rpath,{good}:/no/such/folder:{open_folder}:relative"
        library = broken.library("libpaths.so", "int f(void) { return 1; }", [path])
        out = isolde("check", library).out
        assert "names /no/such/folder, which does not exist\n" in out
        assert f"names {open_folder}, which everybody may put libraries into\n" in out
        assert "names relative, which means the folder that the process happens to be in\n" in out
        assert out.count(f"fix: patchelf --set-rpath '{good}' {library}\n") == 3


class TestWhatCannotBeRead:
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"#!/bin/sh\nexit 0\n# a script\n", "is a script, no ELF file"),
            (b"\x7fELF", "is cut short: 4 bytes, no whole ELF header"),
        ],
    )
    def test_a_file_that_is_none(self, broken: Broken, content: bytes, reason: str) -> None:
        file = broken.folder / "file.so"
        file.write_bytes(content)
        done = isolde("check", str(file))
        assert _first_line(done).startswith(f"{file}: fault: {reason}")
        assert done.status == 1

    def test_an_object_file(self, broken: Broken) -> None:
        source = broken.folder / "object.c"
        source.write_text(ANSWERS)
        file = broken.file("object.o")
        subprocess.run(["gcc", "-c", "-o", file, str(source)], check=True)
        done = isolde("check", file)
        said = f"{file}: fault: it is an object file, which is linked, nothing that is loaded"
        assert (_first_line(done), done.status) == (said, 1)

    def test_the_others_are_checked_all_the_same(self, broken: Broken) -> None:
        library = broken.library("libgood.so", "int f(void) { return 1; }", ["-nostdlib"])
        done = isolde("check", broken.file("absent"), library)
        assert _first_line(done) == f"{broken.file('absent')}: fault: No such file or directory"
        assert f"{library}: nothing is wrong (1 object)\n" in done.out
        assert done.status == 1


def test_names_of_cxx_are_told_in_words(broken: Broken) -> None:
    source = broken.folder / "asks.cpp"
    source.write_text("namespace a { int f(int); int g() { return f(1); } }")
    library = broken.file("libasks.so")
    subprocess.run(["g++", "-shared", "-fPIC", "-o", library, str(source)], check=True)
    done = isolde("check", library)
    said = f"{library}: fault: a::f(int) is undefined: no library of this machine defines it"
    assert _first_line(done) == said
    assert "    _ZN1a1fEi (a::f(int)): defined by no library" in done.out


def test_what_a_host_has_and_does_not_export_is_told(broken: Broken) -> None:
    plugin = broken.library("plugin.so", ASKS)
    program = broken.program("program", f"{ANSWERS} int main(void) {{ return 0; }}")
    done = isolde("check", "--host", program, plugin)
    assert _first_line(done) == (
        f"{plugin}: fault: answer is undefined: {program}, which has it, does not export it"
    )
    assert f"    fix: link {program} with -rdynamic\n" in done.out


def test_a_foreign_program_lies_in_the_bin_of_its_root(broken: Broken) -> None:
    library = Path(broken.library("arm/bin/ls", ANSWERS, ["-nostdlib"]))
    data = bytearray(library.read_bytes())
    data[18:20] = (183).to_bytes(2, "little")
    library.write_bytes(data)
    said = f"    fix: isolde check --root {broken.file('arm')} {library}\n"
    assert said in isolde("check", str(library)).out


def test_a_foreign_file_is_checked_in_the_folder_it_is_unpacked_in(broken: Broken) -> None:
    root = broken.folder / "arm"
    library = Path(broken.library("arm/usr/lib/libx.so", ANSWERS, ["-nostdlib"]))
    data = bytearray(library.read_bytes())
    data[18:20] = (183).to_bytes(2, "little")
    library.write_bytes(data)
    said = f"    fix: isolde check --root {root} {library}\n"
    assert said in isolde("check", str(library)).out
    assert isolde("check", "--root", str(root), str(library)).status == 0


def test_a_root_that_is_none_is_misuse() -> None:
    done = isolde("check", "--root", "/no/such/root", "libc.so.6")
    assert (done.status, done.err) == (2, "isolde: --root /no/such/root: no such folder\n")


def test_a_host_that_is_none_is_misuse() -> None:
    done = isolde("check", "--host", "no-such-program", "libc.so.6")
    assert done.status == 2
    assert done.err.startswith("isolde: --host no-such-program: there is no such program in ")


def test_a_host_that_is_not_there_is_misuse() -> None:
    done = isolde("check", "--host", "./no-such-program", "libc.so.6")
    said = "isolde: --host ./no-such-program: there is no such program\n"
    assert (done.status, done.err) == (2, said)


def test_what_a_host_lacks_is_not_its_plugins_fault(broken: Broken) -> None:
    gone = broken.library("libgone.so.1", ANSWERS)
    host = broken.program("host", MAIN, [gone])
    plugin = broken.library("plugin.so", "int f(void) { return 1; }", ["-nostdlib"])
    Path(gone).unlink()
    done = isolde("check", "--host", host, plugin)
    assert (done.status, _first_line(done).split(" (")[0]) == (0, f"{plugin}: nothing is wrong")


def test_a_root_has_its_own_libraries(broken: Broken) -> None:
    root = broken.folder / "root"
    broken.library("root/usr/lib/libanswers.so.1", ANSWERS, ["-nostdlib"])
    flags = ["-nostdlib", str(root / "usr/lib/libanswers.so.1")]
    broken.library("root/usr/lib/libasks.so", ASKS, flags)
    done = isolde("check", "--root", str(root), "/usr/lib/libasks.so")
    assert done.out == "/usr/lib/libasks.so: nothing is wrong (2 objects)\n"
    assert isolde("check", str(root / "usr/lib/libasks.so")).status == 1


def test_json_has_the_documented_fields(broken: Broken) -> None:
    gone = broken.library("libgone.so.1", "int gone(void) { return 1; }")
    here = broken.runs_here()
    code = "double cos(double); int gone(void); double f(double x) { return cos(x) + gone(); }"
    plugin = broken.library("plugin.so", code, ["-fno-builtin", gone, here, "-Wl,-rpath,/nowhere"])
    alone = broken.library(
        "alone.so", "double cos(double); double g(double x) { return cos(x); }", ["-fno-builtin"]
    )
    Path(gone).unlink()
    done = isolde("check", "--json", plugin, alone, "/bin/sh")
    assert fields_of(json.loads(done.out)) == documented_fields("isolde check")
    assert done.status == 1


def test_ldd_agrees_on_every_symbol_that_is_undefined(broken: Broken) -> None:
    names = [f"nobody_{number}" for number in range(40)]
    declared = "".join(f"int {name}(void);" for name in names)
    calls = "+".join(f"{name}()" for name in names)
    library = broken.library("libasks.so", f"{declared} int f(void) {{ return {calls}; }}")
    (report,) = json.loads(isolde("check", "--json", library).out)["files"]
    ours = {s["name"] for each in report["findings"] for s in each["symbols"]}
    traced = subprocess.run(["ldd", "-r", library], capture_output=True, text=True, check=False)
    theirs = set(re.findall(r"undefined symbol: (\w+)", traced.stdout + traced.stderr))
    assert ours == theirs == set(names)
