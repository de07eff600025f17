"""`isolde ldd` prints what glibc's ldd prints, but for addresses, and executes nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.toolchain import compile_object, require_tool
from tests.unit.docs.json_reference import documented_fields, fields_of
from tests.unit.resolve.made import library, program, rpath, runpath

_ADDRESS = re.compile(r"\(0x[0-9a-f]+\)")
_CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("LD_")}


def _run(words: list[str], folder: Path | None = None) -> tuple[int, str, str]:
    done = subprocess.run(
        words,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**_CLEAN, "LC_ALL": "C"},
    )
    return done.returncode, _ADDRESS.sub("(0x)", done.stdout), done.stderr


def ours(*words: str, folder: Path | None = None) -> tuple[int, str, str]:
    return _run([sys.executable, "-m", "isolde.cli", "ldd", *words], folder)


def _agrees(*words: str, folder: Path | None = None) -> str:
    """What both print; their exit statuses are the same, too."""
    theirs, mine = _run([require_tool("ldd"), *words], folder), ours(*words, folder=folder)
    assert mine[:2] == theirs[:2]
    return mine[1]


def _made(path: Path, source: str, flags: list[str]) -> Path:
    path.with_suffix(".c").write_text(source)
    return compile_object(path, [path.with_suffix(".c")], flags)


def _shared(path: Path, source: str, *flags: str) -> Path:
    soname = f"-Wl,-soname,{path.name}"
    return _made(path, source, ["-shared", "-fPIC", soname, "-Wl,--no-as-needed", *flags])


@pytest.mark.parametrize(
    "options", [[], ["-v"], ["-d"], ["-r"], ["-u"], ["-u", "-r"], ["-r", "-v"]]
)
def test_a_program_of_the_machine_has_the_text_of_glibc(options: list[str]) -> None:
    _agrees(*options, sys.executable)


def test_libraries_stand_in_the_order_of_loading_and_missing_ones_at_their_place(
    tmp_path: Path,
) -> None:
    deep = library(tmp_path / "libdeep.so")
    gone = library(tmp_path / "libgone.so")
    first = library(tmp_path / "libfirst.so", [deep, gone], runpath("$ORIGIN"))
    second = library(tmp_path / "libsecond.so", [gone], runpath("$ORIGIN"))
    main = program(tmp_path / "main", [first, gone, second], runpath("$ORIGIN"))
    gone.unlink()
    text = _agrees(str(main))
    assert text.count("libgone.so => not found") == 3


def test_a_name_without_a_slash_is_a_file_here(tmp_path: Path) -> None:
    library(tmp_path / "libmine.so", [library(tmp_path / "libz9.so")], rpath("$ORIGIN"))
    _agrees("-v", "libmine.so", folder=tmp_path)


def test_what_needs_nothing_is_statically_linked(tmp_path: Path) -> None:
    alone = _shared(tmp_path / "libalone.so", "int alone;\n", "-nostdlib")
    assert _agrees(str(alone)) == "\tstatically linked\n"


def test_what_ld_so_does_not_load_is_no_dynamic_executable(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("#!/bin/sh\n")
    unlinked = _made(tmp_path / "unlinked.o", "int x;\n", ["-c"])
    static = _made(tmp_path / "static", "int main(void) { return 0; }\n", ["-static"])
    for path in (plain, unlinked, static):
        _agrees(str(path))
        assert ours(str(path)) == (1, "", f"isolde: {path}: not a dynamic executable\n")


def test_several_files_have_headings_and_those_that_cannot_be_read_an_error(
    tmp_path: Path,
) -> None:
    alone = _shared(tmp_path / "libalone.so", "int alone;\n", "-nostdlib")
    _agrees(str(alone), str(tmp_path), str(tmp_path / "absent"), str(alone))
    status, text, errors = ours(str(alone), str(tmp_path), str(tmp_path / "absent"))
    assert (status, text) == (
        1,
        f"{alone}:\n\tstatically linked\n{tmp_path}:\n{tmp_path / 'absent'}:\n",
    )
    assert errors == (
        f"isolde: {tmp_path}: not a regular file\n"
        f"isolde: {tmp_path / 'absent'}: No such file or directory\n"
    )


_CALLS = (
    "extern void missing(void); extern int lost;\n"
    "int *p = &lost, *q = &lost; void f(void) { missing(); }\n"
)


def test_undefined_symbols_are_told_once_for_each_relocation(tmp_path: Path) -> None:
    lazy = _shared(tmp_path / "liblazy.so", _CALLS, "-Wl,-z,lazy")
    assert "missing" in _agrees("-r", str(lazy))
    text = _agrees("-d", str(lazy))
    assert f"undefined symbol: lost\t({lazy})" in text
    assert "missing" not in text


def test_what_is_bound_at_once_has_its_calls_looked_up_by_d(tmp_path: Path) -> None:
    now = _shared(tmp_path / "libnow.so", _CALLS, "-Wl,-z,now")
    assert f"undefined symbol: missing\t({now})" in _agrees("-d", str(now))


def _versioned(folder: Path, version: str, names: str) -> Path:
    script = folder / "script"
    script.write_text(f"{version} {{ global: {names}; local: *; }};\n" if version else "{ *; };\n")
    source = "int one(void) { return 1; } int two(void) { return 2; }\n"
    return _shared(folder / "libver.so", source, f"-Wl,--version-script={script}")


@pytest.mark.parametrize(("version", "names"), [("V_1", "one"), ("V_2", "one; two"), ("", "")])
def test_missing_versions_are_told(tmp_path: Path, version: str, names: str) -> None:
    older = _versioned(tmp_path, "V_1", "one; two")
    source = "int one(void); int two(void); int main(void) { return one() + two(); }\n"
    main = _made(tmp_path / "main", source, [str(older), f"-Wl,-rpath,{tmp_path}"])
    _versioned(tmp_path, version, names)
    for options in ([], ["-v"], ["-r"], ["-r", "-v"]):
        _agrees(*options, str(main))
    told = {
        "V_1": "undefined symbol: two, version V_1\t(",
        "V_2": "version `V_1' not found (required by",
        "": "no version information available (required by",
    }
    assert told[version] in _agrees("-r", str(main))


def test_unused_dependencies_are_told_and_are_a_fault(tmp_path: Path) -> None:
    used = _shared(tmp_path / "libused.so", "int used(void) { return 1; }\n")
    idle = _shared(tmp_path / "libidle.so", "int idle;\n")
    source = "int used(void); int main(void) { return used(); }\n"
    flags = ["-Wl,--no-as-needed", str(used), str(idle), f"-Wl,-rpath,{tmp_path}"]
    main = _made(tmp_path / "main", source, flags)
    assert _agrees("-u", str(main)) == f"Unused direct dependencies:\n\t{idle}\n"
    assert ours("-u", str(main))[0] == 1


def test_preloaded_libraries_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main = program(tmp_path / "main")
    early = library(tmp_path / "libearly.so")
    monkeypatch.setitem(_CLEAN, "LD_PRELOAD", str(early))
    assert ours(str(main))[1].splitlines()[1] == f"\t{early} (0x)"


def test_the_argument_is_never_executed(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    source = (
        "#include <fcntl.h>\n"
        f'__attribute__((constructor)) void leave(void) {{ creat("{mark}", 0600); }}\n'
        "int main(void) { return 0; }\n"
    )
    main = _made(tmp_path / "main", source, [])
    interpreted = _made(tmp_path / "own", source, [f"-Wl,--dynamic-linker={main}"])
    for path in (main, interpreted):
        assert ours("-r", "-v", str(path))[0] == 0
    assert not mark.exists()
    subprocess.run([main], check=True)
    assert mark.exists()


def test_a_file_at_which_ld_so_gives_up_is_a_fault(tmp_path: Path) -> None:
    bad = library(tmp_path / "libbad.so")
    main = program(tmp_path / "main", [bad], runpath("$ORIGIN"))
    bad.write_text("no ELF file, and long enough to have a header if it were one, " * 2)
    status, text, errors = ours(str(main))
    assert (status, "libbad.so => not found" in text) == (1, True)
    assert errors == (f"isolde: {bad}: not an ELF file, where ld.so gives up, needed by {main}\n")


def test_a_root_is_searched_instead_of_this_system(tmp_path: Path) -> None:
    inner = tmp_path / "opt"
    inner.mkdir()
    needed = library(inner / "libneeded.so", [], ["-nostdlib"])
    library(inner / "libmain.so", [needed], ["-nostdlib", *runpath("/opt")])
    words = ["--root", str(tmp_path), "/opt/libmain.so"]
    assert "\tlibneeded.so => /opt/libneeded.so (0x)\n" in ours(*words)[1]
    assert "libneeded.so => not found" in ours(str(inner / "libmain.so"))[1]


def test_addresses_are_zeros(tmp_path: Path) -> None:
    main = program(tmp_path / "main")
    words = [sys.executable, "-m", "isolde.cli", "ldd", str(main)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=_CLEAN)
    assert done.stdout.splitlines()[0] == "\tlinux-vdso.so.1 (0x0000000000000000)"


def test_json_has_the_documented_fields(tmp_path: Path) -> None:
    older = _versioned(tmp_path, "V_1", "one; two")
    source = "int one(void); int main(void) { return one(); }\n"
    main = _made(tmp_path / "main", source, [str(older), f"-Wl,-rpath,{tmp_path}"])
    _versioned(tmp_path, "V_2", "one; two")
    words = [sys.executable, "-m", "isolde.cli", "ldd", "--json", "-v", "-r", str(main)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=_CLEAN)
    document = json.loads(done.stdout)
    assert fields_of(document) == documented_fields("isolde ldd")
    (file,) = document["files"]
    assert file["dependencies"][0] == {"name": "linux-vdso.so.1", "path": "linux-vdso.so.1"}
    assert [each["symbol"] for each in file["undefined"]] == ["one"]
