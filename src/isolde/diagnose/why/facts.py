"""What is told about a symbol: who asks for it, how each scope was walked, who won."""

from __future__ import annotations

from typing import NamedTuple

NOT_DEFINED = "does not define it"
"""The verdict on an object that has no symbol of the name."""


class Definer(NamedTuple):
    """One definition.

    path: the object that has it.
    symbol: the name as it stands in the file.
    version: its version, or None.
    is_default: whether a program that is linked today gets it.
    type, binding, visibility: as readelf names them: "FUNC", "WEAK", "PROTECTED".
    value: its address in the file.
    size: bytes.
    """

    path: str
    symbol: str
    version: str | None
    is_default: bool
    type: str
    binding: str
    visibility: str
    value: int
    size: int


class Step(NamedTuple):
    """One object of a scope, as the look-up came to it.

    path: the object.
    part: why it is in the scope: "symbolic", "global", "local", "shared"; "" for one outside.
    verdict: "won", "does not define it", or why its symbol was not taken.
    version: of its symbol.
    """

    path: str
    part: str
    verdict: str
    version: str | None


class InSpace(NamedTuple):
    """What becomes of a reference in a space of its own.

    bound: the object that it is bound to; None: nothing.
    is_same: whether that is what a plain process binds.
    reason: why not, in a sentence; "" where it is.
    """

    bound: str | None
    is_same: bool
    reason: str


class Asked(NamedTuple):
    """One reference to the symbol.

    asker: the object that refers.
    symbol: the name as it stands in the file.
    version: the version asked for, or None.
    kind: "call", "address", "copy", "tls", or "unused": no relocation names it.
    weak: whether it may stay without a definition.
    bound: the definition, or None.
    scope: every object, in the order of the walk.
    space: in a space; None for an object that a space would take from the host.
    """

    asker: str
    symbol: str
    version: str | None
    kind: str
    weak: bool
    bound: Definer | None
    scope: tuple[Step, ...]
    space: InSpace | None

    @property
    def label(self) -> str:
        """The name, and the version behind an "@"."""
        return f"{self.symbol}@{self.version}" if self.version else self.symbol

    @property
    def is_fault(self) -> bool:
        """Whether a loader refuses the asker for it."""
        return self.bound is None and not self.weak and self.kind != "unused"


class Ignored(NamedTuple):
    """A file that was to be preloaded, and is not.

    name: as it was named.
    reason: why not.
    """

    name: str
    reason: str


class Absent(NamedTuple):
    """A library that the process needs, and that is not there: it would not start.

    name: as it is asked for.
    needed_by: the object that needs it.
    """

    name: str
    needed_by: str | None


class Setting(NamedTuple):
    """How the file comes into its process.

    host: the program that opens it; None: it is the first object itself.
    preload: what LD_PRELOAD names.
    everywhere: whether it is opened with RTLD_GLOBAL.
    deepbind: whether with RTLD_DEEPBIND.
    """

    host: str | None = None
    preload: tuple[str, ...] = ()
    everywhere: bool = False
    deepbind: bool = False


class Why(NamedTuple):
    """The whole answer.

    symbol: as it was asked for.
    version: the version asked for; None: any.
    readable: the demangled name; None where it is none.
    file: as it was named.
    root: the root folder of its system.
    setting: how it is loaded.
    asked: every reference, in the order in which the objects are loaded.
    defined: every definition, in the order of loading.
    near: names that are like it, where there is none such.
    ignored: what was to be preloaded and cannot be.
    missing: what the process needs and does not find, in the order of looking.
    faults: a sentence about each of these.
    """

    symbol: str
    version: str | None
    readable: str | None
    file: str
    root: str
    setting: Setting
    asked: tuple[Asked, ...]
    defined: tuple[Definer, ...]
    near: tuple[str, ...]
    ignored: tuple[Ignored, ...] = ()
    missing: tuple[Absent, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def is_fault(self) -> bool:
        """Whether a loader would refuse or pass over something, or nobody has the symbol."""
        unknown = not (self.asked or self.defined)
        return bool(unknown or self.faults) or any(each.is_fault for each in self.asked)
