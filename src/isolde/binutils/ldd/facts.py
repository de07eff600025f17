"""What ldd tells about one file."""

from __future__ import annotations

from isolde.record import NamedTuple


class Dependency(NamedTuple):
    """One object that is loaded, or cannot be found.

    name: as the first that needs it names it.
    path: its file; None: not found.
    """

    name: str
    path: str | None


class VersionFault(NamedTuple):
    """A version that a library should have and has not.

    object: the library.
    version: its name.
    needed_by: who needs it.
    reason: "missing", "weak" (missing, and it does not matter), or "no versions" (the library has
        none at all, which ld.so puts up with).
    """

    object: str
    version: str
    needed_by: str
    reason: str


class NeededVersion(NamedTuple):
    """One version that an object needs.

    object: who.
    library: of whom, a soname.
    version: its name.
    is_weak: whether it may be missing.
    path: the library that has it; None: there is none.
    """

    object: str
    library: str
    version: str
    is_weak: bool
    path: str | None


class Undefined(NamedTuple):
    """A reference that nothing answers.

    symbol: its name.
    version: the version that is asked for; None: none, or ld.so does not know it, as the library
        that should have it is missing.
    object: who refers to it.
    """

    symbol: str
    version: str | None
    object: str


class Loading(NamedTuple):
    """What happens if ld.so is started with a file.

    file: the file.
    address_digits: 16, or 8 where the machine has addresses of 32 bits.
    dependencies: what is loaded, in order, the kernel's own object (vDSO) first; None: the file
        needs nothing.
    version_faults: versions that are not as they should be.
    undefined: references that nothing answers, once for each relocation as ld.so tells them; None:
        not asked for.
    versions: every version that is needed of another object; None: not asked for.
    unused: the direct dependencies that define nothing the file refers to; None: not asked for.
    refused: sentences about files at which ld.so gives up.
    """

    file: str
    address_digits: int
    dependencies: tuple[Dependency, ...] | None
    version_faults: tuple[VersionFault, ...]
    undefined: tuple[Undefined, ...] | None
    versions: tuple[NeededVersion, ...] | None
    unused: tuple[str, ...] | None
    refused: tuple[str, ...]
