"""The versions of dynamic symbols, as BFD looks them up."""

from __future__ import annotations

from collections.abc import Sequence

from isolde.binutils.objdump.view import View
from isolde.elf.constants import VER_FLG_BASE, VERSYM_HIDDEN, VERSYM_VERSION

CORRUPT = "<corrupt>"


class VersionNames:
    """The versions of a file: `is_used` is False where it has none."""

    def __init__(self, view: View) -> None:
        file = view.file
        versions = view.attempt(lambda: file.versions, None)
        self._indexes: Sequence[int] = () if versions is None else versions.indexes
        definitions = view.attempt(lambda: file.version_definitions, ())
        needs = view.attempt(lambda: file.version_needs, ())
        self.is_used = versions is not None and bool(definitions or needs)
        self._defined = {each.number: each.name for each in definitions}
        self._last = max(self._defined, default=0)
        base = next((each for each in definitions if each.number == 1), None)
        self._has_base = base is None or base.flags == VER_FLG_BASE
        self._needed = {version.number: version.name for need in needs for version in need.versions}
        self._known: dict[int, tuple[str, bool]] = {}

    def of_dynamic(self, number: int) -> tuple[str, bool]:
        """The version of dynamic symbol NUMBER, and whether references must name it."""
        index = self._indexes[number] if number < len(self._indexes) else 0
        found = self._known.get(index)
        if found is None:
            found = self._known[index] = self._named(index)
        return found

    def _named(self, index: int) -> tuple[str, bool]:
        plain, hidden = index & VERSYM_VERSION, bool(index & VERSYM_HIDDEN)
        if plain == 0:
            return "", hidden
        if plain == 1 and (plain > self._last or self._has_base):
            return "Base", hidden
        if plain <= self._last:
            return self._defined.get(plain, CORRUPT), hidden
        if plain in self._needed:
            return self._needed[plain], True
        return CORRUPT, hidden
