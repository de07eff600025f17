"""Small processes made of C, for one test each, and what their references are bound to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from isolde.resolve import System, closure
from isolde.resolve.binding import Binding, bind
from isolde.resolve.references import references
from isolde.resolve.scope import Namespace, Space
from tests.toolchain import compile_library, compile_object


class Made:
    """C files compiled in one folder; `needed` are libraries made before, by their names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def library(
        self, name: str, code: str, needed: Sequence[str] = (), flags: Sequence[str] = ()
    ) -> str:
        soname = f"-Wl,-soname,{name}"
        return str(
            compile_library(
                self.folder / name, [self._source(name, code)], [soname, *self._all(needed, flags)]
            )
        )

    def program(
        self, name: str, code: str, needed: Sequence[str] = (), flags: Sequence[str] = ()
    ) -> str:
        return str(
            compile_object(self.folder / name, [self._source(name, code)], self._all(needed, flags))
        )

    def _source(self, name: str, code: str) -> Path:
        source = self.folder / f"{name}.c"
        source.write_text(code)
        return source

    def _all(self, needed: Sequence[str], flags: Sequence[str]) -> list[str]:
        files = [str(self.folder / name) for name in needed]
        paths = f"-Wl,--enable-new-dtags,-rpath,{self.folder},-rpath-link,{self.folder}"
        loose = "-Wl,--no-as-needed,--allow-shlib-undefined"
        return [loose, *files, paths, *flags]

    def version_script(self, name: str, text: str) -> str:
        path = self.folder / f"{name}.map"
        path.write_text(text)
        return f"-Wl,--version-script={path}"


class Process:
    """A process as the resolver sees it: a namespace and its objects by their names."""

    def __init__(self, *files: str, namespace: Namespace | None = None) -> None:
        self.closure = closure(files, System())
        self.objects = {Path(item.path).name: item for item in self.closure.objects}
        self.namespace = Namespace() if namespace is None else namespace

    def start(self, name: str) -> None:
        self.namespace.start(self.closure.scope(self.objects[name]))

    def open(self, name: str, *, everywhere: bool = False, deepbind: bool = False) -> None:
        search_list = self.closure.scope(self.objects[name])
        self.namespace.open(search_list, everywhere=everywhere, deepbind=deepbind)

    def bind(self, asker: str, symbol: str, kind: str | None = None) -> Binding:
        item = self.objects[asker]
        found = [
            each
            for each in references(item.file)
            if each.name == symbol and kind in (None, each.kind)
        ]
        assert found, f"{asker} does not refer to {symbol}"
        return bind(found[0], self.namespace.scope_of(item))

    def winner(self, asker: str, symbol: str, kind: str | None = None) -> str | None:
        found = self.bind(asker, symbol, kind).definition
        return Path(found.object.path).name if found else None

    def verdicts(self, asker: str, symbol: str, kind: str | None = None) -> list[tuple[str, str]]:
        """The objects that have the symbol, with what became of it."""
        return [
            (Path(each.definition.object.path).name, each.verdict)
            for each in self.bind(asker, symbol, kind).candidates
        ]


def started(program: str) -> Process:
    """The process of a program, or of a library as ldd takes it."""
    process = Process(program)
    process.start(Path(program).name)
    return process


def in_a_space(library: str, space: Space | None = None) -> Process:
    """A library opened in a space."""
    process = Process(library, namespace=space or Space())
    process.open(Path(library).name)
    return process


__all__ = ["Made", "Process", "in_a_space", "started"]
