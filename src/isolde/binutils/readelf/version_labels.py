"""How the version of a dynamic symbol is written behind its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from isolde.binutils.readelf.subject import Subject
from isolde.elf.constants import SHN_UNDEF, VER_FLG_BASE, VERSYM_HIDDEN, VERSYM_VERSION

# What stands for a version that the file does not have.
CORRUPT = "<corrupt>"


class VersionLabels:
    """The versions of a file's dynamic symbols."""

    def __init__(self, subject: Subject) -> None:
        file = subject.file
        versions = subject.attempt(lambda: file.versions, None)
        self.indexes: Sequence[int] = () if versions is None else versions.indexes
        self.needed = {
            version.number: version.name
            for need in subject.attempt(lambda: file.version_needs, ())
            for version in need.versions
        }
        definitions = subject.attempt(lambda: file.version_definitions, ())
        self.defined = {definition.number: definition for definition in definitions}
        self._known: dict[tuple[int, bool], tuple[str, str, int]] = {}

    def of_symbol(self, number: int, name: str, section: int) -> tuple[str, str, int]:
        """The sign ("", "@" or "@@"), the version, and its number where another file has it.

        NUMBER: of the symbol, which is called NAME and stands in SECTION.
        """
        if number >= len(self.indexes):
            return "", "", 0
        key = (self.indexes[number], section != SHN_UNDEF)
        label = self._known.get(key)
        if label is None:
            label = self._known[key] = self._label(*key)
        # The symbol that a version definition makes has no version: it is one.
        return ("", "", 0) if label[1] == name and not label[2] else label

    def _label(self, index: int, is_defined: bool) -> tuple[str, str, int]:
        if index == 0:
            return "", "", 0
        plain = index & VERSYM_VERSION
        if is_defined and index != (VERSYM_HIDDEN | 1) and self.defined:
            definition = self.defined.get(plain)
            if definition is not None:
                if definition.number == 1 and definition.flags == VER_FLG_BASE:
                    return "", "", 0
                return "@" if index & VERSYM_HIDDEN else "@@", definition.name, 0
        if index in self.needed:
            return "@", self.needed[index], index
        return self._missing(index, is_defined)

    def _missing(self, index: int, is_defined: bool) -> tuple[str, str, int]:
        looked = is_defined and index != (VERSYM_HIDDEN | 1)
        last = max((number & VERSYM_VERSION for number in self.defined), default=0) if looked else 0
        plain = index & VERSYM_VERSION
        if self.needed and (last or plain != 1) and plain > last:
            return "@" if index & VERSYM_HIDDEN else "@@", CORRUPT, 0
        return "", "", 0


Labeller = Callable[[int, str, int], tuple[str, str, int]]


def unversioned(_number: int, _name: str, _section: int) -> tuple[str, str, int]:
    """The label of a symbol in a table without versions."""
    return "", "", 0
