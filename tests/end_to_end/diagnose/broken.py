"""Installations that are broken in one way each, made with the machine's compiler and linker."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.toolchain import compile_library, compile_object, require_tool

ASKS = "int answer(void); int ask(void) { return answer(); }"
ANSWERS = "int answer(void) { return 42; }"
MAIN = "int answer(void); int main(void) { return answer(); }"


class Broken:
    """A folder with libraries and programs in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def library(self, name: str, code: str, flags: Sequence[str] = ()) -> str:
        soname = f"-Wl,-soname,{Path(name).name}"
        return str(
            compile_library(self.folder / name, [self._source(name, code)], [soname, *flags])
        )

    def program(self, name: str, code: str, flags: Sequence[str] = ()) -> str:
        return str(compile_object(self.folder / name, [self._source(name, code)], flags))

    def file(self, name: str) -> str:
        return str(self.folder / name)

    def runs_here(self, folder: str = "") -> str:
        return f"-Wl,--enable-new-dtags,-rpath,{self.folder / folder}"

    def library_of_386(self, name: str) -> str:
        """A library of a machine that this one's compiler makes without a libc."""
        source, object_file = self._source(name, ANSWERS), self.folder / f"{name}.o"
        self._run("gcc", "-m32", "-fPIC", "-c", "-o", str(object_file), str(source))
        library = self.file(name)
        form = ["-m", "elf_i386", "-shared", "-soname", name]
        self._run("ld", *form, "-o", library, str(object_file))
        return library

    def fake_libc(self) -> str:
        """A libc.so.6 to link with that has a version no glibc has."""
        script = self.folder / "libc.map"
        script.write_text("GLIBC_2.2.5 { abs; }; GLIBC_2.999 { of_the_future; };")
        code = "int abs(int x) { return x; } int of_the_future(void) { return 1; }"
        flags = ["-nostdlib", "-fno-builtin", f"-Wl,--version-script={script}"]
        return self.library("newer/libc.so.6", code, flags)

    def _run(self, tool: str, *arguments: str) -> None:
        subprocess.run([require_tool(tool), *arguments], check=True)

    def _source(self, name: str, code: str) -> Path:
        source = self.folder / f"{name}.c"
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(code)
        return source
