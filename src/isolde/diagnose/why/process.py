"""The process that a symbol is looked up in, as the options of `isolde why` describe it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from isolde.diagnose.subject import SubjectError, open_file, path_of
from isolde.diagnose.why.facts import Setting
from isolde.diagnose.why.preload import Preload, is_preloaded
from isolde.elf import constants as c
from isolde.resolve.closure import Closure, LoadedObject
from isolde.resolve.scope import Namespace, Space
from isolde.resolve.system import System


class Process:
    """The objects of a process, and who sees whom.

    closure: everything that is loaded.
    target: the object of the file.
    namespace: who sees whom.
    ignored: what was to be preloaded, and cannot be.
    missing: what is needed, and not there.
    """

    def __init__(self, system: System, file: str, setting: Setting) -> None:
        """Loads FILE, as SETTING says.

        Raises:
            OSError: a file cannot be opened.
            ElfError: it is no ELF file, or malformed.
            SubjectError: nothing has that name, or it is none that is loaded.
        """
        first = setting.host or file
        is_library = bool(setting.preload) and not _is_program(system, first)
        preload = Preload(system, setting.preload, first, searched=is_library)
        self.system = _preloading(system, preload.names) if setting.preload else system
        self.closure = Closure(self.system)
        self.namespace = Namespace()
        if setting.host is not None:
            self.namespace.start(self._opened(setting.host))
        elif is_library and preload.names:
            self.namespace.start(_united(map(self._preloaded, preload.names)))
        scope = self._opened(file)
        self.target = scope[0]
        _refuse_opened_program(self.target, setting)
        if self.namespace.program is None:
            self.namespace.start(scope)
        else:
            flags = {"everywhere": setting.everywhere, "deepbind": setting.deepbind}
            self.namespace.open(scope, **flags)
        preload.add_missing(self.closure.missing)
        self.ignored = tuple(preload.ignored)
        self.missing = tuple(each for each in self.closure.missing if not is_preloaded(each))

    def _opened(self, file: str) -> tuple[LoadedObject, ...]:
        item = open_file(self.closure, file)
        if item is None:
            raise FileNotFoundError(2, "no such file, nor a library of that name", file)
        return self.closure.scope(item)

    def _preloaded(self, name: str) -> tuple[LoadedObject, ...]:
        """What comes into a process without a program because NAME, which is there, does."""
        is_first = not self.closure.objects and "/" in name
        item = self.closure.start(name) if is_first else self.closure.open(name)
        return () if item is None else self.closure.scope(item)


def _refuse_opened_program(target: LoadedObject, setting: Setting) -> None:
    """No dlopen opens a program."""
    seen = target.outline
    is_program = seen.type == c.ET_EXEC or bool(seen.flags_1 & c.DF_1_PIE)
    if is_program and (setting.host is not None or setting.everywhere or setting.deepbind):
        raise SubjectError(
            f"{target.path} is a program, which dlopen refuses: ask about it without --host, "
            "--global and --deepbind"
        )


def _preloading(system: System, names: Sequence[str]) -> System:
    environment = {**system.environment, "LD_PRELOAD": ":".join(names)}
    return System(system.root, environment)


def _is_program(system: System, file: str) -> bool:
    path = path_of(system, file)
    return "/" in path and system.file(path).is_executable


def _united(lists: Iterable[tuple[LoadedObject, ...]]) -> tuple[LoadedObject, ...]:
    return tuple(dict.fromkeys(item for each in lists for item in each))


def space_with(system: System, file: str) -> tuple[Space, Closure]:
    """A space in which FILE is opened, and nothing else.

    Raises:
        OSError: it cannot be opened.
        ElfError: it is no ELF file, or malformed.
    """
    closure = Closure(system)
    item = open_file(closure, file)
    space = Space()
    if item is not None:
        space.open(closure.scope(item))
    return space, closure
