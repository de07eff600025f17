"""The letter of a symbol: T for code, D for data, U for undefined, …; small where it is local.

A letter depends on the symbol's section and st_info alone, so there are few different ones in a
file, however many symbols it has: `Letters` is asked once for each pair.
"""

from __future__ import annotations

from isolde.binutils.sections import Kind, listed_sections
from isolde.elf import File
from isolde.elf import constants as c

_WEAK, _UNIQUE, _IFUNC, _NAME_ONLY = "W", "u", "i", "?"
_LARGE_COMMON = {c.EM_X86_64: 0xFF02}
# Sections of other systems' libraries, which their names alone tell.
_NAMED = {".drectve": "i", ".edata": "e", ".idata": "i", ".pdata": "p"}


class Letters(dict[tuple[int, int], str]):
    """Letters by (section index, st_info), found out when first asked for."""

    def __init__(self, file: File) -> None:
        super().__init__()
        self._sections = {section.number: section for section in listed_sections(file)}
        self._large_common = _LARGE_COMMON.get(file.header.machine)

    def __missing__(self, key: tuple[int, int]) -> str:
        section, info = key
        letter = self[key] = self._letter(section, info & 15, info >> 4)
        return letter

    def _letter(self, section: int, kind: int, binding: int) -> str:
        is_object = kind in (c.STT_OBJECT, c.STT_COMMON)
        if section == c.SHN_COMMON:
            return "C"
        if section == self._large_common:
            return "c"
        if section == c.SHN_UNDEF:
            weak = "v" if is_object else "w"
            return weak if binding == c.STB_WEAK else "U"
        if kind == c.STT_GNU_IFUNC:
            return _IFUNC
        if binding == c.STB_WEAK:
            return "V" if is_object else _WEAK
        if binding == c.STB_GNU_UNIQUE:
            return _UNIQUE
        if binding not in (c.STB_LOCAL, c.STB_GLOBAL):
            return _NAME_ONLY
        letter = self._letter_of_section(section)
        return letter.upper() if binding == c.STB_GLOBAL else letter

    def _letter_of_section(self, number: int) -> str:
        """The letter of a local symbol there; "a", absolute, where there is no such section."""
        section = self._sections.get(number)
        if section is None:
            return "a"
        named = _named(section.name)
        return named or _letter_of_kind(Kind(section))


def _named(name: str) -> str | None:
    for start, letter in _NAMED.items():
        if name.startswith(start) and name[len(start) : len(start) + 1] in ("", *".$0123456789"):
            return letter
    return None


def _letter_of_kind(kind: Kind) -> str:
    if kind.is_code:
        return "t"
    if kind.is_data:
        return "r" if kind.is_read_only else "d"
    if not kind.has_contents:
        return "b"
    if kind.is_debugging:
        return "N"
    return "n" if kind.is_read_only else "?"
