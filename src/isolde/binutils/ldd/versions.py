"""The versions that loaded objects need of each other, and those that are missing."""

from __future__ import annotations

from isolde.binutils.ldd.facts import NeededVersion, VersionFault
from isolde.elf.constants import VER_FLG_WEAK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from isolde.resolve.closure import Closure, LoadedObject


def needed_by(objects: Iterable[LoadedObject], made: Closure) -> tuple[NeededVersion, ...]:
    """Every version that OBJECTS need, with who has it.

    Raises:
        ElfError: the tables of an object are malformed.
    """
    return tuple(
        NeededVersion(
            item.path,
            library,
            version,
            is_weak,
            other.path if other is not None and version in _defined(other) else None,
        )
        for item in objects
        for library, version, is_weak, other in _needs(item, made)
    )


def faults_of(objects: Iterable[LoadedObject], made: Closure) -> tuple[VersionFault, ...]:
    """The versions that OBJECTS need, and whose library is there without them.

    Raises:
        ElfError: the tables of an object are malformed.
    """
    return tuple(
        VersionFault(other.path, version, item.path, _reason(other, is_weak))
        for item in objects
        for _, version, is_weak, other in _needs(item, made)
        if other is not None and version not in _defined(other)
    )


def _needs(
    item: LoadedObject, made: Closure
) -> Iterator[tuple[str, str, bool, LoadedObject | None]]:
    for need in item.file.version_needs:
        other = made.named(need.file)
        for version in need.versions:
            yield need.file, version.name, bool(version.flags & VER_FLG_WEAK), other


def _defined(item: LoadedObject) -> set[str]:
    return {each.names[0] for each in item.file.version_definitions if each.names}


def _reason(item: LoadedObject, is_weak: bool) -> str:
    if not item.file.version_definitions:
        return "no versions"
    return "weak" if is_weak else "missing"
