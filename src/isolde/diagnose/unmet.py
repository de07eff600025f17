"""Whether a file asks a library for versions that it lacks, which no tree of needs shows."""

from __future__ import annotations

from isolde.elf.constants import VER_FLG_BASE, VER_FLG_WEAK
from isolde.errors import ElfError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from isolde.resolve.closure import Closure, LoadedObject


def unmet_version(item: LoadedObject, closure: Closure) -> tuple[str, str] | None:
    """The first version that ITEM needs and the library that was found does not define.

    Returns:
        The version and the library's path; None where all are there, or a file tells nothing.
    """
    try:
        return _unmet(item, closure)
    except (ElfError, OSError):
        return None


def _unmet(item: LoadedObject, closure: Closure) -> tuple[str, str] | None:
    for need in item.file.version_needs:
        library = closure.named(need.file)
        if library is None:
            continue
        have = {d.name for d in library.file.version_definitions if not d.flags & VER_FLG_BASE}
        for version in need.versions if have else ():
            if version.name not in have and not version.flags & VER_FLG_WEAK:
                return version.name, library.path
    return None
